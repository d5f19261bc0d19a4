"""What a policy's own tests show of it, in one line for whoever decides about it."""

from typing import Any

from rich.text import Text

from assent_engine import library
from assent_engine.policy_tests import run_tests
from assent_engine.reading.proof import sentences
from assent_engine.registry import StepRegistry
from assent_engine.validation import validate
from assent_schemas.errors import PolicyInvalid
from assent_service.cli.text import shown

_LONGEST = 1000


def tests_line(document: dict[str, Any]) -> Text:
    """How many tests there are, what they cover, and what none of them takes."""
    if not document.get("tests"):
        return Text("none")
    library.load()
    registry = StepRegistry.shared()
    try:
        policy = validate(document, registry)
        said = " ".join(sentences(policy, run_tests(document, registry).proof))
    except PolicyInvalid as invalid:
        said = f"Not carried out, as it is no valid policy here: {invalid.problem.detail}"
    return Text(shown(said, _LONGEST))
