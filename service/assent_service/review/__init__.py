"""The review page: one approval shown whole in the owner's browser, and decided there."""
