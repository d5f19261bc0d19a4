"""The bridge: what a client says reaches the door once, whatever becomes of the service."""

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from service.bridge.ends import bridge_to, double_at, heard, token

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(os.name != "posix", reason="processes are killed"),
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def methods(home: Path) -> list[str]:
    return [one.get("method", "greeting") for one in heard(home)]


def text(answer: dict[str, object]) -> object:
    match answer:
        case {"result": {"content": [{"text": str(said)}]}}:
            return said
    return answer


def test_a_call_goes_to_the_door_and_its_answer_comes_back(home: Path) -> None:
    with double_at(home), bridge_to(home) as client:
        assert text(client.call(1, text="héllo")) == "héllo"
        assert client.end() == 0
    assert methods(home) == ["tools/call"]


@pytest.mark.parametrize("size", [1 << 20, 3 << 20])
def test_long_lines_pass_whole_in_both_directions(home: Path, size: int) -> None:
    with double_at(home), bridge_to(home) as client:
        assert text(client.call(1, text="x" * size)) == "x" * size
        assert text(client.call(2, size=size)) == "x" * size


def test_a_line_beyond_all_bounds_is_refused_and_the_next_one_passes(home: Path) -> None:
    with double_at(home), bridge_to(home) as client:
        client.write(b'"' + b"x" * (17 << 20) + b'"\n')
        assert client.hear()["error"]["code"] == -32600
        assert text(client.call(2, text="on")) == "on"
    assert len(heard(home)) == 1


@pytest.mark.parametrize(
    "line", [b"no json\n", b"[" * 100_000 + b"\n", b'{"id": ' + b"9" * 9999 + b"}\n", b"\xff\n"]
)
def test_what_the_bridge_cannot_read_does_not_end_it(home: Path, line: bytes) -> None:
    with double_at(home), bridge_to(home) as client:
        client.write(line)
        client.write(b"\n \n")
        assert text(client.call(2, text="on")) == "on"


def test_the_token_of_the_client_is_shown_first(home: Path) -> None:
    token(home, "claude", "right\n")
    with double_at(home), bridge_to(home, "--client", "claude") as client:
        assert text(client.call(1, text="in")) == "in"
    assert heard(home)[0] == {"assent": 1, "client": "claude", "token": "right"}


def test_a_token_that_is_made_meanwhile_opens_without_a_new_bridge(home: Path) -> None:
    with double_at(home), bridge_to(home, "--client=claude") as client:
        assert client.call(1, text="in")["error"]["code"] == -32001
        token(home, "claude", "right")
        assert text(client.call(2, text="in")) == "in"
        assert text(client.call(3, text="in")) == "in"
    assert methods(home).count("greeting") == 2


def test_a_call_under_way_when_the_service_is_killed_is_answered_and_never_sent_again(
    home: Path,
) -> None:
    with bridge_to(home) as client:
        with double_at(home) as first:
            client.agree()
            client.say("hang", 7)
            client.say("hang", "7")
            client.say("tools/list", 8)
            assert client.hear()["id"] == 8
            first.send_signal(signal.SIGKILL)
            lost = [client.hear(), client.hear()]
        assert [(one["id"], one["error"]["code"]) for one in lost] == [(7, -32000), ("7", -32000)]
        assert "not sent again" in lost[0]["error"]["message"]
        with double_at(home):
            assert text(client.call(9, text="back")) == "back"
        assert client.end() == 0
    assert methods(home).count("hang") == 2


def test_a_session_of_the_old_kind_is_begun_anew_with_a_new_service_unseen(home: Path) -> None:
    with bridge_to(home) as client:
        with double_at(home) as first:
            client.agree()
            assert text(client.call(1, text="in")) == "in"
            first.send_signal(signal.SIGKILL)
            first.wait()
        with double_at(home):
            assert text(client.call(2, text="back")) == "back"
            assert text(client.call(3, text="again")) == "again"
    opening = ["initialize", "notifications/initialized"]
    assert methods(home) == [*opening, "tools/call", *opening, "tools/call", "tools/call"]


def test_a_client_of_the_new_kind_goes_on_without_a_beginning(home: Path) -> None:
    with bridge_to(home) as client:
        for to in range(3):
            with double_at(home):
                assert text(client.call(to, text="in")) == "in"
    assert methods(home) == ["tools/call"] * 3


def test_a_call_that_was_taken_back_is_not_answered_when_the_service_goes_away(home: Path) -> None:
    with bridge_to(home) as client, double_at(home):
        client.say("hang", 1)
        client.say("notifications/cancelled", requestId=1)
        client.say("hang", 2)
        client.say("hang up")
        assert client.hear()["id"] == 2


def test_two_bridges_with_equal_ids_hear_their_own_answers(home: Path) -> None:
    with double_at(home), bridge_to(home) as one, bridge_to(home) as other:
        for to in range(20):
            one.say("tools/call", to, name="echo", arguments={"text": f"one {to}"})
            other.say("tools/call", to, name="echo", arguments={"text": f"other {to}"})
        assert [text(one.hear()) for _ in range(20)] == [f"one {to}" for to in range(20)]
        assert [text(other.hear()) for _ in range(20)] == [f"other {to}" for to in range(20)]


def test_what_was_asked_before_the_client_hung_up_is_answered_still(home: Path) -> None:
    with double_at(home), bridge_to(home) as client:
        client.say("tools/call", 1, name="echo", arguments={"text": "last words"})
        assert client.end() == 0
        assert text(client.hear()) == "last words"


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_it_is_told_to_and_says_nothing(home: Path, told: signal.Signals) -> None:
    with double_at(home), bridge_to(home) as client:
        client.agree()
        client.process.send_signal(told)
        assert client.process.wait(60) == 0
        assert client.process.stderr is not None
        assert client.process.stderr.read() == b""


def test_it_ends_when_nobody_listens_any_more(home: Path) -> None:
    with double_at(home), bridge_to(home) as client:
        client.agree()
        assert client.process.stdout is not None
        client.process.stdout.close()
        client.say("tools/list", 2)
        assert client.process.wait(60) == 0


def test_a_door_on_the_loopback_interface_is_found_by_its_address(home: Path) -> None:
    with double_at(home, "tcp"), bridge_to(home) as client:
        assert text(client.call(1, text="in")) == "in"


def test_a_home_with_a_very_long_name_has_a_door_all_the_same(tmp_path: Path) -> None:
    home = tmp_path / ("long" * 40)
    with double_at(home), bridge_to(home) as client:
        assert text(client.call(1, text="in")) == "in"


def test_why_the_service_cannot_be_started_is_an_answer_and_a_line_on_standard_error(
    tmp_path: Path,
) -> None:
    (tmp_path / "holiday.txt").touch()
    with bridge_to(tmp_path) as client:
        client.say("tools/list", 1)
        client.say("notifications/initialized")
        client.say("tools/list", 2)
        answers = [client.hear(), client.hear()]
        assert client.end() == 0
        assert client.process.stderr is not None
        said = client.process.stderr.read().decode()
    assert [one["id"] for one in answers] == [1, 2]
    assert {one["error"]["code"] for one in answers} == {-32000}
    assert "holds other things" in answers[0]["error"]["message"], answers
    assert said.startswith("assent mcp: ")
    assert said.count("\n") == 1


def test_it_imports_nothing_of_the_engine_and_no_library() -> None:
    code = (
        "import sys; from assent_service.bridge import pump; from assent_service import entry;"
        " print(sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = set(ast.literal_eval(said.stdout))
    assert "assent_service" in names
    heavy = {
        "click",
        "pydantic",
        "mcp",
        "asyncio",
        "assent_engine",
        "rich",
        "platformdirs",
        "subprocess",
    }
    assert not names & heavy
