"""Chains of hashes: what each entry of a journal or of the ledger is bound to the last one by."""

import hashlib

GENESIS = "0" * 64
"""What a chain's first entry follows."""


def entry_hash(*parts: str | int) -> str:
    """SHA-256 over the parts, each with its length, so that none can flow into the next."""
    mark = hashlib.sha256()
    for part in parts:
        text = str(part).encode()
        mark.update(f"{len(text)}:".encode() + text)
    return mark.hexdigest()
