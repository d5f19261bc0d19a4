"""What the tray shows, made from what it knows: pure."""
