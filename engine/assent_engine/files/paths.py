"""Which texts name a place beneath a folder, on every platform alike."""

import unicodedata

from assent_engine.files.port import FileFault

LONGEST_PATH = 1024
LONGEST_NAME = 255
DEEPEST = 32
_DEVICES = {"con", "prn", "aux", "nul", *(f"{one}{n}" for one in ("com", "lpt") for n in range(10))}


def path_fault(path: object) -> str | None:
    """What is wrong with a relative path, in words that follow it; None if nothing is."""
    if not isinstance(path, str) or not path:
        return "is no path"
    if len(path) > LONGEST_PATH:
        return f"is longer than {LONGEST_PATH} characters"
    if path.startswith("/"):
        return "is absolute; paths are relative to the folder"
    names = path.split("/")
    if len(names) > DEEPEST:
        return f"has more than {DEEPEST} parts"
    return next((fault for name in names if (fault := _name_fault(name))), None)


def parts(path: object) -> list[str]:
    """The names of a relative path; raises FileFault."""
    if (fault := path_fault(path)) is not None:
        raise FileFault(f"{shown(path)} {fault}.")
    return str(path).split("/")


def shown(path: object) -> str:
    """A path as it can be put into a message."""
    text = ascii(path)
    return text if len(text) <= LONGEST_NAME else f"{text[:LONGEST_NAME]}..."


def _name_fault(name: str) -> str | None:
    if name in {"", ".", ".."}:
        return f"has a part {name!r}, which no path may have"
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in name):
        return "holds a character that no file name may have"
    if set(name) & set(r'\:*?"<>|') or name != name.rstrip(". "):
        return f"has a part {name!r}, which is no file name on every computer"
    if name.split(".", maxsplit=1)[0].rstrip().lower() in _DEVICES:
        return f"has a part {name!r}, which is a device on some computers"
    if len(name.encode()) > LONGEST_NAME:
        return f"has a part of more than {LONGEST_NAME} bytes"
    return None
