"""The service's log: whole lines of JSON, bounded, for the owner alone."""

import json
import logging
import stat
import threading
from pathlib import Path

import pytest

from assent_service.process import log
from assent_service.process.log import log_file, logging_to, tail
from assent_service.process.log_following import following


def entries(home: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log_file(home).read_text("utf-8").splitlines()]


def test_each_entry_is_a_line_of_json_with_what_was_given_with_it(tmp_path: Path) -> None:
    with logging_to(tmp_path) as logger:
        logger.info("a run\nended", extra={"run": "r-1", "status": "COMPLETED"})
        logging.getLogger("elsewhere").warning("odd")
    first, second = entries(tmp_path)
    assert (first["message"], first["level"]) == ("a run\nended", "info")
    assert (first["run"], first["status"]) == ("r-1", "COMPLETED")
    assert (second["message"], second["from"]) == ("odd", "elsewhere")


def test_an_error_stands_there_with_its_traceback(tmp_path: Path) -> None:
    with logging_to(tmp_path) as logger:
        try:
            int("wrong")
        except ValueError:
            logger.exception("it failed")
    (entry,) = entries(tmp_path)
    assert "ValueError: invalid literal" in str(entry["error"])


def test_a_libraries_chatter_is_left_out(tmp_path: Path) -> None:
    with logging_to(tmp_path):
        logging.getLogger("apscheduler").info("Added job")
    assert entries(tmp_path) == []


def test_the_log_is_bounded_in_size_and_number_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "BYTES", 1000)
    with logging_to(tmp_path) as logger:
        for number in range(200):
            logger.info("entry", extra={"number": number})
    files = list((tmp_path / "logs").iterdir())
    assert len(files) == log.FILES + 1
    assert all(one.stat().st_size <= 1000 for one in files)
    assert [json.loads(line)["number"] for line in tail(tmp_path, 20)] == list(range(180, 200))


def test_a_long_message_is_cut(tmp_path: Path) -> None:
    with logging_to(tmp_path) as logger:
        logger.info("x" * 100_000)
    assert log_file(tmp_path).stat().st_size < 10_000


def test_nobody_else_may_read_the_log(tmp_path: Path) -> None:
    with logging_to(tmp_path) as logger:
        logger.info("entry")
    assert stat.S_IMODE(log_file(tmp_path).stat().st_mode) == 0o600
    assert stat.S_IMODE(log_file(tmp_path).parent.stat().st_mode) == 0o700


def test_after_the_end_nothing_is_written_there(tmp_path: Path) -> None:
    with logging_to(tmp_path) as logger:
        logger.info("entry")
    logger.warning("late")
    assert len(entries(tmp_path)) == 1
    assert tail(tmp_path, 0) == []


def test_a_line_that_a_crash_has_torn_is_its_own_message() -> None:
    for line in ('{"at": "2026', "\x00\x00", "[]", '{"at": 1}'):
        assert log.entry(line) == {"at": "", "level": "torn", "message": line}


def test_who_follows_reads_every_line_once_over_rotations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "BYTES", 1000)
    with logging_to(tmp_path) as logger:

        def say(*numbers: int) -> None:
            for number in numbers:
                logger.info("entry", extra={"number": number})

        say(*range(15))
        with following(tmp_path) as follower:
            read = [json.loads(one)["number"] for one in follower.last(12)]
            assert read == list(range(3, 15))
            assert list(follower.new()) == []
            for first in range(15, 60, 15):
                say(*range(first, first + 15))
                read += [json.loads(one)["number"] for one in follower.new()]
    assert read == list(range(3, 60))


def test_a_line_is_told_when_it_is_whole(tmp_path: Path) -> None:
    with logging_to(tmp_path):
        pass
    with following(tmp_path) as follower, log_file(tmp_path).open("a") as file:
        file.write('{"half": ')
        file.flush()
        assert list(follower.new()) == []
        file.write("true}\n")
        file.flush()
        assert list(follower.new()) == ['{"half": true}']


def test_who_follows_waits_for_what_the_system_tells_of(tmp_path: Path) -> None:
    with logging_to(tmp_path) as logger, following(tmp_path) as follower:
        lines = follower.lines()
        writing = threading.Thread(target=lambda: logger.info("late"))
        writing.start()
        assert json.loads(next(lines))["message"] == "late"
        writing.join()


def test_where_no_service_ever_ran_there_is_nothing_to_follow(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), following(tmp_path):
        raise AssertionError
