"""Attacks 1 to 3: JSON that is too large, too deep, too many or no number; memory is bounded."""

import pytest

from engine.hostile.attacks import carried_out

BEFORE = """
from assent_schemas import exact_json
from assent_schemas.errors import PolicyInvalid
exact_json.parse('{"a": [1.5, "x"]}')
"""
TRY = """
try:
    exact_json.parse(text)
except PolicyInvalid as refused:
    return refused.problem.code
return "accepted"
"""
BOMBS = [
    ("100,000 brackets", 'b"[" * 100_000', "json.too_deep"),
    ("a million brackets", 'b"[" * 1_000_000', "json.too_deep"),
    ("objects in objects", "b'{\"a\":' * 100_000", "json.too_deep"),
    ("brackets one after the other", 'b"[" + b"[]," * 300_000 + b"1]"', "json.too_many"),
    ("empty objects", 'b"[" + b"{}," * 300_000 + b"1]"', "json.too_many"),
    ("a million ones", 'b"[" + b"1," * 500_000 + b"1]"', "json.too_many"),
    ("keys", "b'{' + b','.join(b'\"%d\":1' % n for n in range(90_000)) + b'}'", "json.too_many"),
    ("the same key", "b'{' + b'\"a\":1,' * 150_000 + b'\"a\":1}'", "json.too_many"),
    ("one text", "b'\"' + b'x' * 1_000_000 + b'\"'", "json.text_too_long"),
    ("one text of escapes", "b'\"' + b'\\\\u0041' * 160_000 + b'\"'", "json.text_too_long"),
    ("a text without an end", "b'\"' + b'\\\\\\\\' * 500_000", "json.syntax"),
    ("a digit a million times", 'b"1" * 1_000_000', "json.number"),
    ("an exponent of a million digits", 'b"1e" + b"9" * 1_000_000', "json.number"),
    ("1e400", 'b"1e400"', "json.number"),
    ("1E+999999999", 'b"[1E+999999999]"', "json.number"),
    ("NaN", 'b"[NaN]"', "json.number"),
    ("half a pair", "b'[\"\\\\ud800\"]'", "json.surrogate"),
]


@pytest.mark.parametrize(("text", "code"), [pytest.param(*row[1:], id=row[0]) for row in BOMBS])
def test_a_bomb_is_refused_and_leaves_the_memory_as_it_was(text: str, code: str) -> None:
    damage = carried_out(f"{BEFORE}\ntext = {text}", TRY)
    assert damage.said == code
    assert damage.mebibytes < 20


def test_what_is_too_large_is_refused_before_it_is_read() -> None:

    damage = carried_out(BEFORE + "\ntext = bytes(50_000_000)", TRY)
    assert damage.said == "json.too_large"
    assert damage.mebibytes < 20
