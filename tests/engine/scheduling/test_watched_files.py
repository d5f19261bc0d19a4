"""Files that have changed while nothing watched: each starts its trigger once."""

from datetime import timedelta
from pathlib import Path

import pytest

from assent_engine.engine import Engine
from assent_engine.home import Home
from assent_engine.safekeeping.backup import back_up
from assent_engine.safekeeping.restore import restore
from assent_engine.scheduling.watched_files import UNWATCHED, FileState, Survey, Surveyed
from assent_engine.store.rows import OccurrenceRow
from engine.durable.worlds import Json, approved
from engine.scheduling.homes import Driven, doing

INBOX: Json = {"type": "file", "path": "in", "overlap": "allow"}
OLD, NEW = FileState(1, 10), FileState(1, 11)


@pytest.fixture
def driven(tmp_path: Path) -> Driven:
    return Driven(tmp_path / "home")


async def survey(driven: Driven, engine: Engine, files: dict[str, FileState]) -> list[str]:
    found = await engine.schedule.surveyed({"in": Survey(files)})
    await engine.schedule.drained()
    driven.clock.set_wall(driven.clock.now() + timedelta(minutes=1))
    return sorted(found.changed)


async def told(engine: Engine) -> list[tuple[str, str]]:
    rows: list[OccurrenceRow] = await engine.store.read.occurrences()
    return [(row.payload["path"], row.status) for row in rows]


async def test_the_first_survey_starts_nothing_and_a_later_one_each_changed_file_once(
    driven: Driven,
) -> None:
    async with driven.open() as engine:
        await approved(engine, doing(INBOX))
        assert await survey(driven, engine, {"in/a": OLD, "in/b": OLD}) == []
    async with driven.open() as engine:
        changed = {"in/a": NEW, "in/b": OLD, "in/c": OLD}
        assert await survey(driven, engine, changed) == ["in/a", "in/c"]
        assert await survey(driven, engine, changed) == []
        assert await told(engine) == [("in/a", "caught_up"), ("in/c", "caught_up")]
        assert {row.reason for row in await engine.store.read.occurrences()} == {UNWATCHED}


async def test_what_was_told_while_it_ran_is_not_told_again_at_the_next_start(
    driven: Driven,
) -> None:
    async with driven.open() as engine:
        await approved(engine, doing(INBOX))
        await survey(driven, engine, {})
        assert await engine.schedule.file_changed("in/a", OLD) == 1
    async with driven.open() as engine:
        assert await survey(driven, engine, {"in/a": OLD}) == []


async def test_what_may_be_changing_still_is_named_and_left_until_it_is_at_rest(
    driven: Driven,
) -> None:
    async with driven.open() as engine:
        await approved(engine, doing(INBOX))
        await survey(driven, engine, {})
        young = Survey({"in/a": NEW}, young=frozenset({"in/a"}))
        found = await engine.schedule.surveyed({"in": young})
        assert (found.changed, found.waits) == ({"in/a": NEW}, {"in/a"})
        assert await told(engine) == []
        await engine.schedule.file_changed("in/a", NEW)
        assert await engine.schedule.surveyed({"in": young}) == Surveyed()


async def test_a_file_that_is_gone_starts_nothing_and_is_new_when_it_comes_again(
    driven: Driven,
) -> None:
    async with driven.open() as engine:
        await approved(engine, doing(INBOX))
        await survey(driven, engine, {"in/a": OLD})
        assert await survey(driven, engine, {}) == []
        assert await survey(driven, engine, {"in/a": OLD}) == ["in/a"]


async def test_while_paused_a_changed_file_is_skipped_and_not_made_up(driven: Driven) -> None:
    async with driven.open() as engine:
        policy_id = await approved(engine, doing(INBOX))
        await survey(driven, engine, {})
        await engine.pauses.pause(policy_id, by="owner")
        await survey(driven, engine, {"in/a": OLD})
        await engine.pauses.end(policy_id, by="owner")
        assert await survey(driven, engine, {"in/a": OLD}) == []
        assert await told(engine) == [("in/a", "skipped")]


async def test_a_condition_that_does_not_hold_leaves_a_changed_file_alone(driven: Driven) -> None:
    only = {"variable": "$.path", "string_matches": "*.csv"}
    async with driven.open() as engine:
        await approved(engine, doing({**INBOX, "when": only}))
        await survey(driven, engine, {})
        await survey(driven, engine, {"in/a.csv": OLD, "in/a.part": OLD})
        assert await told(engine) == [("in/a.csv", "caught_up")]


async def test_where_there_are_too_many_files_nothing_is_guessed(driven: Driven) -> None:
    async with driven.open() as engine:
        policy_id = await approved(engine, doing(INBOX))
        await survey(driven, engine, {"in/a": OLD})
        await engine.schedule.surveyed({"in": Survey(whole=False)})
        assert await survey(driven, engine, {"in/a": NEW}) == []
        (row,) = await engine.store.read.triggers(policy_id)
        assert set(await engine.store.read.files_seen(policy_id, row.trigger)) == {"", "in/a"}


async def test_a_trigger_that_was_out_of_force_begins_anew(driven: Driven) -> None:
    async with driven.open() as engine:
        policy_id = await approved(engine, doing(INBOX))
        await survey(driven, engine, {"in/a": OLD})
        await approved(engine, {**doing(), "policy_id": policy_id})
        await approved(engine, {**doing(INBOX), "policy_id": policy_id})
        assert await survey(driven, engine, {"in/a": NEW}) == []


def restored(driven: Driven, file: Path) -> None:
    restore(Home(driven.path), None, file, driven.clock.now(), "owner")
    driven.clock.set_wall(driven.clock.now() + timedelta(minutes=1))


async def test_after_a_restore_what_changed_since_the_backup_is_told_of_and_starts_nothing(
    driven: Driven, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    async with driven.open() as engine:
        await approved(engine, doing(INBOX))
        await survey(driven, engine, {"in/a": OLD, "in/b": OLD})
        back_up(engine.home, None, driven.clock.now(), file)
        await engine.schedule.file_changed("in/a", NEW)
        await engine.schedule.file_changed("in/c", NEW)
    restored(driven, file)
    files = {"in/a": NEW, "in/b": OLD, "in/c": NEW}
    async with driven.open() as engine:
        young = Survey(files, young=frozenset({"in/c"}))
        found = await engine.schedule.surveyed({"in": young})
        assert (found.changed, found.waits) == ({"in/a": NEW, "in/c": NEW}, set())
        rows = await engine.store.read.occurrences()
        assert [(row.payload["path"], row.status, row.reason) for row in rows] == [
            ("in/a", "skipped", "restored"),
            ("in/c", "skipped", "restored"),
        ]
        assert await engine.store.read.runs() == []


async def test_only_the_first_survey_after_a_restore_starts_nothing(
    driven: Driven, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    async with driven.open() as engine:
        await approved(engine, doing(INBOX))
        await survey(driven, engine, {"in/a": OLD})
        back_up(engine.home, None, driven.clock.now(), file)
    restored(driven, file)
    async with driven.open() as engine:
        assert await survey(driven, engine, {"in/a": OLD}) == []
        assert await survey(driven, engine, {"in/a": NEW}) == ["in/a"]
        assert await told(engine) == [("in/a", "caught_up")]
