"""A folder of zone data whose rules can be replaced, as an update of a system does it."""

from pathlib import Path

EPOCH_OF_FORM = 44
"""Bytes of the head of a compiled zone."""


def fixed(offset_seconds: int, name: str) -> bytes:
    """A compiled zone, in the format of RFC 8536, that always has one offset."""
    hours, minutes = divmod(abs(offset_seconds) // 60, 60)
    # In the footer's notation of POSIX what lies east of Greenwich is negative.
    sign = "-" if offset_seconds >= 0 else ""
    footer = f"\n<{name}>{sign}{hours}:{minutes:02}\n".encode()
    designation = name.encode() + b"\0"
    kind = offset_seconds.to_bytes(4, "big", signed=True) + b"\0\0"
    counts = [0, 0, 0, 0, 1, len(designation)]
    head = b"TZif2" + bytes(15) + b"".join(one.to_bytes(4, "big") for one in counts)
    assert len(head) == EPOCH_OF_FORM
    return (head + kind + designation) * 2 + footer


def put(folder: Path, zone: str, data: bytes) -> None:
    """Put a compiled zone in place, whole, as package systems do."""
    path = folder / zone
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name("part")
    part.write_bytes(data)
    part.replace(path)
