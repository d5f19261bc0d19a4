"""Pages: the templates, which escape whatever they are given and let nothing in it hide."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from assent_schemas.errors import Problem
from assent_schemas.visible import visible
from assent_service.review.page import Page


def _shown(value: Any) -> Any:
    """Every value that a template puts out goes through here, none excepted."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


ENVIRONMENT = Environment(
    loader=PackageLoader("assent_service.review"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_shown,
    trim_blocks=True,
    lstrip_blocks=True,
)


def review(page: Page, nonce: str) -> str:
    """One approval, whole; `nonce` is that of the style."""
    return ENVIRONMENT.get_template("review.html").render(page=page, nonce=nonce)


def opening(place: str, nonce: str) -> str:
    """The first page after a code: it leads on to the review.

    It is this page that leads there, so that a browser sends the cookie that it has just been
    given, from wherever the address was opened.
    """
    return ENVIRONMENT.get_template("opening.html").render(place=place, nonce=nonce)


def refusal(problem: Problem, nonce: str) -> str:
    """Why not."""
    return ENVIRONMENT.get_template("refusal.html").render(problem=problem, nonce=nonce)
