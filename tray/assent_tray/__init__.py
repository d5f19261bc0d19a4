"""Icon, menus and notifications: a client of the owner door, not built yet."""
