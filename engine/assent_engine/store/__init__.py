"""The SQLite store: one writer with group commit, read-only readers."""

from assent_engine.store.reader import Reader
from assent_engine.store.store import Store

__all__ = ["Reader", "Store"]
