"""Linux: StatusNotifierItem and dbusmenu, spoken on the session bus in the loop of the tray."""
