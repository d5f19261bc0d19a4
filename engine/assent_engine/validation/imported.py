"""Machines of the Amazon States Language at our doors: as they are, and as imported documents."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from assent_engine import asl
from assent_engine.asl.names import OURS
from assent_engine.validation.machines import Json, machines
from assent_engine.validation.problems import TITLE
from assent_schemas.errors import PolicyInvalid, Problem, pointer

_QUOTED = re.compile(r'"([A-Z][A-Za-z]+)"')


def refuse_machine(document: Any) -> None:
    """Raise PolicyInvalid where a machine stands instead of a policy document."""
    if not isinstance(document, dict) or "states" in document:
        return
    if "StartAt" in document or "States" in document:
        detail = "This is an Amazon States Language machine, not a policy."
        remedy = "Import it first: assent policy import."
        raise PolicyInvalid(Problem("policy.is_asl", TITLE, detail, remedy, ""))


def ill_formed(document: Json) -> Iterator[Problem]:
    """Why AWS would refuse an imported machine, in the places and names of the document."""
    names = {name for _, one in machines(document) for name in one.get("states", ())}
    for one in asl.well_formed(asl.export_machine(document)):
        detail, remedy = _ours(one.detail, names), _ours(one.remedy, names)
        yield replace(one, detail=detail, remedy=remedy, pointer=_place(one.pointer, document))


def _place(where: str | None, document: Json) -> str | None:
    """A place of the machine in the document; what is data there has the same keys in both."""
    if where is None:
        return None
    found: list[str] = []
    node: Any = document
    for token in where.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if not isinstance(node, list | dict):
            node = {}
        if isinstance(node, dict) and name not in node:
            name = OURS.get(name, name)
        found.append(name)
        node = node[int(name)] if isinstance(node, list) else node.get(name)
    return pointer(*found)


def _ours(text: str, names: set[str]) -> str:
    """A text with the fields that it names under our names; states keep theirs."""

    def renamed(match: re.Match[str]) -> str:
        name = match[1]
        return match[0] if name in names or name not in OURS else f'"{OURS[name]}"'

    return _QUOTED.sub(renamed, text)
