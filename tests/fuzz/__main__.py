"""Fuzz for as many seconds as the argument says: `python -m fuzz 180`; needs atheris."""

import importlib
import json
import random
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

SECONDS = 180
WORDS = ["next", "end", "Map", "$.list", "$$", "States.Format('{}', $)", "$[?(@.n > 1)]", None]
CHANGES = 4


def corpus(folder: Path) -> None:
    """Begin with policies that are accepted, so that the fuzzer gets behind the validator."""
    for path in files("assent_schemas").joinpath("examples").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    task = {"type": "Task", "resource": "a.sure", "end": True}
    inner = {"start_at": "T", "states": {"T": task}}
    kinds = [
        task,
        {"type": "Map", "items_path": "$.list", "iterator": inner, "end": True},
        {"type": "Parallel", "branches": [inner, inner], "end": True},
        {"type": "Pass", "parameters": {"x.$": "States.Format('{}', $.n)"}, "end": True},
        {"type": "Wait", "seconds_path": "$.n", "end": True},
        {"type": "Fail", "error": "E", "cause_path": "$.text"},
    ]
    for at, state in enumerate(kinds):
        document = {"name": "P", "start_at": "S", "states": {"S": state}}
        (folder / f"kind-{at}.json").write_text(json.dumps(document), encoding="utf-8")


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every place in a document that can be changed."""
    if not isinstance(node, dict | list):
        return []
    keys = list(node) if isinstance(node, dict) else range(len(node))
    return [pair for key in keys for pair in [(node, key), *places(node[key])]]


def changed(data: bytes, seed: int) -> bytes:
    """The document with a few of its values exchanged or replaced; other bytes as they are."""
    chance = random.Random(seed)
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return data
    for _ in range(chance.randint(1, CHANGES)):
        found = places(document)
        if not found:
            break
        (holder, key), (other, where) = chance.choice(found), chance.choice(found)
        taken = json.loads(json.dumps(other[where]))
        holder[key] = chance.choice([taken, chance.choice(WORDS)])
    return json.dumps(document).encode()


def main() -> None:
    try:
        atheris: Any = importlib.import_module("atheris")
    except ImportError:
        sys.exit("Nothing was fuzzed: atheris is not installed here (pip install atheris).")
    seconds = sys.argv[1] if len(sys.argv) > 1 else str(SECONDS)
    with atheris.instrument_imports(include=["assent_schemas", "assent_engine"]):
        from fuzz.targets import carried_out

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        new = atheris.Mutate(data, most) if seed % 3 == 0 else changed(data, seed)
        return bytes(new)[:most]

    with tempfile.TemporaryDirectory() as folder:
        corpus(Path(folder))
        bounds = ["-max_len=8192", "-timeout=20", "-rss_limit_mb=2048"]
        arguments = [sys.argv[0], f"-max_total_time={seconds}", *bounds, folder]

        def once(data: bytes) -> None:
            carried_out(data)

        atheris.Setup(arguments, once, custom_mutator=mutate)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
