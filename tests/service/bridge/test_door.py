"""How the bridge finds the door, and when it starts the service for it."""

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assent_schemas.errors import Refused
from assent_service.bridge import door as doors
from assent_service.bridge import waking
from assent_service.bridge.door import Door
from service.bridge import double
from service.bridge.ends import double_at, token

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(os.name != "posix", reason="processes are killed"),
]


WAKING = waking.Waking
STARTED = """
import sys
from pathlib import Path
from assent_schemas.errors import Refused
from service.bridge import double
try:
    double.main(Path(sys.argv[1]), "unix")
except Refused:
    pass  # as `assent service start`, which is content with another one that serves
"""


class Starts:
    """Starts of a service that is a double, counted."""

    def __init__(self) -> None:
        self.made: list[waking.Waking] = []

    def __call__(self, home: Path) -> waking.Waking:
        home.mkdir(exist_ok=True)
        self.made.append(WAKING(home))
        return self.made[-1]

    def kill(self) -> None:
        for one in self.made:
            one._process.kill()
            one._process.communicate()


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Starts]:
    monkeypatch.setattr(waking, "COMMAND", (sys.executable, "-c", STARTED))
    monkeypatch.setenv("PYTHONPATH", str(Path(double.__file__).parents[2]))
    made = Starts()
    monkeypatch.setattr(waking, "Waking", made)
    yield made
    made.kill()


def test_a_service_that_runs_is_not_started_again(tmp_path: Path, starts: Starts) -> None:
    with double_at(tmp_path), closing(Door(tmp_path, None).opened()):
        assert starts.made == []


def test_where_none_runs_it_is_started(tmp_path: Path, starts: Starts) -> None:
    with closing(Door(tmp_path / "new", None).opened()):
        assert len(starts.made) == 1


def test_of_several_that_start_it_at_once_one_wins_and_all_get_in(
    tmp_path: Path, starts: Starts
) -> None:
    found = []

    def open_it() -> None:
        with closing(Door(tmp_path, None).opened()) as end:
            found.append(end.getpeername())

    threads = [threading.Thread(target=open_it) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 3


def test_one_that_was_killed_is_started_again(tmp_path: Path, starts: Starts) -> None:
    door = Door(tmp_path, None)
    with double_at(tmp_path) as first:
        door.opened().close()
        first.send_signal(signal.SIGKILL)
        first.wait()
    door.opened().close()
    assert len(starts.made) == 1


def test_one_that_was_stopped_on_purpose_stays_so(
    tmp_path: Path, starts: Starts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "PATIENCE", 0.1)
    door = Door(tmp_path, None)
    with double_at(tmp_path) as first:
        door.opened().close()
        first.terminate()
        first.wait()
    with pytest.raises(Refused, match=r"service\.not_running"):
        door.opened()
    assert starts.made == []


def test_a_start_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = {"code": "home.locked", "title": "t", "detail": "d", "remedy": "r", "pointer": None}
    said = json.dumps({"problems": [problem]})
    script = f"import sys; print({said!r}); sys.exit(1)"
    monkeypatch.setattr(waking, "COMMAND", (sys.executable, "-c", script))
    with pytest.raises(Refused, match=r"home\.locked: d"):
        Door(tmp_path, None).opened()


def test_a_start_that_fails_without_a_word_is_told_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waking, "COMMAND", (sys.executable, "-c", "import sys; sys.exit(3)"))
    with pytest.raises(Refused, match=r"service\.not_ready"):
        Door(tmp_path, None).opened()


def test_the_door_of_another_user_is_none(
    tmp_path: Path, starts: Starts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What listens where our door was could be anybody's; nothing is shown to it."""
    token(tmp_path, "claude", "secret")
    monkeypatch.setattr(doors, "is_stranger", lambda _uid: True)
    monkeypatch.setattr(doors, "PATIENCE_TO_START", 0.1)
    with double_at(tmp_path), pytest.raises(Refused, match=r"service\.not_running"):
        Door(tmp_path, "claude").opened()
    assert not (tmp_path / "heard").exists()
