"""How notices look on a terminal: when, how grave and about what in a line, the text below it."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from assent_engine.moments import moment
from assent_engine.notices import NoticeLevel
from assent_engine.reading.schedule import moment_words
from assent_engine.scheduling.zone import owners_zone
from assent_schemas.wire.service import NoticeTold
from assent_service.cli.text import shown, shown_document


def notices_view(found: Sequence[NoticeTold]) -> RenderableType:
    """Notices, each whole."""
    if not found:
        return "Nothing was told to you yet."
    return Group(*(part for one in found for part in (_head(one), _text(one))))


def _head(one: NoticeTold) -> Text:
    style = "bold red" if one.level == NoticeLevel.PROBLEM else "bold"
    policy = f"  {shown(one.policy)}" if one.policy else ""
    run = f"  run {one.run_id}" if one.run_id else ""
    when = moment_words(moment(one.at), ZoneInfo(owners_zone()))
    return Text.assemble((f"{when}  ", "dim"), (one.level, style), policy, (run, "dim"))


def _text(one: NoticeTold) -> RenderableType:
    return Padding(Text(shown_document(one.text), overflow="fold"), (0, 0, 0, 2), expand=False)
