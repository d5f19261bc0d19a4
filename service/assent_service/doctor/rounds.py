"""Finds the checks of the installed parts and carries them out; a broken one is a finding."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from assent_schemas.checks import Check, Finding, Verdict

GROUP, DISTRIBUTION = "assent.checks", "assent"


def offered() -> dict[str, EntryPoint]:
    """The checks by name; only those of our own distribution are trusted."""
    points = entry_points(group=GROUP)
    ours = [one for one in points if one.dist is not None and one.dist.name == DISTRIBUTION]
    return {one.name: one for one in sorted(ours, key=lambda one: one.name)}


def examined(home: Path, only: str | None = None) -> Iterator[tuple[str, Finding]]:
    """Each check's name and finding."""
    for name, point in offered().items():
        if only in (None, name):
            yield name, _carried_out(point, home)


def _carried_out(point: EntryPoint, home: Path) -> Finding:
    try:
        check: Check = point.load()
        return check(home)
    except Exception as error:  # noqa: BLE001 - the other checks are wanted as well
        why = f"The check itself failed: {type(error).__name__}: {error}."
        return Finding(Verdict.FAIL, why, "This is a fault of Assent itself.")
