"""The tray: an icon and a menu in the owner's session; a client of the owner door and no more."""
