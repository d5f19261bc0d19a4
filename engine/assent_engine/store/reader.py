"""Reading: a connection of its own, opened read-only, that never checkpoints."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite

from assent_engine.store.reads.asking import Part
from assent_engine.store.reads.callers import CallerReads
from assent_engine.store.reads.decisions import DecisionReads
from assent_engine.store.reads.journals import JournalReads
from assent_engine.store.reads.occurrences import OccurrenceReads
from assent_engine.store.reads.policies import PolicyReads
from assent_engine.store.reads.runs import RunReads
from assent_engine.store.reads.telling import ToldReads
from assent_engine.store.reads.triggers import TriggerReads
from assent_engine.store.reads.values import unreadable
from assent_schemas.errors import StoreError

__all__ = ["Part", "Reader"]


class Reader(
    PolicyReads,
    RunReads,
    JournalReads,
    DecisionReads,
    CallerReads,
    TriggerReads,
    OccurrenceReads,
    ToldReads,
):
    """Every question that is asked of the store."""

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator["Reader"]:
        """Open a database for reading; raises StoreError where it is none of ours."""
        try:
            connection = await aiosqlite.connect(f"{path.as_uri()}?mode=ro", uri=True)
        except sqlite3.Error as error:
            raise StoreError(unreadable(path, error)) from error
        try:
            yield cls(connection)
        finally:
            await connection.close()
