"""The machines that this engine and its peers carry out alike."""

from typing import Any

Json = dict[str, Any]


def counting(count: int) -> Json:
    """A loop of a Pass that adds one and a Choice, so many times round: two transitions each."""
    add = {"n.$": "States.MathAdd($.n, 1)"}
    again = {"Variable": "$.n", "NumericLessThan": count, "Next": "Add"}
    states: Json = {
        "Add": {"Type": "Pass", "Parameters": add, "Next": "Ask"},
        "Ask": {"Type": "Choice", "Choices": [again], "Default": "End"},
        "End": {"Type": "Succeed"},
    }
    return {"StartAt": "Add", "States": states}


def mapped() -> Json:
    """A Map with a Pass for each item of its input's `items`."""
    inner = {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}}
    items = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": inner, "End": True}
    return {"StartAt": "Items", "States": {"Items": items}}
