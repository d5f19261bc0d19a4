"""Triggers and their occurrences: every due time ends in exactly one record."""
