"""Autostart units, doctor and uninstall: not built yet."""
