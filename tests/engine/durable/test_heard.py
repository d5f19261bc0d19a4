"""What a store has committed is heard once it is on disk, and nothing else is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from assent_engine.store import Part, Store
from assent_engine.store.records import AuditEntry, NewPolicy, Record
from assent_schemas.errors import StoreError

AT = "2026-01-01T00:00:00.000000Z"


async def test_records_are_heard_in_order_before_their_writer_goes_on(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "store") as store:
        heard: list[Any] = []
        store.heard = heard.extend
        entries = [AuditEntry(AT, "owner", str(at), "", "") for at in range(5)]
        store.enqueue(*entries[:4])
        await store.commit(entries[4])
        assert heard == entries


async def test_what_could_not_be_written_is_not_heard(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "store") as store:
        await store.commit(NewPolicy("p", "One", AT))
        heard: list[Record] = []

        def hear(records: Sequence[Record]) -> None:
            heard.extend(records)

        store.heard = hear
        with pytest.raises(StoreError):
            await store.commit(NewPolicy("p", "The same", AT))
        assert heard == []


async def test_a_table_is_read_in_parts_from_either_end(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "store") as store:
        await store.commit(*(AuditEntry(AT, "owner", str(at), "", "") for at in range(5)))

        async def actions(**part: Any) -> list[str]:
            return [one.action for _, one in await store.read.audit_page(Part(**part))]

        assert await actions(most=2) == ["0", "1"]
        assert await actions(after="2", most=2) == ["2", "3"]
        assert await actions(after="5") == []
        assert await actions(most=2, newest=True) == ["4", "3"]
        assert await actions(after="4", newest=True) == ["2", "1", "0"]
        assert await actions(after="nothing") == []
