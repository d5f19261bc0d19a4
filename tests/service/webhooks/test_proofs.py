"""Proofs of a secret: what shows it, and what does not."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from assent_engine.hook_keys import hashed
from assent_service.webhooks.proofs import GOOD_FOR, Secret
from service.webhooks.stages import signature, timed_signature

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
SECRET = "s" * 43
BEARER = Secret("bearer", hashed(SECRET), "a key that nobody knows")
SIGNED = Secret("signature", hashed(SECRET), SECRET)


def proven(secret: Secret, body: bytes, *headers: tuple[str, str]) -> bool:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    return secret.proven(Headers(raw=raw), body, NOW)


def test_a_bearer_shows_the_secret_itself() -> None:
    assert proven(BEARER, b"", ("authorization", f"Bearer {SECRET}"))
    assert proven(BEARER, b"", ("authorization", f"bearer {SECRET}"))


@pytest.mark.parametrize(
    "said", ["", "Bearer", "Bearer ", SECRET, f"Basic {SECRET}", f"Bearer {SECRET}x", "Bearer -"]
)
def test_nothing_else_will_do(said: str) -> None:
    assert not proven(BEARER, b"", ("authorization", said))


def test_a_header_that_stands_twice_shows_nothing() -> None:
    twice = [("authorization", f"Bearer {SECRET}")] * 2
    assert not proven(BEARER, b"", *twice)
    assert not proven(SIGNED, b"x", *[("x-hub-signature-256", signature(SECRET, b"x"))] * 2)


def test_where_callers_sign_the_secret_itself_opens_nothing() -> None:
    assert not proven(SIGNED, b"{}", ("authorization", f"Bearer {SECRET}"))


def test_a_bearer_webhook_takes_no_signature() -> None:
    assert not proven(BEARER, b"{}", ("x-hub-signature-256", signature(SECRET, b"{}")))


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_a_signature_is_good_for_its_own_body_alone(body: bytes, other: bytes) -> None:
    header = ("x-hub-signature-256", signature(SECRET, body))
    assert proven(SIGNED, body, header)
    assert proven(SIGNED, other, header) == (other == body)
    assert not proven(SIGNED, body, (header[0], signature("another", body)))


@given(st.integers(-3 * GOOD_FOR, 3 * GOOD_FOR), st.binary(max_size=50))
def test_a_timed_signature_is_good_for_five_minutes(off: int, body: bytes) -> None:
    header = ("stripe-signature", timed_signature(SECRET, body, AT + off))
    assert proven(SIGNED, body, header) == (abs(off) <= GOOD_FOR)


def test_one_of_several_timed_signatures_will_do() -> None:
    right = timed_signature(SECRET, b"{}", AT)
    both = right.replace(",v1=", f",v1={'0' * 64},v1=")
    assert proven(SIGNED, b"{}", ("stripe-signature", both))
    assert not proven(SIGNED, b"{}", ("stripe-signature", right.replace(",v1=", ",v0=")))


def test_a_stale_timed_signature_is_not_saved_by_a_plain_one() -> None:
    stale = ("stripe-signature", timed_signature(SECRET, b"{}", AT - 2 * GOOD_FOR))
    plain = ("x-hub-signature-256", signature(SECRET, b"{}"))
    assert not proven(SIGNED, b"{}", stale, plain)


@given(st.text(st.characters(max_codepoint=255), max_size=300))
def test_whatever_stands_in_a_header_is_read_or_refused(said: str) -> None:
    for name in ("authorization", "x-hub-signature-256", "stripe-signature"):
        for secret in (BEARER, SIGNED):
            assert not proven(secret, b"{}", (name, said))
