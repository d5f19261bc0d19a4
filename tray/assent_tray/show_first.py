"""The owner's rule on what has to be read whole before a yes: then the menu offers none."""

from enum import StrEnum

from assent_tray.state import Brief


class ShowFirst(StrEnum):
    """What is shown whole first."""

    EVERYTHING = "everything"
    ACTING = "acting"
    """Whatever may do more to the outside than tell the owner something."""
    NOTHING = "nothing"


def may_be_approved_here(brief: Brief | None, rule: ShowFirst) -> bool:
    """Whether the menu may offer a yes: never before the brief reading stands there."""
    if brief is None or rule is ShowFirst.EVERYTHING:
        return False
    return rule is ShowFirst.NOTHING or not brief.acts
