"""A rehearsal: a policy carried out in virtual time on a copy of the outside world."""

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from assent_engine import library
from assent_engine.files import Folder
from assent_engine.home import Home
from assent_engine.interpreter import Witness
from assent_engine.notices import MemoryNotices, NoticeBoard
from assent_engine.registry import StepRegistry, World
from assent_engine.simulate import Result, simulate
from assent_schemas import exact_json
from assent_service.canned import read_answers


def rehearse(
    document: dict[str, Any],
    given: Any = None,
    *,
    home: Path | None = None,
    holdings: Path | None = None,
    prices: Path | None = None,
    steps: Path | None = None,
    decisions: Path | Mapping[str, Any] | None = None,
    policies: Mapping[str, dict[str, Any]] | None = None,
    seed: str = "0",
    cursor: dict[str, Any] | None = None,
    witness: Witness | None = None,
    registry: StepRegistry | None = None,
) -> Result:
    """Simulate with the registered steps; orders reach a throw-away copy of the paper broker.

    The copy is made from the home, with the files given put over it. With a file of canned
    `steps` nothing is copied, and a step that is not in the file fails. `decisions` are answers,
    or a file of them, `policies` what policy.run can name; `cursor` starts in the middle, and
    `witness` hears of what is taken; `registry` replaces the installed steps. Raises
    PolicyInvalid, InputFileError, Refused.

    Maps read items from the home's own folder of files; no results are written there.
    """
    outside, files = library.load(), Folder(Home.find(home).files)
    answers = exact_json.parse(decisions.read_bytes()) if isinstance(decisions, Path) else decisions
    play = partial(
        simulate,
        document,
        given,
        decisions=answers,
        policies=policies,
        files=files,
        seed=seed,
        cursor=cursor,
        witness=witness,
        registry=registry,
    )
    if steps is not None:
        return play(steps=read_answers(steps))
    with tempfile.TemporaryDirectory(prefix="assent-rehearsal-") as folder:
        copy = Path(folder)
        outside.copy_world(Home.find(home).path, copy)
        if holdings or prices:
            outside.adopt(copy, holdings=holdings, prices=prices)

        @asynccontextmanager
        async def open_world() -> AsyncIterator[World]:
            async with outside.open_world(copy) as parts:
                yield World({**parts, NoticeBoard: MemoryNotices()})

        return play(open_world=open_world)
