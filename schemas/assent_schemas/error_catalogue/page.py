"""docs/errors.md, generated from the catalogue; `python -m` this module prints it."""

import sys
from collections.abc import Iterable, Iterator

from assent_schemas.error_catalogue import SECTIONS, Row

INTRODUCTION = """\
# Error codes

Generated from `assent_schemas.error_catalogue` by `just generate`. A code stays the same across
releases; `assent errors CODE` prints its row. What an error says beside it is about the case.\
"""


def page() -> str:
    """The whole page, in Markdown."""
    return "\n".join([INTRODUCTION, *_sections()]) + "\n"


def _sections() -> Iterator[str]:
    for heading, rows in SECTIONS.items():
        yield f"\n## {heading}\n"
        yield "| code | title | what it means | what to do |\n|---|---|---|---|"
        yield from _lines(rows)


def _lines(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        words = (_cell(one) for one in (row.title, row.meaning, row.remedy))
        yield f"| `{row.code}` | {' | '.join(words)} |"


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(page())
