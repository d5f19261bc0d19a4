"""A server more in a configuration: nothing else in it changes, or nothing at all."""

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assent_schemas import exact_json
from assent_service.connect.merging import NotMergeable, fragment, merged
from assent_service.connect.programs import BY_NAME, PROGRAMS, Launch

LAUNCH = Launch("/opt/assent", ["mcp", "--client", "x", "--home", '/home of "quotes" \\ ü'])
CURSOR, CODEX = BY_NAME["cursor"], BY_NAME["codex"]
ENTRY = {"command": LAUNCH.command, "args": LAUNCH.args}
KEYS = st.text(st.characters(codec="utf-8"), max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | KEYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=4)


@given(DOCUMENTS, DOCUMENTS)
def test_other_settings_and_servers_stay_in_json(
    more: dict[str, Any], servers: dict[str, Any]
) -> None:
    document = {**more, "mcpServers": servers}
    after = json.loads(merged(CURSOR, json.dumps(document).encode(), ENTRY))
    assert after == {**document, "mcpServers": {**servers, "assent": ENTRY}}
    assert list(after) == list(document)


def test_numbers_keep_their_digits_and_the_text_its_indent() -> None:
    after = merged(
        CURSOR, b'{\n    "a": 1.50,\n    "b": 1e-7, "c": 123456789012345678901\n}', ENTRY
    )
    assert b'\n    "a": 1.50,' in after
    assert exact_json.decode(after)["c"] == 123456789012345678901


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda one: one.name)
def test_merging_twice_changes_nothing_more(program: Any) -> None:
    entry = program.entry(LAUNCH)
    once = merged(program, None, entry)
    assert merged(program, once, entry) == once
    assert fragment(program, entry) == once.decode().strip()


def test_what_somebody_set_for_our_server_stays_in_json() -> None:
    before = b'{"mcpServers": {"assent": {"command": "old", "disabled": true}}}'
    after = json.loads(merged(CURSOR, before, ENTRY))
    assert after["mcpServers"]["assent"] == {**ENTRY, "disabled": True}


TOML = b"""# mine
model = "x"

[mcp_servers.other] # theirs
command = "y"

[mcp_servers.assent]
command = "old"
args = []

[profiles.a]
n = 1 # kept
"""


def test_comments_and_other_tables_stay_in_toml() -> None:
    after = merged(CODEX, TOML, ENTRY).decode()
    assert all(kept in after for kept in ("# mine", "# theirs", "# kept"))
    assert tomllib.loads(after)["mcp_servers"] == {"other": {"command": "y"}, "assent": ENTRY}
    assert tomllib.loads(after)["profiles"] == {"a": {"n": 1}}


@pytest.mark.parametrize(
    "text",
    [
        b"mcp_servers = { other = { command = 'y' } }",
        b"mcp_servers = 1",
        b"[mcp_servers.assent]\ncommand = 'old'\nenabled = false\n",
        b"[mcp_servers.assent]\ncommand = 'old'\n[mcp_servers.assent.env]\nA = 'b'\n",
        b"[mcp_servers]\nassent.command = 'old'\n",
        b"[a",
        b"\xff",
    ],
)
def test_toml_that_cannot_be_added_to_without_a_doubt_is_refused(text: bytes) -> None:
    with pytest.raises(NotMergeable):
        merged(CODEX, text, ENTRY)


@pytest.mark.parametrize(
    "text",
    [
        b"// mine\n{}",
        b'{"a": 1,}',
        b"[]",
        b'{"mcpServers": []}',
        b'{"a": 1, "a": 2}',
        b"\xff",
        b"\xef\xbb\xbf{}",
        b'{"mcpServers"',
    ],
)
def test_json_that_cannot_be_read_is_refused(text: bytes) -> None:
    with pytest.raises(NotMergeable):
        merged(CURSOR, text, ENTRY)


@given(st.binary(max_size=60))
def test_whatever_a_file_holds_it_is_merged_or_refused(text: bytes) -> None:
    for program in (CURSOR, CODEX):
        try:
            after = merged(program, text, ENTRY)
        except NotMergeable:
            continue
        found = tomllib.loads(after.decode()) if program is CODEX else exact_json.decode(after)
        assert found[program.key]["assent"] == ENTRY
