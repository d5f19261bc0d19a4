"""Surveys of watched files: real folders, links, and bounds."""

import os
from pathlib import Path

import pytest

from assent_service import file_survey
from assent_service.file_survey import state_of, surveyed


def test_a_survey_has_each_file_beneath_the_path_with_size_and_time(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for name in ("in/a", "in/deep/b", "other"):
        (tmp_path / name).write_text("xy")
    os.utime(tmp_path / "in/a", ns=(5, 7))
    found = surveyed(tmp_path, "in")
    assert found.whole
    assert sorted(found.files) == ["in/a", "in/deep/b"]
    assert found.files["in/a"] == (2, 7)
    assert surveyed(tmp_path, "other").files.keys() == {"other"}
    assert surveyed(tmp_path, "missing").files == {}


@pytest.mark.skipif(os.name != "posix", reason="links need a right on Windows")
def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("x")
    home = tmp_path / "files"
    (home / "in").mkdir(parents=True)
    (home / "in" / "folder").symlink_to(outside)
    (home / "in" / "file").symlink_to(outside / "secret")
    (home / "link").symlink_to(outside)
    for path in ("in", "link", "link/secret"):
        assert surveyed(home, path).files == {}
    assert state_of(home / "in" / "file") is None


@pytest.mark.skipif(os.name != "posix", reason="names are text elsewhere")
def test_a_name_that_is_no_text_is_left_out(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")).write_text("x")
    except OSError:
        pytest.skip("this file system takes only names that are text")
    assert surveyed(tmp_path.parent, tmp_path.name).files == {}


def test_more_files_than_are_remembered_are_said_to_be_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_survey, "MOST", 2)
    for name in "ab":
        (tmp_path / name).write_text("")
    assert surveyed(tmp_path.parent, tmp_path.name).whole
    (tmp_path / "c").write_text("")
    assert not surveyed(tmp_path.parent, tmp_path.name).whole


def test_folders_within_folders_end_somewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_survey, "DEEPEST", 2)
    (tmp_path / "in/a/b").mkdir(parents=True)
    (tmp_path / "in/a/near").write_text("")
    (tmp_path / "in/a/b/far").write_text("")
    assert surveyed(tmp_path, "in").files.keys() == {"in/a/near"}
