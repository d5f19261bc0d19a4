"""The token that the bridge shows: the one that lies there, else the last that did."""

import json
from pathlib import Path

from assent_schemas.places import token_file
from assent_service.bridge.door import Door


def shown(door: Door) -> str:
    token: str = json.loads(door._greeting())["token"]
    return token


def test_a_token_that_was_taken_away_is_shown_until_there_is_another(tmp_path: Path) -> None:
    file = token_file(tmp_path, "claude")
    file.parent.mkdir()
    door = Door(tmp_path, "claude")
    assert shown(door) == ""
    file.write_text("first")
    assert shown(door) == "first"
    file.unlink()
    assert shown(door) == "first"
    file.write_text("second")
    assert shown(door) == "second"
