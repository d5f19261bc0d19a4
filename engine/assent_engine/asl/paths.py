"""The syntax of paths, intrinsic calls and payload templates, as far as it is cheap to see."""

import re
from typing import Any, Final

from assent_engine.asl.verdict import Problems, is_open, problem
from assent_schemas.errors import pointer

INTRINSICS: Final = {
    "Format",
    "StringToJson",
    "JsonToString",
    "Array",
    "ArrayPartition",
    "ArrayContains",
    "ArrayRange",
    "ArrayGetItem",
    "ArrayLength",
    "ArrayUnique",
    "Base64Encode",
    "Base64Decode",
    "Hash",
    "JsonMerge",
    "MathRandom",
    "MathAdd",
    "StringSplit",
    "UUID",
}
_CALL = re.compile(r"States\.(\w+)\s*\(")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*+'", re.DOTALL)
_KEYS = re.compile(r"""\[\s*+(?:'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+")\s*+\]""", re.DOTALL)
_DOUBLE = re.compile(r'[(,]\s*+"')
_DEEPEST: Final = 8
_BRACKETED = re.compile(r"\[([^\[\]]*+)\]")


def path_problem(text: str) -> str | None:
    """What is wrong with a path or an intrinsic call; None if nothing is."""
    if is_open(text):
        return None
    if text.startswith("States."):
        return _intrinsic_problem(text)
    if not text.startswith("$"):
        return "it does not start with $"
    if text.endswith("."):
        return "it ends in a dot"
    bare = _KEYS.sub("[0]", text)
    quoted = "'" in bare or '"' in bare
    return None if quoted or bare.count("[") == bare.count("]") else "its brackets do not match"


def reference_problem(text: str) -> str | None:
    """What is wrong with a path that must name one place to write to; None if nothing is."""
    if is_open(text):
        return None
    if not re.match(r"\$(?:$|[.\[])", text):
        return "it must start with $. and may name neither the context nor a variable"
    found = path_problem(text)
    inside = "".join(_BRACKETED.findall(_KEYS.sub("", text)))
    if found is None and "'" not in inside and '"' not in inside and re.search("[@,:?]", inside):
        return "it may not use @ , : or ?"
    bare = _KEYS.sub("", text)
    if found is None and "'" not in bare and '"' not in bare and re.search(r"\*|\.\.", bare):
        return "it must name one place"
    return found


def template_problems(node: Any, where: str) -> Problems:
    """The keys of a template that end in .$ but do not hold a path or a call."""
    if isinstance(node, list):
        for at, item in enumerate(node):
            yield from template_problems(item, f"{where}/{at}")
    for name, value in node.items() if isinstance(node, dict) else ():
        inside = where + pointer(name)
        if name.endswith(".$") and name[:-2] in node:
            detail = f'"{name}" and "{name[:-2]}" give the same key.'
            yield problem("template.duplicate_key", inside, detail, "Keep one of the two.")
        if not name.endswith(".$"):
            yield from template_problems(value, inside)
        elif not isinstance(value, str):
            if not is_open(value):
                yield problem("template.not_a_path", inside, f'"{name}" must hold a path.')
        elif (reason := path_problem(value.strip())) is not None:
            detail = f'"{name}" must hold a path or an intrinsic call; in {value!r}, {reason}.'
            yield problem("template.not_a_path", inside, detail)


def _intrinsic_problem(text: str) -> str | None:
    bare = _QUOTED.sub("''", text.strip())
    unknown = [name for name in _CALL.findall(bare) if name not in INTRINSICS]
    if unknown:
        return f"there is no function States.{unknown[0]}"
    if not _CALL.match(bare) or not bare.endswith(")"):
        return "it is not a call of an intrinsic function"
    if any('\\"' in literal for literal in _QUOTED.findall(text)):
        return "a double quote takes no backslash"
    if _DOUBLE.search(_flat(bare)):
        return "its texts stand in single quotes, not in double ones"
    # A quote that is left over may be part of a name; then brackets tell nothing.
    closed = bare.count("(") == bare.count(")") or "'" in bare.replace("''", "")
    return None if closed else "its parentheses do not match"


def _flat(text: str) -> str:
    """A call without what stands in square brackets, where a path may hold double quotes."""
    for _ in range(_DEEPEST):
        inner = _BRACKETED.sub("", text)
        if inner == text:
            break
        text = inner
    return text
