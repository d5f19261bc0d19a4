"""Keeping a home's memory safe: finding damage, backing up, restoring, thinning."""
