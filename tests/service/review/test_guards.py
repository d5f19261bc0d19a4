"""Who may see a review, and what a request must look like: tried on the real port."""

import asyncio
import os
import re
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import h11
import pytest

from assent_service.review import neighbours
from assent_service.review.bounds import BOUNDS, ReviewBounds
from assent_service.web.bounds import DoorBounds
from service.review.stages import Browser, Said, Stage, asked, asks, stage
from service.shell import greeter

NOTHING = "There is nothing here for you"


async def proposed(here: Stage) -> tuple[Browser, Said]:
    return await here.reviewing(await here.propose(greeter()))


async def undecided(here: Stage) -> bool:
    return len(await here.waiting()) == 1


async def test_nothing_listens_until_a_review_is_asked_for(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        policy_id = await here.propose(greeter())
        assert here.server.port is None
        await here.address(policy_id)
        first = here.port
        await here.address(policy_id)
        assert here.port == first
    with socket.socket() as end, pytest.raises(ConnectionRefusedError):
        end.connect(("127.0.0.1", first))


async def test_an_address_opens_once(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        url = await here.address(await here.propose(greeter()))
        await Browser(here.port).open(url)
        again = await Browser(here.port).ask("GET", url.partition(f":{here.port}")[2])
        assert (again.status, NOTHING in again.text) == (404, True)
        assert "set-cookie" not in again.headers


async def test_an_address_is_good_for_a_minute(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        now = [0.0]
        here.server._keys.seconds = lambda: now[0]
        early = await here.address(await here.propose(greeter()))
        now[0] = 59.9
        await Browser(here.port).open(early)
        late = await here.address((await here.waiting())[0].id)
        now[0] = 59.9 + 60
        assert (await Browser(here.port).ask("GET", late[-49:])).status == 404


async def test_a_wrong_code_tells_nothing_and_costs_nobody_anything(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        url = await here.address(await here.propose(greeter()))
        stranger = Browser(here.port)
        wrong = await stranger.ask("GET", f"/open/{'A' * 43}")
        nowhere = await stranger.ask("GET", "/")
        place = await stranger.ask("GET", f"/{'A' * 22}/")
        bare = [re.sub("nonce[^>;]*", "", one.text) for one in (wrong, nowhere, place)]
        assert len(set(bare)) == 1
        assert {one.status for one in (wrong, nowhere, place)} == {404}
        await Browser(here.port).open(url)


async def test_strangers_are_slowed_down_and_who_was_let_in_is_not(tmp_path: Path) -> None:
    async with stage(tmp_path / "home", replace(BOUNDS, strangers=3)) as here:
        browser, _ = await proposed(here)
        stranger = Browser(here.port)
        statuses = [(await stranger.ask("GET", "/")).status for _ in range(5)]
        assert statuses == [404, 404, 404, 429, 429]
        url = await here.address((await here.waiting())[0].id)
        assert (await browser.look()).status == 200
        assert (await Browser(here.port).open(url)).status == 200


async def test_one_browser_cannot_keep_the_page_busy(tmp_path: Path) -> None:
    async with stage(tmp_path / "home", replace(BOUNDS, each=2)) as here:
        browser, _ = await proposed(here)
        assert [(await browser.look()).status for _ in range(3)] == [200, 429, 429]


async def test_a_session_needs_its_own_key(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        browser, _ = await proposed(here)
        other, _ = await here.reviewing((await here.waiting())[0].id)
        for cookie in (None, "assent-review=x", f"assent-review={other.cookies['assent-review']}"):
            said = await browser.ask("GET", f"/{browser.place}/", cookie=cookie)
            assert (said.status, NOTHING in said.text) == (404, True)


async def test_a_cookie_that_a_stranger_adds_locks_nobody_out(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        browser, _ = await proposed(here)
        own = f"assent-review={browser.cookies['assent-review']}"
        said = await browser.ask("GET", f"/{browser.place}/", cookie=f"assent-review=x; {own}")
        assert said.status == 200


async def test_the_key_is_kept_for_one_path_and_out_of_reach_of_scripts(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        url = await here.address(await here.propose(greeter()))
        said = await Browser(here.port).ask("GET", url.partition(f":{here.port}")[2])
        cookie = said.headers["set-cookie"]
        assert re.fullmatch(
            r"assent-review=[\w-]{43}; HttpOnly; Path=/[\w-]{22}/; SameSite=strict", cookie
        )
        assert "location" not in said.headers


async def test_every_answer_forbids_what_it_does_not_need(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        browser, page = await proposed(here)
        url = await here.address((await here.waiting())[0].id)
        first = await Browser(here.port).ask("GET", url.partition(f":{here.port}")[2])
        sent = await browser.send(page, "reject")
        for one in (page, first, sent, await browser.ask("GET", "/"), await browser.look()):
            policy = one.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; ")
            for part in ("form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
                assert part in policy
            assert "unsafe" not in policy
            assert "script-src" not in policy
            assert one.headers["cache-control"] == "no-store"
            assert one.headers["x-content-type-options"] == "nosniff"
            assert one.headers["referrer-policy"] == "same-origin"
            assert "server" not in one.headers
        nonces = [
            re.findall(r"'nonce-([^']+)'", one.headers["content-security-policy"])[0]
            for one in (page, first)
        ]
        assert nonces[0] != nonces[1]
        assert f'<style nonce="{nonces[0]}">' in page.text


@pytest.mark.parametrize(
    "host",
    ["", "localhost:{}", "127.0.0.1", "evil.example", "127.0.0.1.evil.example:{}", "[::1]:{}"],
)
async def test_no_other_name_is_answered(tmp_path: Path, host: str) -> None:
    async with stage(tmp_path / "home") as here:
        browser, _ = await proposed(here)
        said = await browser.ask("GET", f"/{browser.place}/", host=host.format(here.port))
        assert said.status in (400, 403)
        assert "Greeter" not in said.text


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": None},
        {"origin": "null"},
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "http://localhost:{}"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"content_type": "text/plain"},
        {"content_type": None},
        {"cookie": None},
    ],
)
async def test_a_form_from_elsewhere_decides_nothing(
    tmp_path: Path, headers: dict[str, str | None]
) -> None:
    async with stage(tmp_path / "home") as here:
        browser, page = await proposed(here)
        fields = {name: page.hidden(name) for name in ("ticket", "hash")}
        given = {name: value and value.format(here.port) for name, value in headers.items()}
        said = await browser.post({**fields, "decision": "approve"}, **given)
        assert said.status in (403, 404)
        assert await undecided(here)
        assert (await browser.post({**fields, "decision": "approve"})).status == 303
        assert not await undecided(here)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"decision=approve",
        b"ticket=1&hash=2&decision=maybe",
        b"ticket=1&hash=2&decision=approve&decision=approve",
        b"ticket=1&hash=2&decision=approve&passphrase=x",
        b"ticket=1&hash=2&decision=approve&note=%ff",
        b"ticket=1&hash=2&decision=approve&note=\xff",
        b"&".join(b"a%d=1" % n for n in range(100)),
    ],
)
async def test_what_is_no_form_of_the_page_is_refused(tmp_path: Path, body: bytes) -> None:
    async with stage(tmp_path / "home") as here:
        browser, _ = await proposed(here)
        said = await browser.ask("POST", f"/{browser.place}/decide", body)
        assert (said.status, "Nothing was decided" in said.text) == (400, True)
        assert await undecided(here)


async def test_a_ticket_of_one_session_is_none_of_another(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        policy_id = await here.propose(greeter())
        _, page = await here.reviewing(policy_id)
        other, own = await here.reviewing(policy_id)
        fields = {"ticket": page.hidden("ticket"), "hash": own.hidden("hash")}
        assert (await other.post({**fields, "decision": "approve"})).status == 303
        assert "This form was sent before" in (await other.look()).text
        assert await undecided(here)


@pytest.mark.parametrize(
    ("verb", "rest"), [("POST", ""), ("GET", "decide"), ("HEAD", ""), ("PUT", "decide")]
)
async def test_a_look_decides_nothing_and_a_decision_shows_nothing(
    tmp_path: Path, verb: str, rest: str
) -> None:
    async with stage(tmp_path / "home") as here:
        browser, _ = await proposed(here)
        assert (await browser.ask(verb, f"/{browser.place}/{rest}")).status == 405
        assert await undecided(here)


async def test_a_form_that_is_too_long_is_refused(tmp_path: Path) -> None:
    door = DoorBounds(body=1000, bearable=100_000)
    async with stage(tmp_path / "home", replace(BOUNDS, door=door)) as here:
        browser, page = await proposed(here)
        fields = {name: page.hidden(name) for name in ("ticket", "hash")}
        said = await browser.post({**fields, "decision": "approve", "note": "x" * 5000})
        assert said.status == 413
        assert await undecided(here)


async def test_a_note_that_is_too_long_is_said_and_nothing_is_decided(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        browser, page = await here.reviewing(await here.asking(asks()))
        said = await browser.send(page, "approve", note="x" * 5000)
        assert (said.status, "The note has 5000 characters" in said.text) == (400, True)
        assert await undecided(here)
        await browser.decide(page, "approve", note="x" * 4096)
        assert not await undecided(here)


async def test_no_more_than_so_many_reviews_are_open_and_the_oldest_gives_way(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path / "home", replace(BOUNDS, sessions=2, codes=2)) as here:
        policy_id = await here.propose(greeter())
        addresses = [await here.address(policy_id) for _ in range(3)]
        codes = [
            (await Browser(here.port).ask("GET", one.partition(f":{here.port}")[2])).status
            for one in addresses
        ]
        assert codes == [404, 200, 200]
        browsers = [(await here.reviewing(policy_id))[0] for _ in range(3)]
        assert [(await one.look()).status for one in browsers] == [404, 200, 200]


async def test_only_so_many_forms_of_a_page_can_still_be_sent(tmp_path: Path) -> None:
    async with stage(tmp_path / "home", replace(BOUNDS, tickets=1)) as here:
        browser, page = await proposed(here)
        newer = await browser.look()
        assert "This form was sent before" in (await browser.decide(page, "approve")).text
        assert await undecided(here)
        assert newer.hidden("ticket") != page.hidden("ticket")


async def test_nobody_gets_a_websocket_here(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        browser, _ = await proposed(here)
        headers = [
            ("host", f"127.0.0.1:{here.port}"),
            ("connection", "upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="),
        ]
        target = f"/{browser.place}/"
        said = await asked(here.port, h11.Request(method="GET", target=target, headers=headers))
        assert said.status == 403


async def test_it_closes_once_nobody_looks(tmp_path: Path) -> None:
    bounds = replace(BOUNDS, idle_seconds=0.05)
    async with stage(tmp_path / "home", bounds) as here, asyncio.timeout(20):
        url = await here.address(await here.propose(greeter()))
        first = here.port
        await here.server.closed()
        assert here.server.port is None
        with socket.socket() as end, pytest.raises(ConnectionRefusedError):
            end.connect(("127.0.0.1", first))
        again = await here.address((await here.waiting())[0].id)
        assert again != url


async def test_it_closes_soon_once_nothing_is_left_to_decide(tmp_path: Path) -> None:
    bounds = replace(BOUNDS, linger_seconds=0)
    async with stage(tmp_path / "home", bounds) as here, asyncio.timeout(20):
        browser, page = await proposed(here)
        done = await browser.decide(page, "reject")
        assert "Rejected from the review page" in done.text
        await here.server.closed()


async def test_a_session_ends_with_its_time(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        now = [0.0]
        here.server._keys.seconds = lambda: now[0]
        browser, _ = await proposed(here)
        now[0] = ReviewBounds().session_seconds
        assert (await browser.look()).status == 404


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists whose a connection is")
def test_the_owner_of_a_connection_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", ours)) as client:
            theirs = client.getsockname()[1]
            assert list(neighbours._owners(theirs, ours)) == [os.geteuid()]
            assert not neighbours.is_stranger(theirs, ours)
            monkeypatch.setattr(os, "geteuid", lambda: 4242)
            assert neighbours.is_stranger(theirs, ours)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists whose a connection is")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
async def test_another_user_who_reads_the_address_gets_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path / "home") as here:
        url = await here.address(await here.propose(greeter()))
        program = (
            "import sys, urllib.request, urllib.error\n"
            "try: urllib.request.urlopen(sys.argv[1]); print('in')\n"
            "except urllib.error.HTTPError as error: print(error.code)"
        )
        words = ["/usr/bin/env", "python3", "-c", program, url]
        other = await asyncio.create_subprocess_exec(
            *words, stdout=subprocess.PIPE, user=65534, group=65534, env={"PATH": os.defpath}
        )
        said, _ = await other.communicate()
        assert said.strip() == b"404"
        await Browser(here.port).open(url)
