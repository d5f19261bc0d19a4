"""Webhooks in the store: made, given other secrets, revoked; where their secrets lie."""

import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assent_engine import hooks
from assent_engine.engine import Engine
from assent_engine.hook_keys import HookKeys, hashed
from assent_engine.hooks import Hooks, Listening, listening, unmet
from assent_engine.safekeeping.backup import back_up
from assent_schemas.errors import Refused, StoreError
from engine.durable.worlds import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "home")


@pytest.fixture
async def engine(bench: Bench) -> AsyncIterator[Engine]:
    async with bench.open() as one:
        yield one


def hooks_of(engine: Engine) -> Hooks:
    return Hooks.of(engine.home, engine.store, engine.clock)


def files(bench: Bench) -> list[Path]:
    return sorted(bench.home.hooks.glob("*")) if bench.home.hooks.exists() else []


async def test_a_bearers_secret_is_kept_as_a_hash_alone(bench: Bench, engine: Engine) -> None:
    secret = await hooks_of(engine).make("bank", signed=False, by="owner")
    assert len(secret) == 43
    assert (await hooks_of(engine).find("bank")).secret_hash == hashed(secret)
    assert files(bench) == []
    assert secret.encode() not in bench.home.database.read_bytes()


async def test_a_signers_secret_is_a_file_of_the_owners_own(bench: Bench, engine: Engine) -> None:
    secret = await hooks_of(engine).make("hub", signed=True, by="owner")
    (file,) = files(bench)
    assert file.read_text() == secret
    modes = [stat.S_IMODE(one.stat().st_mode) for one in (file, file.parent)]
    assert modes == [0o600, 0o700]


async def test_another_secret_leaves_no_file_of_the_one_before(
    bench: Bench, engine: Engine
) -> None:
    first = await hooks_of(engine).make("hub", signed=True, by="owner")
    second = await hooks_of(engine).rotate("hub", by="owner")
    assert first != second
    assert [one.read_text() for one in files(bench)] == [second]
    await hooks_of(engine).revoke("hub", by="owner")
    assert files(bench) == []


async def test_a_backup_holds_no_secret(bench: Bench, engine: Engine, tmp_path: Path) -> None:
    secrets = [await hooks_of(engine).make(name, signed=True, by="owner") for name in ("a", "b")]
    file, manifest = back_up(bench.home, None, bench.clock.now(), tmp_path / "backup")
    assert "hooks" not in repr(manifest)
    assert not any(secret.encode() in file.read_bytes() for secret in secrets)


async def test_a_secret_that_is_another_one_is_none(bench: Bench, engine: Engine) -> None:
    secret = await hooks_of(engine).make("hub", signed=True, by="owner")
    kept = HookKeys(bench.home.hooks)
    assert kept.secret(hashed(secret)) == secret
    files(bench)[0].write_text("another")
    assert kept.secret(hashed(secret)) is None
    assert kept.secret("../assent.sqlite") is None


async def test_a_secret_that_cannot_be_kept_makes_no_webhook(bench: Bench, engine: Engine) -> None:
    bench.home.hooks.write_text("in the way")
    with pytest.raises(StoreError, match=r"hook\.not_kept"):
        await hooks_of(engine).make("hub", signed=True, by="owner")
    assert await engine.store.read.hooks() == []


async def test_a_name_works_once_at_a_time_and_again_after_it_was_revoked(engine: Engine) -> None:
    made = hooks_of(engine)
    await made.make("bank", signed=False, by="owner")
    with pytest.raises(Refused, match=r"hook\.exists"):
        await made.make("bank", signed=True, by="owner")
    await made.revoke("bank", by="owner")
    for gone in (made.revoke, made.rotate):
        with pytest.raises(Refused, match=r"hook\.unknown"):
            await gone("bank", by="owner")
    await made.make("bank", signed=True, by="owner")
    assert (await made.find("bank")).proof == "signature"


@pytest.mark.parametrize("name", ["", "Bank", "1st", "a/b", "a b", "..", "a" * 65, "bänk"])
async def test_a_name_is_one_that_a_trigger_can_wait_for(engine: Engine, name: str) -> None:
    with pytest.raises(Refused, match=r"hook\.name"):
        await hooks_of(engine).make(name, signed=False, by="owner")


async def test_there_are_no_more_than_so_many(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "MOST", 2)
    for name in ("a", "b"):
        await hooks_of(engine).make(name, signed=False, by="owner")
    with pytest.raises(Refused, match=r"hook\.too_many"):
        await hooks_of(engine).make("c", signed=False, by="owner")


async def test_a_setting_outlives_the_process(bench: Bench) -> None:
    async with bench.open() as engine:
        assert await listening(engine.store.read) == Listening(on=False)
        await hooks_of(engine).switch(Listening(on=True, port=2000), by="owner")
    async with bench.open() as engine:
        assert await listening(engine.store.read) == Listening(on=True, port=2000)


async def test_what_nobody_can_call_is_named_with_the_reason(engine: Engine) -> None:
    made, read = hooks_of(engine), engine.store.read
    await made.make("bank", signed=False, by="owner")
    await made.make("gone", signed=False, by="owner")
    await made.revoke("gone", by="owner")
    names = {"bank", "gone", "nobody"}
    assert "switched off" in (await unmet(read, names))["bank"].detail
    await made.switch(Listening(on=True), by="owner")
    found = await unmet(read, names)
    assert found.keys() == {"gone", "nobody"}
    assert "revoked" in found["gone"].detail
    assert "There is no webhook nobody" in found["nobody"].detail
    assert await unmet(read, set()) == {}


async def test_callers_that_sign_may_have_made_the_secret(bench: Bench, engine: Engine) -> None:
    given = "whsec_" + "x" * 24
    assert await hooks_of(engine).make("pay", signed=True, by="owner", given=given) == given
    assert [one.read_text() for one in files(bench)] == [given]


@pytest.mark.parametrize(
    ("signed", "given"),
    [(False, "x" * 24), (True, ""), (True, "x" * 23), (True, "x" * 257), (True, "x y" * 9)],
)
async def test_a_secret_that_is_short_or_hidden_or_not_for_signing_is_refused(
    engine: Engine, signed: bool, given: str
) -> None:
    with pytest.raises(Refused, match=r"hook\.secret"):
        await hooks_of(engine).make("pay", signed=signed, by="owner", given=given)
    assert await engine.store.read.hooks() == []
