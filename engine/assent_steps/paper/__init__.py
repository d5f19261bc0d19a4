"""The paper broker: an outside world of its own, kept in its own SQLite file."""
