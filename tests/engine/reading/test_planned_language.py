"""Fields that these readings have no rules for: nothing is claimed of them, nothing breaks."""

from typing import Any

import pytest

from assent_engine.reading import Unbounded, diff, explain, graph, worst_case
from assent_schemas.policy import Policy
from assent_schemas.states import MapState, TaskState
from engine.reading.stage import REGISTRY, each, order, policy, setting


class FedMap(MapState):
    """A Map whose items come from elsewhere."""

    item_feed: dict[str, Any] | None = None


class AnsweringTask(TaskState):
    """A Task of a query language with other fields."""

    arguments: str | None = None


class OtherLanguage(Policy):
    """A policy in another query language."""

    query_language: str | None = None


def with_state(name: str, state: Any, **more: Any) -> Policy:
    known = policy({"A": setting({"list": [1]}, next=name), name: setting(1), **more})
    return known.model_copy(update={"states": {**known.states, name: state}})


MAP = {**each("$.list", {"O": order(1)}), "item_feed": {"file": "x.csv"}}
FED_MAP = with_state("M", FedMap.model_validate(MAP))
ASKING = {**order(1), "arguments": "{% $x %}"}
ANSWERING_TASK = with_state("T", AnsweringTask.model_validate(ASKING))


def test_a_list_from_elsewhere_has_no_bound() -> None:
    found = worst_case(FED_MAP, REGISTRY).side_effects
    assert found == Unbounded("its list depends on item_feed", "/states/M/item_feed")


def test_an_input_made_in_another_way_bounds_no_money() -> None:
    assert isinstance(worst_case(ANSWERING_TASK, REGISTRY).money, Unbounded)


def test_a_policy_in_another_language_is_known_by_its_graph_alone() -> None:
    states = {"A": setting({"list": [1]}, next="M"), "M": each("$.list", {"O": order(1)})}
    read = policy(states)
    other = OtherLanguage.model_validate({**read.model_dump(by_alias=True), "query_language": "J"})
    assert worst_case(read, REGISTRY).effects == {"trade.order": 1}
    assert isinstance(worst_case(other, REGISTRY).effects["trade.order"], Unbounded)


@pytest.mark.parametrize(("read", "field"), [(FED_MAP, "item_feed"), (ANSWERING_TASK, "arguments")])
def test_a_field_without_rules_is_named_and_breaks_nothing(read: Policy, field: str) -> None:
    assert f"(it also uses {field}, which is not explained here)" in explain(read, REGISTRY)
    assert explain(read, REGISTRY, brief=True)
    assert graph(read, REGISTRY).startswith("flowchart TD")
    assert diff(read, read, REGISTRY).verdict == "no riskier"
