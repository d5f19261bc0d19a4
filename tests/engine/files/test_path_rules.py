"""Paths of files: what names a place beneath the folder, and what never does."""

import os
from pathlib import Path

import pytest

from assent_engine.files import FileFault, Folder, MemoryFiles
from assent_engine.files.paths import path_fault

OUTSIDE = "secret"
HOSTILE = [
    "",
    "/etc/passwd",
    "..",
    "../outside.csv",
    "a/../../outside.csv",
    "a/..",
    ".",
    "a//b",
    "a/",
    "a\\..\\b",
    "C:/x",
    "a.csv:stream",
    "nul",
    "a/COM1.txt",
    "trailing.",
    "trailing ",
    "zero\0byte",
    "line\nbreak",
    "\ud800",
    "x" * 256,
    "ä" * 128,
    "/".join("x" * 40),
    "x/" * 600 + "x",
]


@pytest.mark.parametrize("path", HOSTILE)
def test_a_path_that_may_lead_elsewhere_is_refused_for_reading_and_writing(
    path: str, tmp_path: Path
) -> None:
    (tmp_path / "outside.csv").write_text(OUTSIDE)
    root = tmp_path / "files"
    root.mkdir()
    assert path_fault(path) is not None
    for files in (Folder(root), MemoryFiles({path: b"x"})):
        with pytest.raises(FileFault), files.open(path):
            pass
        with pytest.raises(FileFault):
            files.write(path, {"x.json": [b"x"]})
    assert list(root.iterdir()) == []


@pytest.mark.parametrize("value", [None, 7, ["a"], {"a": 1}, True])
def test_what_is_no_text_is_no_path(value: object) -> None:
    assert path_fault(value) == "is no path"


@pytest.mark.parametrize("path", ["a.csv", "a/b.csv", ".hidden", "größe/ü b.csv", "x" * 255])
def test_an_ordinary_path_is_taken(path: str) -> None:
    assert path_fault(path) is None


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.csv").write_text(OUTSIDE)
    return folder


def refusal(root: Path, path: str) -> str:
    with pytest.raises(FileFault) as caught, Folder(root).open(path) as file:
        file.read()
    return str(caught.value)


def test_a_link_to_a_file_is_never_followed(root: Path) -> None:
    (root / "x.csv").symlink_to(root.parent / "outside" / "x.csv")
    assert "leads through a link" in refusal(root, "x.csv")


def test_a_link_to_a_folder_is_never_followed(root: Path) -> None:
    (root / "inner").symlink_to(root.parent / "outside")
    assert "leads through a link" in refusal(root, "inner/x.csv")
    with pytest.raises(FileFault, match="leads through a link"):
        Folder(root).write("inner/results", {"x.json": [b"x"]})
    assert sorted(one.name for one in (root.parent / "outside").iterdir()) == ["x.csv"]


def test_a_pipe_is_refused_and_does_not_keep_the_reader_waiting(root: Path) -> None:
    os.mkfifo(root / "pipe")
    assert "no regular file" in refusal(root, "pipe")


def test_a_folder_is_no_file(root: Path) -> None:
    (root / "inner").mkdir()
    assert "no regular file" in refusal(root, "inner")


def test_a_missing_file_and_a_missing_folder_are_said_to_be_missing(root: Path) -> None:
    assert refusal(root, "x.csv") == "There is no file 'x.csv'."
    assert refusal(root / "nowhere", "x.csv") == "There is no file 'x.csv'."


def test_a_file_that_is_too_large_is_refused_before_it_is_read(root: Path) -> None:
    with (root / "large.csv").open("wb") as file:
        file.truncate((64 << 20) + 1)
    assert "67108864 are allowed" in refusal(root, "large.csv")


def test_a_written_draft_that_is_a_link_is_not_followed(root: Path) -> None:
    (root / "out").mkdir()
    (root / "out" / ".x.json.part").symlink_to(root.parent / "outside" / "x.csv")
    with pytest.raises(FileFault):
        Folder(root).write("out", {"x.json": [b"new"]})
    assert (root.parent / "outside" / "x.csv").read_text() == OUTSIDE


def test_a_link_in_place_of_a_result_is_replaced_and_not_followed(root: Path) -> None:
    (root / "out").mkdir()
    (root / "out" / "x.json").symlink_to(root.parent / "outside" / "x.csv")
    Folder(root).write("out", {"x.json": [b"new"]})
    assert (root / "out" / "x.json").read_bytes() == b"new"
    assert (root.parent / "outside" / "x.csv").read_text() == OUTSIDE


def test_what_is_written_is_whole_private_and_leaves_no_draft(root: Path) -> None:
    Folder(root).write("a/b", {"x.json": [b"1", b"2"], "y.json": []})
    assert {one.name: one.read_bytes() for one in (root / "a" / "b").iterdir()} == {
        "x.json": b"12",
        "y.json": b"",
    }
    assert (root / "a" / "b" / "x.json").stat().st_mode & 0o077 == 0
    assert (root / "a").stat().st_mode & 0o077 == 0


def test_a_write_that_breaks_off_leaves_the_old_file(root: Path) -> None:
    def breaking() -> "list[bytes]":
        raise ZeroDivisionError

    Folder(root).write("a", {"x.json": [b"old"]})
    with pytest.raises(ZeroDivisionError):
        Folder(root).write("a", {"x.json": (one for one in breaking())})
    assert (root / "a" / "x.json").read_bytes() == b"old"
