"""MCP clients: made, known by their tokens, and revoked, as the owner says."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assent_engine.clients import ANONYMOUS, MOST, Client, _is_name
from assent_schemas.errors import Refused
from engine.durable.worlds import Bench


async def test_a_client_is_known_by_its_token_after_a_restart_too(bench: Bench) -> None:
    async with bench.open() as engine:
        token = await engine.clients.make("claude", ["run", "propose"], "ann")
    async with bench.open() as engine:
        known = await engine.clients.authenticated("claude", token)
    assert known == Client("claude", frozenset({"propose", "run"}))


async def test_the_token_itself_is_nowhere_in_the_store(bench: Bench) -> None:
    async with bench.open() as engine:
        token = await engine.clients.make("claude", [], "ann")
    with closing(sqlite3.connect(bench.home.database)) as connection:
        assert token not in "\n".join(connection.iterdump())
    assert len(token) >= 43


@pytest.mark.parametrize(
    ("name", "token"),
    [
        ("claude", "wrong"),
        ("claude", ""),
        ("claude", "\ud800"),
        ("nobody", "wrong"),
        ("anonymous", ""),
        ("", ""),
        ("CLAUDE", ""),
        ("claude\n", ""),
        ("\ud800", ""),
        ("x" * 100_000, ""),
    ],
    ids=range(10),
)
async def test_whoever_has_another_name_or_token_is_not_known(
    bench: Bench, name: str, token: str
) -> None:
    async with bench.open() as engine:
        await engine.clients.make("claude", [], "ann")
        with pytest.raises(Refused, match=r"client\.unknown") as told:
            await engine.clients.authenticated(name, token)
    assert len(told.value.problem.detail) < 400


async def test_the_token_of_one_client_does_not_open_for_another(bench: Bench) -> None:
    async with bench.open() as engine:
        token = await engine.clients.make("claude", [], "ann")
        await engine.clients.make("cursor", ["run"], "ann")
        with pytest.raises(Refused, match=r"client\.unknown"):
            await engine.clients.authenticated("cursor", token)


async def test_only_the_token_of_a_revoked_client_tells_that_it_was(bench: Bench) -> None:
    async with bench.open() as engine:
        token = await engine.clients.make("claude", ["run"], "ann")
        await engine.clients.revoke("claude", "ann")
        with pytest.raises(Refused, match=r"client\.revoked"):
            await engine.clients.authenticated("claude", token)
        for wrong in ("", "wrong", token[:-1]):
            with pytest.raises(Refused, match=r"client\.unknown"):
                await engine.clients.authenticated("claude", wrong)
        with pytest.raises(Refused, match=r"client\.unknown"):
            await engine.clients.revoke("claude", "ann")
        (row,) = await engine.clients.listed()
    assert row.revoked_at == row.made_at


async def test_a_name_in_use_is_refused_unless_it_is_made_anew(bench: Bench) -> None:
    async with bench.open() as engine:
        first = await engine.clients.make("claude", ["run"], "ann")
        with pytest.raises(Refused, match=r"client\.exists"):
            await engine.clients.make("claude", [], "ann")
        second = await engine.clients.make("claude", ["emit"], "ann", anew=True)
        with pytest.raises(Refused, match=r"client\.unknown"):
            await engine.clients.authenticated("claude", first)
        known = await engine.clients.authenticated("claude", second)
    assert known.scopes == {"emit"}


async def test_a_revoked_name_may_be_taken_again_by_another_token(bench: Bench) -> None:
    async with bench.open() as engine:
        first = await engine.clients.make("claude", ["run"], "ann")
        await engine.clients.revoke("claude", "ann")
        second = await engine.clients.make("claude", [], "ann")
        assert (await engine.clients.authenticated("claude", second)).scopes == set()
        with pytest.raises(Refused, match=r"client\.unknown"):
            await engine.clients.authenticated("claude", first)


async def test_of_two_that_make_the_same_client_at_once_one_is_refused(bench: Bench) -> None:
    async with bench.open() as engine:
        both = (engine.clients.make("claude", [], who) for who in ("ann", "bob"))
        told = await asyncio.gather(*both, return_exceptions=True)
    assert [type(one) for one in told] == [str, Refused]


@pytest.mark.parametrize("name", ["", "Claude", "1st", "a b", "x" * 41, "a.b", "anonymous", "é"])
async def test_a_name_that_is_none_is_refused(bench: Bench, name: str) -> None:
    async with bench.open() as engine:
        with pytest.raises(Refused, match=r"client\.name"):
            await engine.clients.make(name, [], "ann")


@given(st.text(max_size=60))
def test_a_name_can_be_a_file_of_its_own(name: str) -> None:
    if _is_name(name):
        assert name.isascii()
        assert not set(name) & set("/\\.:\0\n")
        assert len(name) <= 40


async def test_there_are_only_so_many_clients_at_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST == 200
    monkeypatch.setattr("assent_engine.clients.MOST", 2)
    async with bench.open() as engine:
        for name in ("one", "two"):
            await engine.clients.make(name, [], "ann")
        with pytest.raises(Refused, match=r"client\.too_many"):
            await engine.clients.make("three", [], "ann")
        await engine.clients.revoke("one", "ann")
        assert await engine.clients.make("three", [], "ann")


async def test_the_last_use_is_noted_at_most_once_a_minute(bench: Bench) -> None:
    seen = []
    async with bench.open() as engine:
        await engine.clients.make("claude", [], "ann")
        for seconds in (0, 59, 1, 30):
            bench.clock.advance(seconds)
            engine.clients.used("claude")
            await engine.store.drain()
            (row,) = await engine.clients.listed()
            seen.append(row.used_at)
    assert seen[0] == seen[1] is not None
    assert seen[2] == seen[3] != seen[0]


async def test_a_clock_that_was_set_back_does_not_hide_the_last_use(bench: Bench) -> None:
    async with bench.open() as engine:
        await engine.clients.make("claude", [], "ann")
        engine.clients.used("claude")
        bench.clock._now -= timedelta(days=1)
        engine.clients.used("claude")
        await engine.store.drain()
        (row,) = await engine.clients.listed()
    assert row.used_at == "2026-03-01T09:00:00.000000Z"


async def test_making_and_revoking_stand_in_the_audit(bench: Bench) -> None:
    async with bench.open() as engine:
        await engine.clients.make("claude", ["run", "propose"], "ann")
        await engine.clients.revoke("claude", "bob")
        said = [(one.who, one.action, one.detail) for one in await engine.store.read.audit()]
    assert said == [("ann", "client.made", "propose run"), ("bob", "client.revoked", "")]


async def test_a_scope_that_nobody_knows_grants_nothing(bench: Bench) -> None:
    async with bench.open() as engine:
        token = await engine.clients.make("claude", ["run"], "ann")
        with closing(sqlite3.connect(bench.home.database)) as connection:
            connection.execute("UPDATE clients SET scopes = 'run approve'")
            connection.commit()
        assert (await engine.clients.authenticated("claude", token)).scopes == {"run"}


def test_who_shows_no_token_has_no_scope() -> None:
    assert ANONYMOUS.scopes == frozenset()


async def test_a_grant_keeps_the_token_and_the_other_scopes(bench: Bench) -> None:
    async with bench.open() as engine:
        token = await engine.clients.make("claude", ["run"], "ann")
        await engine.clients.grant("claude", ["emit", "run"], "bob")
        await engine.clients.grant("claude", ["emit"], "bob")
        known = await engine.clients.authenticated("claude", token)
        said = [(one.who, one.action, one.detail) for one in await engine.store.read.audit()]
    assert known.scopes == {"run", "emit"}
    assert said == [("ann", "client.made", "run"), ("bob", "client.granted", "emit")]


@pytest.mark.parametrize("name", ["nobody", "gone", "anonymous", ""])
async def test_only_a_client_in_use_is_granted_anything(bench: Bench, name: str) -> None:
    async with bench.open() as engine:
        token = await engine.clients.make("gone", ["run"], "ann")
        await engine.clients.revoke("gone", "ann")
        for refuses in (
            engine.clients.grant(name, ["emit"], "ann"),
            engine.clients.revoke(name, "ann"),
        ):
            with pytest.raises(Refused, match=r"client\.unknown") as told:
                await refuses
            assert told.value.problem.remedy == "See which there are: assent clients list"
        with pytest.raises(Refused, match=r"client\.revoked"):
            await engine.clients.authenticated("gone", token)
