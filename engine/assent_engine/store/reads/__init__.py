"""Questions that are asked of the store, by what they are about."""
