"""Broken policies and what is said about them: both layers in one answer."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from assent_engine.validation import Named, machines, validate
from assent_schemas import exact_json
from assent_schemas.errors import PolicyInvalid, Problem
from engine.pure.policies import machine, passing, policy, task

KNOWN = ("a.step", "market.get_quote", "notify.user")
INNER = machine({"In": passing()})
END = {"End": {"type": "Succeed"}}
Found = set[tuple[str, str | None]]


def check(document: Any) -> list[Problem]:
    """What is wrong with a document; empty where it is accepted."""
    try:
        validate(exact_json.plain(document), Named(KNOWN))
    except PolicyInvalid as invalid:
        return list(invalid.problems)
    return []


def found(document: Any) -> Found:
    return {(one.code, one.pointer) for one in check(document)}


def choosing(rule: dict[str, Any]) -> dict[str, Any]:
    return {"C": {"type": "Choice", "choices": [{**rule, "next": "End"}]}, **END}


def triggered(**trigger: Any) -> dict[str, Any]:
    return policy({"P": passing()}, triggers=[trigger])


def asking(effects: Any, **fields: Any) -> dict[str, Any]:
    shown = {} if effects is None else {"effects": effects}
    return {"type": "Approval", "title": "Go?", "timeout_seconds": 60, **shown, **fields}


def mapping(inner: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"M": {"type": "Map", "iterator": inner, "end": True, **fields}}


TRUE = {"variable": "$.a", "is_null": True}
BAD_PATH = {"variable": "$.a[", "is_null": True}
ALL = ["States.ALL"]

BROKEN: list[tuple[str, Any, Found]] = [
    ("no object", [], {("policy.wrong_type", "")}),
    (
        "nothing in it",
        {},
        {("policy.missing_key", "")},
    ),
    ("no states", policy({"A": passing()}, states={}), {("policy.out_of_bounds", "/states")}),
    (
        "unknown key",
        policy({"A": passing()}, stats={}),
        {("policy.unknown_key", "/stats")},
    ),
    (
        "unknown start",
        policy({"A": passing()}, start_at="B"),
        {("reference.unknown_state", "/start_at")},
    ),
    (
        "a start that is no text",
        policy({"A": passing()}, start_at=["A"]),
        {("policy.wrong_type", "/start_at")},
    ),
    (
        "unknown next",
        policy({"A": passing(next="B")}),
        {("reference.unknown_state", "/states/A/next")},
    ),
    (
        "unknown default",
        policy(
            {"C": {"type": "Choice", "choices": [{**TRUE, "next": "End"}], "default": "X"}, **END}
        ),
        {("reference.unknown_state", "/states/C/default")},
    ),
    (
        "unknown next of a rule",
        policy(
            {"C": {"type": "Choice", "choices": [{**TRUE, "next": "X"}], "default": "End"}, **END}
        ),
        {("reference.unknown_state", "/states/C/choices/0/next")},
    ),
    (
        "unknown next of a catcher",
        policy({"T": task(catch=[{"error_equals": ["E"], "next": "X"}])}),
        {("reference.unknown_state", "/states/T/catch/0/next")},
    ),
    (
        "unreachable states",
        policy({"A": passing(), "B": passing(next="C"), "C": passing()}),
        {("state.unreachable", "/states/B"), ("state.unreachable", "/states/C")},
    ),
    (
        "a pointer is escaped",
        policy({"A": passing(), "B/~": passing()}),
        {("state.unreachable", "/states/B~1~0")},
    ),
    (
        "a next that crosses into an iterator",
        policy({"P": passing(next="In"), **mapping(INNER)}),
        {("reference.unknown_state", "/states/P/next")},
    ),
    (
        "a next that crosses out of an iterator",
        policy({**mapping(machine({"In": passing(next="M")}))}),
        {("reference.unknown_state", "/states/M/iterator/states/In/next")},
    ),
    (
        "unknown start in a branch",
        policy(
            {
                "P": {
                    "type": "Parallel",
                    "branches": [INNER, {"start_at": "X", "states": {"Y": passing()}}],
                    "end": True,
                }
            }
        ),
        {("reference.unknown_state", "/states/P/branches/1/start_at")},
    ),
    (
        "unreachable state in an item_processor",
        policy(
            {
                "M": {
                    "type": "Map",
                    "item_processor": machine({"In": passing(), "Lost": passing()}),
                    "end": True,
                }
            }
        ),
        {("state.unreachable", "/states/M/item_processor/states/Lost")},
    ),
    (
        "unknown resource",
        policy({"T": task("shell.run")}),
        {("resource.unknown", "/states/T/resource")},
    ),
    (
        "unknown resource in a branch of an iterator",
        policy(
            mapping(
                machine(
                    {
                        "P": {
                            "type": "Parallel",
                            "branches": [machine({"T": task("shell.run")})],
                            "end": True,
                        }
                    }
                )
            )
        ),
        {("resource.unknown", "/states/M/iterator/states/P/branches/0/states/T/resource")},
    ),
    (
        "bad input_path, output_path and result_path",
        policy({"A": passing(input_path="$.a[", output_path="$.b[", result_path="$.c[")}),
        {
            ("path.syntax", "/states/A/input_path"),
            ("path.syntax", "/states/A/output_path"),
            ("path.syntax", "/states/A/result_path"),
        },
    ),
    (
        "bad items_path",
        policy(mapping(INNER, items_path="$.items[")),
        {("path.syntax", "/states/M/items_path")},
    ),
    (
        "bad seconds_path",
        policy({"W": {"type": "Wait", "seconds_path": "$.s[", "end": True}}),
        {("path.syntax", "/states/W/seconds_path")},
    ),
    (
        "bad timestamp_path",
        policy({"W": {"type": "Wait", "timestamp_path": "$[", "end": True}}),
        {("path.syntax", "/states/W/timestamp_path")},
    ),
    (
        "bad error_path and cause_path",
        policy({"F": {"type": "Fail", "error_path": "$[", "cause_path": "$['a"}}),
        {("path.syntax", "/states/F/error_path"), ("path.syntax", "/states/F/cause_path")},
    ),
    (
        "bad result_path of a catcher",
        policy(
            {
                "T": task(catch=[{"error_equals": ["E"], "next": "End", "result_path": "$.a["}]),
                **END,
            }
        ),
        {("path.syntax", "/states/T/catch/0/result_path")},
    ),
    ("bad variable", policy(choosing(BAD_PATH)), {("path.syntax", "/states/C/choices/0/variable")}),
    (
        "bad path operand",
        policy(choosing({"variable": "$.a", "numeric_equals_path": "$.b["})),
        {("path.syntax", "/states/C/choices/0/numeric_equals_path")},
    ),
    (
        "bad variable under and",
        policy(choosing({"and": [TRUE, BAD_PATH]})),
        {("path.syntax", "/states/C/choices/0/and/1/variable")},
    ),
    (
        "bad variable under or, not, and",
        policy(choosing({"or": [{"not": {"and": [BAD_PATH]}}]})),
        {("path.syntax", "/states/C/choices/0/or/0/not/and/0/variable")},
    ),
    (
        "bad path in parameters",
        policy({"A": passing(parameters={"x": [{"y/z.$": "a.b"}]})}),
        {("path.syntax", "/states/A/parameters/x/0/y~1z.$")},
    ),
    (
        "an intrinsic function that there is not",
        policy({"A": passing(parameters={"id.$": "States.GUID()"})}),
        {("intrinsic.syntax", "/states/A/parameters/id.$")},
    ),
    (
        "a result_path that names several places",
        policy({"A": passing(result_path="$.a[*]")}),
        {("path.not_a_reference", "/states/A/result_path")},
    ),
    (
        "a variable whose name is none",
        policy({"A": passing(assign={"a b": 1})}),
        {("variable.bad_name", "/states/A/assign/a b")},
    ),
    (
        "bad path in result_selector",
        policy({"T": task(result_selector={"x.$": "$['a"})}),
        {("path.syntax", "/states/T/result_selector/x.$")},
    ),
    (
        "bad path in item_selector",
        policy(mapping(INNER, item_selector={"x.$": "$$.map.item["})),
        {("path.syntax", "/states/M/item_selector/x.$")},
    ),
    (
        "a template key that promises a path",
        policy({"A": passing(parameters={"x.$": 5})}),
        {("template.not_a_path", "/states/A/parameters/x.$")},
    ),
    (
        "two template keys for one",
        policy({"A": passing(parameters={"x": 1, "x.$": "$.a"})}),
        {("template.duplicate_key", "/states/A/parameters/x.$")},
    ),
    (
        "a result_path into the context",
        policy({"A": passing(result_path="$$.a")}),
        {("policy.wrong_form", "/states/A/result_path")},
    ),
    (
        "States.ALL with another name",
        policy({"T": task(retry=[{"error_equals": ["A", *ALL]}])}),
        {("recovery.all_not_last", "/states/T/retry/0/error_equals")},
    ),
    (
        "States.ALL before another rule",
        policy(
            {
                "T": task(
                    catch=[
                        {"error_equals": ALL, "next": "End"},
                        {"error_equals": ["A"], "next": "End"},
                    ]
                ),
                **END,
            }
        ),
        {("recovery.all_not_last", "/states/T/catch/0/error_equals")},
    ),
    (
        "a fixed timestamp with a space",
        policy({"W": {"type": "Wait", "timestamp": "2026-01-01 00:00:00Z", "end": True}}),
        {("wait.bad_timestamp", "/states/W/timestamp")},
    ),
    (
        "a fixed timestamp without a zone",
        policy({"W": {"type": "Wait", "timestamp": "2026-01-01T00:00:00", "end": True}}),
        {("wait.bad_timestamp", "/states/W/timestamp")},
    ),
    (
        "a fixed timestamp that no calendar has",
        policy({"W": {"type": "Wait", "timestamp": "2026-02-30T00:00:00Z", "end": True}}),
        {("wait.bad_timestamp", "/states/W/timestamp")},
    ),
    (
        "cron with a minute too many",
        triggered(type="cron", expression="60 9 * * *"),
        {("trigger.bad_cron", "/triggers/0/expression")},
    ),
    (
        "cron by a word",
        triggered(type="cron", expression="@daily"),
        {("trigger.bad_cron", "/triggers/0/expression")},
    ),
    (
        "cron with seconds",
        triggered(type="cron", expression="0 0 9 * * 1"),
        {("trigger.bad_cron", "/triggers/0/expression")},
    ),
    (
        "cron on a day that never comes",
        triggered(type="cron", expression="0 0 30 2 *"),
        {("trigger.bad_cron", "/triggers/0/expression")},
    ),
    (
        "unknown zone",
        triggered(type="cron", expression="0 9 * * *", timezone="Europe/Zurch"),
        {("trigger.unknown_zone", "/triggers/0/timezone")},
    ),
    (
        "a moment without an offset",
        triggered(type="once", at="2026-01-01T09:00:00"),
        {("trigger.bad_time", "/triggers/0/at")},
    ),
    (
        "a moment as a number in text",
        triggered(type="once", at="1767225600"),
        {("trigger.bad_time", "/triggers/0/at")},
    ),
    (
        "a session trigger without its moment",
        triggered(type="session", days="every"),
        {("trigger.no_moment", "/triggers/0")},
    ),
    (
        "a session trigger with two moments",
        triggered(type="session", minutes_after_open=1, minutes_before_close=1),
        {("trigger.no_moment", "/triggers/0")},
    ),
    (
        "a moment after the longest session",
        triggered(type="session", minutes_after_open=390),
        {("policy.out_of_bounds", "/triggers/0/minutes_after_open")},
    ),
    (
        "a filter that cannot be read",
        triggered(type="event", name="x", when={"variable": "$.a[", "is_null": True}),
        {("path.syntax", "/triggers/0/when/variable")},
    ),
    (
        "a filter that looks at the run",
        triggered(
            type="event", name="x", when={"not": {"variable": "$$.state.name", "is_null": True}}
        ),
        {("trigger.filter_of_run", "/triggers/0/when/not/variable")},
    ),
    (
        "an event with an impossible name",
        triggered(type="event", name="A b"),
        {("policy.wrong_form", "/triggers/0/name")},
    ),
    (
        "a watched file outside of the folder",
        triggered(type="file", path="../secrets"),
        {("trigger.bad_path", "/triggers/0/path")},
    ),
    (
        "a policy that is started by its own end",
        triggered(type="run_end", policy="A policy"),
        {("trigger.own_end", "/triggers/0/policy")},
    ),
    (
        "a number of missed ones where only one is caught up",
        triggered(type="interval", seconds=60, catch_up={"missed": "latest", "most": 3}),
        {("trigger.most_of_one", "/triggers/0/catch_up/most")},
    ),
    (
        "an only_while that says nothing",
        triggered(type="start", only_while={}),
        {("trigger.only_while_nothing", "/triggers/0/only_while")},
    ),
    (
        "what happens by itself cannot be caught up",
        triggered(type="wake", catch_up={}),
        {("policy.unknown_key", "/triggers/0/catch_up")},
    ),
    (
        "an interval of nothing",
        triggered(type="interval", seconds=0),
        {("policy.out_of_bounds", "/triggers/0/seconds")},
    ),
    (
        "an input_schema that is none",
        policy({"A": passing()}, input_schema={"type": "strnig"}),
        {("input_schema.invalid", "/input_schema")},
    ),
    (
        "an input_schema that reaches out",
        policy({"A": passing()}, input_schema={"$ref": "https://example.com/s.json"}),
        {("input_schema.invalid", "/input_schema")},
    ),
    (
        "an input_schema with a pattern",
        policy({"A": passing()}, input_schema={"properties": {"a": {"pattern": "(a+)+$"}}}),
        {("input_schema.invalid", "/input_schema")},
    ),
    (
        "an approval that nobody is held to",
        policy({"Ask": asking([{"resource": "market.get_quote"}], end=True)}),
        {("approval.not_required", "/states/Ask/effects/0")},
    ),
    (
        "an effect that cannot be called, with paths that cannot be read",
        policy(
            {
                "Ask": asking(
                    [{"resource": "market.get_qoute", "items_path": "$[", "input": {"a.$": 1}}],
                    next="T",
                ),
                "T": task("market.get_quote", requires_approval="Ask"),
            }
        ),
        {
            ("resource.unknown", "/states/Ask/effects/0/resource"),
            ("path.syntax", "/states/Ask/effects/0/items_path"),
            ("template.not_a_path", "/states/Ask/effects/0/input/a.$"),
            ("approval.not_required", "/states/Ask/effects/0"),
            ("approval.not_shown", "/states/T/requires_approval"),
        },
    ),
    (
        "a task held to a question of an inner machine",
        policy(
            {
                "M": {
                    "type": "Map",
                    "iterator": machine({"Ask": asking(None, end=True)}),
                    "next": "T",
                },
                "T": task("market.get_quote", requires_approval="Ask"),
            }
        ),
        {("approval.unknown_state", "/states/T/requires_approval")},
    ),
    (
        "answers that lead nowhere, without a title",
        policy(
            {
                "Ask": {
                    **asking(None, end=True),
                    "title": "",
                    "on_reject": "No",
                    "on_timeout": "Late",
                }
            }
        ),
        {
            ("policy.out_of_bounds", "/states/Ask/title"),
            ("reference.unknown_state", "/states/Ask/on_reject"),
            ("reference.unknown_state", "/states/Ask/on_timeout"),
        },
    ),
    (
        "a call of a policy that the data names",
        policy({"C": task("policy.run", parameters={"policy.$": "$.x", "inputs": 1})}),
        {
            ("call.not_written_out", "/states/C/parameters"),
            ("call.unknown_parameter", "/states/C/parameters/inputs"),
        },
    ),
    (
        "both layers at once",
        policy(
            {"A": passing(next="B", surprise=1), "C": task("shell.run", input_path="$[")},
            triggers=[{"type": "cron", "expression": "x"}],
        ),
        {
            ("policy.unknown_key", "/states/A/surprise"),
            ("reference.unknown_state", "/states/A/next"),
            ("resource.unknown", "/states/C/resource"),
            ("path.syntax", "/states/C/input_path"),
            ("trigger.bad_cron", "/triggers/0/expression"),
        },
    ),
    (
        "parts of the wrong form do not hide the others",
        policy(
            {
                "A": "no state",
                "B": {"type": "Task", "resource": 1, "retry": 2, "catch": [3], "end": True},
            },
            start_at="B",
            triggers=["now"],
        ),
        {
            ("policy.wrong_type", "/states/A"),
            ("policy.wrong_type", "/states/B/resource"),
            ("policy.wrong_type", "/states/B/retry"),
            ("policy.wrong_type", "/states/B/catch/0"),
            ("policy.wrong_type", "/triggers/0"),
        },
    ),
]


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(BROKEN) >= 40
    assert len({name for name, _, _ in BROKEN}) == len(BROKEN)


@pytest.mark.parametrize(
    ("document", "expected"), [pytest.param(*row[1:], id=row[0]) for row in BROKEN]
)
def test_a_broken_policy_is_refused_with_all_that_is_wrong(document: Any, expected: Found) -> None:
    assert found(document) == expected


@pytest.mark.parametrize("document", [row[1] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_every_problem_has_a_title_and_a_detail_that_fit_a_screen(document: Any) -> None:
    for problem in check(document):
        assert problem.title
        assert problem.detail.endswith(".")
        assert len(problem.detail) < 400


@pytest.mark.parametrize(
    ("document", "remedy"),
    [
        (policy({"Start": passing()}, start_at="Strat"), 'Did you mean "Start"?'),
        (policy({"T": task("market.get_qoute")}), 'Did you mean "market.get_quote"?'),
        (policy({"T": {**task(), "resorce": 1}}), 'Did you mean "resource"?'),
        (policy({"T": {**task(), "type": "Taks"}}), 'Did you mean "Task"?'),
        (
            triggered(type="cron", expression="0 9 * * *", timezone="Europe/Zurch"),
            'Did you mean "Europe/Zurich"?',
        ),
        (triggered(type="crom", expression="0 9 * * *"), 'Did you mean "cron"?'),
        (
            triggered(type="cron", expression="0 9 * * *", timezone="?"),
            "Use an IANA name: Europe/Zurich.",
        ),
        (policy({"A": passing(input_path="$.a[")}), "Write it like $.orders[0].price"),
    ],
)
def test_a_slip_is_answered_with_a_remedy(document: Any, remedy: str) -> None:
    assert remedy in {one.remedy for one in check(document)}


@pytest.mark.parametrize(
    "document",
    [
        triggered(type="cron", expression="0 16 * * 5", timezone="Europe/Zurich"),
        triggered(type="cron", expression="*/5 9-17 1,15 JAN-JUN MON"),
        triggered(type="cron", expression="0 0 29 2 *"),
        triggered(type="cron", expression="0 0 * * 7"),
        triggered(type="once", at="2026-01-01T09:00:00+01:00"),
        triggered(type="session", minutes_before_close=10, days="last_of_month"),
        triggered(type="file", path="in", overlap="buffer_one"),
        triggered(type="run_end", policy="Another", statuses=["FAILED", "TIMED_OUT"]),
        triggered(type="webhook", name="bank.deposit", only_while={"in_session": "XNYS"}),
        policy({"T": task(retry=[{"error_equals": ["A"]}, {"error_equals": ALL}])}),
        policy({"A": passing(result={"x.$": 5}, next="B"), "B": passing()}),
        policy({"A": passing(parameters={"x.$": "$$.execution.input['a b'][0]"})}),
        policy({"A": passing()}, input_schema={"type": "object", "required": ["a"]}),
        policy({"W": {"type": "Wait", "timestamp": "2026-01-01T00:00:00.123456789Z", "end": True}}),
    ],
    ids=lambda document: str(document)[-60:],
)
def test_a_sound_policy_is_accepted(document: Any) -> None:
    assert check(document) == []


def test_machines_are_listed_with_their_pointers_from_the_root_inwards() -> None:
    branch = machine(mapping(INNER))
    document = policy({"P/1": {"type": "Parallel", "branches": [branch], "end": True}})
    assert [where for where, _ in machines(document)] == [
        "",
        "/states/P~11/branches/0",
        "/states/P~11/branches/0/states/M/iterator",
    ]
    assert list(machines("no machine")) == []


def _many_unknown_targets() -> Any:
    names = [f"{'State of the machine ' * 3}{at:04}" for at in range(1000)]
    return policy({name: passing(next=f"{name}x") for name in names})


FLOODS: dict[str, Callable[[], Any]] = {
    "unknown targets": _many_unknown_targets,
    "long names": lambda: policy({"a" * 60_000: passing(next="a" * 59_999 + "b")}),
    "zones": lambda: policy(
        {"A": passing()},
        triggers=[{"type": "cron", "expression": "* * * * *", "timezone": "Europe/Zurich"}] * 7000,
    ),
    "unknown keys": lambda: policy(
        {"A": {**passing(), **{f"nexx{at}": 1 for at in range(20_000)}}}
    ),
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_hostile_document_within_the_bounds_is_answered_in_seconds(name: str) -> None:
    document = exact_json.parse(exact_json.encode(FLOODS[name]()))
    before = time.process_time()
    with pytest.raises(PolicyInvalid) as invalid:
        validate(document, Named(KNOWN))
    assert time.process_time() - before < 20
    assert len(invalid.value.problems) <= 201
