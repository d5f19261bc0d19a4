"""The book of webhooks: what each call is held against, in memory."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from starlette.datastructures import Headers

from assent_engine.hook_keys import HookKeys, hashed
from assent_engine.hooks import SECRET_BYTES
from assent_engine.store import Reader
from assent_service.webhooks.proofs import Secret


def _nobodys() -> Secret:
    secret = secrets.token_urlsafe(SECRET_BYTES)
    return Secret("bearer", hashed(secret), secret)


@dataclass(frozen=True, slots=True)
class Book:
    """Every webhook that works, by name."""

    known: Mapping[str, Secret] = field(default_factory=dict)
    decoy: Secret = field(default_factory=_nobodys)
    """What a call of a webhook that does not exist is held against: the work is the same."""

    @classmethod
    async def read(cls, read: Reader, kept: HookKeys) -> "Book":
        """What the store has, with the secrets beside it; raises StoreError.

        A webhook whose secret is not there can be called by nobody.
        """
        rows = [row for row in await read.hooks() if not row.revoked_at]
        known = {}
        for row in rows:
            # Nobody can know a key that is made up here.
            key = kept.secret(row.secret_hash) or secrets.token_urlsafe(SECRET_BYTES)
            known[row.name] = Secret(row.proof, row.secret_hash, key)
        return cls(known)

    def proven(self, name: str, headers: Headers, body: bytes, now: datetime) -> bool:
        """Whether this webhook exists, and the call comes from who knows its secret."""
        proven = self.known.get(name, self.decoy).proven(headers, body, now)
        return proven and name in self.known
