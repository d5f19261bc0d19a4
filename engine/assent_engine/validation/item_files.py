"""A Map's reader and writer in our own dialect: known resources, and paths that may be."""

from collections.abc import Iterator
from typing import Any

from assent_engine.files.paths import path_fault, shown
from assent_engine.validation.machines import Json, listed
from assent_engine.validation.problems import misspelt, problem
from assent_schemas.errors import Problem, pointer, replacing
from assent_schemas.item_files import READ_ITEMS, WRITE_RESULT
from assent_schemas.spelling import nearest

_PARTS = {"item_reader": READ_ITEMS, "result_writer": WRITE_RESULT}
_PATH = ("path", "path.$")


def item_file_problems(state: Json, where: str) -> Iterator[Problem]:
    """What is wrong with one Map's reader and writer."""
    for name, resource in _PARTS.items():
        part = state.get(name)
        if isinstance(part, dict):
            at = f"{where}/{name}"
            yield from _resource(part.get("resource"), resource, f"{at}/resource")
            yield from _parameters(part.get("parameters"), f"{at}/parameters")
            yield from _config(part.get("reader_config"), f"{at}/reader_config")


def _resource(given: Any, only: str, where: str) -> Iterator[Problem]:
    if isinstance(given, str) and given != only:
        detail = f'There is no resource "{given}" here; there is {only}.'
        near = nearest(given, [only]) or (only if given in _PARTS.values() else None)
        yield misspelt("item_files.unknown_resource", where, detail, near, f"Use {only}.")


def _parameters(given: Any, where: str) -> Iterator[Problem]:
    if not isinstance(given, dict):
        return
    if not any(key in given for key in _PATH):
        yield problem("item_files.no_path", where, 'There is no "path" of a file.', "Give path.")
    for key in given:
        if key not in _PATH:
            detail = f'"{key}" says nothing here; there are path and path.$.'
            at = where + pointer(key)
            yield misspelt("item_files.unknown_parameter", at, detail, None, "Remove it.")
    if "path" in given and (fault := path_fault(given["path"])) is not None:
        detail = f"{shown(given['path'])} {fault}."
        remedy = "Write it like prices/today.csv, beneath the home's folder files."
        yield problem("item_files.bad_path", f"{where}/path", detail, remedy)


def _config(given: Any, where: str) -> Iterator[Problem]:
    if not isinstance(given, dict):
        return
    headers = [one for one in listed(given.get("csv_headers")) if isinstance(one, str)]
    if given.get("csv_header_location") == "GIVEN" and not headers:
        detail = "The headers are said to be given, and csv_headers are not there."
        yield problem("item_files.no_headers", where, detail, "Add csv_headers.")
    if len(set(headers)) < len(headers):
        detail = "A header stands twice; which column would it name?"
        yield problem("item_files.duplicate_header", f"{where}/csv_headers", detail)
    most = given.get("max_items")
    if isinstance(most, int) and most < 0:
        at = f"{where}/max_items"
        detail = f"The number of items may not be negative; it is {most}."
        yield problem("item_files.negative", at, detail, "0 takes all.", replacing(at, 0))
