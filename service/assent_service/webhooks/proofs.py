"""Proofs: how a caller shows that it knows a webhook's secret, compared in constant time.

A body may be signed in two ways: `X-Hub-Signature-256: sha256=HEX` over the body alone, and
`Stripe-Signature: t=SECONDS,v1=HEX` over the moment, a dot and the body, good for five minutes.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

from starlette.datastructures import Headers

from assent_engine.hook_keys import hashed

SIGNATURE, TIMED_SIGNATURE = "x-hub-signature-256", "stripe-signature"
GOOD_FOR = 300
"""Seconds by which the moment of a signature may differ from now."""
_MOST_SIGNATURES = 8
_BEARER = re.compile(r"Bearer ([!-~]{1,256})", re.IGNORECASE)
_PLAIN = re.compile(r"sha256=([0-9a-f]{64})")
_TIMED = re.compile(r"t=([0-9]{1,12})((?:,v[0-9]=[0-9a-f]{64}){1,8})")


@dataclass(frozen=True, slots=True)
class Secret:
    """What a webhook expects; `key` is the secret itself where its callers sign with it."""

    proof: Literal["bearer", "signature"]
    secret_hash: str
    key: str

    def proven(self, headers: Headers, body: bytes, now: datetime) -> bool:
        """Whether a call comes from who knows the secret.

        Both proofs are always worked out, so that the time says nothing about which is expected.
        """
        told = self._told(headers)
        signed = self._signed(headers, body, now)
        return signed if self.proof == "signature" else told

    def _told(self, headers: Headers) -> bool:
        given = _BEARER.fullmatch(_only(headers, "authorization"))
        secret = given[1] if given else ""
        return hmac.compare_digest(hashed(secret), self.secret_hash or hashed("-"))

    def _signed(self, headers: Headers, body: bytes, now: datetime) -> bool:
        if timed := _TIMED.fullmatch(_only(headers, TIMED_SIGNATURE)):
            fresh = abs(now.timestamp() - int(timed[1])) <= GOOD_FOR
            given = [one[3:] for one in timed[2].split(",") if one.startswith("v1=")]
            return self._is_of(given, timed[1].encode() + b"." + body) and fresh
        plain = _PLAIN.fullmatch(_only(headers, SIGNATURE))
        return self._is_of([plain[1] if plain else ""], body)

    def _is_of(self, given: list[str], signed: bytes) -> bool:
        expected = hmac.new(self.key.encode(), signed, sha256).hexdigest()
        right = [hmac.compare_digest(one, expected) for one in given[:_MOST_SIGNATURES]]
        return any(right)


def _only(headers: Headers, name: str) -> str:
    """A header that stands there once; else nothing."""
    found = headers.getlist(name)
    return found[0] if len(found) == 1 else ""
