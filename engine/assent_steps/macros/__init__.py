"""The shipped macros: sub-policies in JSON beside this module, registered under their names."""

from importlib import resources

from assent_engine.registry import Macro, StepRegistry
from assent_schemas import exact_json

DESCRIPTIONS = {
    "portfolio.rebalance_saga": "Brings the portfolio to its targets: sells first, then buys.",
    "trade.tax_loss_harvest": "Sells a losing position, unless it was bought within 30 days.",
}


def macros() -> list[Macro]:
    """Every shipped macro, read from its document."""
    return [
        Macro.from_document(name, description, _document(name))
        for name, description in DESCRIPTIONS.items()
    ]


def _document(name: str) -> "dict[str, object]":
    text = resources.files(__name__).joinpath(f"{name}.json").read_bytes()
    document: dict[str, object] = exact_json.parse(text)
    return document


for _macro in macros():
    StepRegistry.shared().add_macro(_macro)
