"""The SQLite store: one writer with group commit, read-only readers."""

from assent_engine.store.connection import Connection
from assent_engine.store.faults import StorageTrouble
from assent_engine.store.reader import Part, Reader
from assent_engine.store.store import Pen, Store

__all__ = ["Connection", "Part", "Pen", "Reader", "StorageTrouble", "Store"]
