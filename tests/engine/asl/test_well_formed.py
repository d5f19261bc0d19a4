"""Would AWS take it? What it refuses is named at its place; what it may take is taken."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from assent_engine.asl import well_formed
from engine.asl.definitions import (
    BROKEN,
    JSON,
    LAMBDA,
    MACHINES,
    TIMES,
    Json,
    catch,
    jsonata,
    machine,
    map_of,
    one,
    retry,
    rule,
    task,
)

FILES = sorted((Path(__file__).parent / "machines").glob("*.json"))
ALL = ["States.ALL"]
LAST = {"Type": "Succeed"}
TEST = {"Variable": "$.x", "IsNull": True}
LONG = "n" * 81
INNER = {"StartAt": "I", "States": {"I": LAST}}


def branches(*inner: Any, **fields: Any) -> Json:
    return one("Parallel", Branches=list(inner), **fields)


def assigning(name: str) -> Json:
    return {"StartAt": name, "States": {name: {"Type": "Pass", "Assign": {"x": 2}, "End": True}}}


def template(value: Any) -> Json:
    return one("Pass", Parameters={"deep": [{"x.$": value}]})


DEEP = "/States/A/Parameters/deep/0/x.$"
INVALID = [
    # the machine
    ([], "machine.not_an_object", ""),
    ({"States": {"A": LAST}}, "machine.no_start", ""),
    ({"StartAt": 1, "States": {"A": LAST}}, "field.type", "/StartAt"),
    ({"StartAt": "A"}, "machine.no_states", ""),
    ({"StartAt": "A", "States": {}}, "machine.no_states", "/States"),
    ({"StartAt": "A", "States": [LAST]}, "machine.no_states", "/States"),
    (machine(LAST, StartAt="Z"), "reference.unknown_state", "/StartAt"),
    (machine(LAST, TimeoutSeconds=0), "field.range", "/TimeoutSeconds"),
    (machine(LAST, TimeoutSeconds="60"), "field.type", "/TimeoutSeconds"),
    (machine(LAST, QueryLanguage="XPath"), "field.value", "/QueryLanguage"),
    (one("Pass", End=..., Next="A"), "machine.no_end", ""),
    # states and where they lead
    (machine("Pass"), "state.not_an_object", "/States/A"),
    (one("Pass", Type=...), "state.no_type", "/States/A"),
    (one("Lambda"), "state.unknown_type", "/States/A/Type"),
    (one("pass"), "state.unknown_type", "/States/A/Type"),
    (one("Pass", Type=["Pass"]), "state.unknown_type", "/States/A/Type"),
    (one("Pass", End=...), "transition.missing", "/States/A"),
    (one("Pass", End=False), "transition.missing", "/States/A"),
    (one("Pass", End="true"), "field.type", "/States/A/End"),
    (one("Pass", Next="A"), "transition.both", "/States/A/End"),
    (one("Pass", End=..., Next="Z"), "reference.unknown_state", "/States/A/Next"),
    (one("Pass", End=..., Next=3), "field.type", "/States/A/Next"),
    (machine({"Type": "Pass", "End": True}, LAST), "state.unreachable", "/States/B"),
    (
        {"StartAt": LONG, "States": {LONG: LAST}},
        "state.name_length",
        f"/States/{LONG}",
    ),
    ({"StartAt": "", "States": {"": LAST}}, "state.name_length", "/States/"),
    (branches(machine(LAST)), "state.duplicate_name", "/States/A/Branches/0/States/A"),
    (
        branches({"StartAt": "I", "States": {"I": {"Type": "Pass", "Next": "A"}}}),
        "reference.unknown_state",
        "/States/A/Branches/0/States/I/Next",
    ),
    (
        branches({"StartAt": "a/b", "States": {"a/b": {"Type": "Pass"}}}),
        "transition.missing",
        "/States/A/Branches/0/States/a~1b",
    ),
    (one("Parallel"), "parallel.no_branches", "/States/A"),
    (one("Parallel", Branches={}), "field.type", "/States/A/Branches"),
    (branches("x"), "machine.not_an_object", "/States/A/Branches/0"),
    # fields of a state
    (task(Resource=...), "task.no_resource", "/States/A"),
    (task(Resource=""), "field.type", "/States/A/Resource"),
    (task(TimeoutSeconds=0), "field.range", "/States/A/TimeoutSeconds"),
    (task(TimeoutSeconds=1.5), "field.type", "/States/A/TimeoutSeconds"),
    (task(TimeoutSeconds=True), "field.type", "/States/A/TimeoutSeconds"),
    (task(TimeoutSeconds=10**8), "field.range", "/States/A/TimeoutSeconds"),
    (task(TimeoutSeconds=5, HeartbeatSeconds=9), "task.heartbeat", "/States/A/HeartbeatSeconds"),
    (
        task(TimeoutSeconds=5, TimeoutSecondsPath="$.t"),
        "field.conflict",
        "/States/A/TimeoutSecondsPath",
    ),
    (task(Credentials="x"), "field.type", "/States/A/Credentials"),
    (task(InputPath="a.b"), "path.syntax", "/States/A/InputPath"),
    (task(InputPath=7), "field.type", "/States/A/InputPath"),
    (task(OutputPath="$.a."), "path.syntax", "/States/A/OutputPath"),
    (task(OutputPath="$.a[0"), "path.syntax", "/States/A/OutputPath"),
    (task(ResultPath="$$.State"), "path.syntax", "/States/A/ResultPath"),
    (task(ResultPath="$name"), "path.syntax", "/States/A/ResultPath"),
    (task(ResultPath="$.a[0,1]"), "path.syntax", "/States/A/ResultPath"),
    (task(ResultPath="$.a[?(@.b)]"), "path.syntax", "/States/A/ResultPath"),
    (one("Pass", Assign=[]), "field.type", "/States/A/Assign"),
    (one("Pass", Retry=[]), "field.unsupported", "/States/A/Retry"),
    (one("Wait", Seconds=1, ResultPath=None, Catch=[]), "field.unsupported", "/States/A/Catch"),
    (one("Wait", Seconds=1, ResultPath="$.x"), "field.unsupported", "/States/A/ResultPath"),
    (map_of(TimeoutSeconds=5), "field.unsupported", "/States/A/TimeoutSeconds"),
    (machine({"Type": "Fail", "Error": 4}), "field.type", "/States/A/Error"),
    (
        machine({"Type": "Fail", "Cause": "c", "CausePath": "$.c"}),
        "field.conflict",
        "/States/A/CausePath",
    ),
    # templates and intrinsic functions
    (template("a"), "template.not_a_path", DEEP),
    (template(1), "template.not_a_path", DEEP),
    (template("States.Shout($.a)"), "template.not_a_path", DEEP),
    (template("States.Format('a'"), "template.not_a_path", DEEP),
    (template("States.Format"), "template.not_a_path", DEEP),
    (template("States.Array(States.Nope(1))"), "template.not_a_path", DEEP),
    (template("States.Format('\\\"{}', 1)"), "template.not_a_path", DEEP),
    (one("Pass", Assign={"v.$": "text"}), "template.not_a_path", "/States/A/Assign/v.$"),
    # waiting
    (one("Wait"), "wait.one_form", "/States/A"),
    (one("Wait", Seconds=1, SecondsPath="$.s"), "wait.one_form", "/States/A"),
    (one("Wait", Seconds=-1), "field.range", "/States/A/Seconds"),
    (one("Wait", Seconds=1.5), "field.type", "/States/A/Seconds"),
    (one("Wait", Seconds=10**16), "field.range", "/States/A/Seconds"),
    (one("Wait", Timestamp="2026-01-31 09:00:00Z"), "wait.timestamp", "/States/A/Timestamp"),
    (one("Wait", Timestamp="2026-01-31T09:00:00"), "wait.timestamp", "/States/A/Timestamp"),
    (one("Wait", Timestamp="2026-02-30T09:00:00Z"), "wait.timestamp", "/States/A/Timestamp"),
    (one("Wait", Timestamp=0), "wait.timestamp", "/States/A/Timestamp"),
    # choosing
    (machine({"Type": "Choice", "Default": "B"}, LAST), "choice.no_rules", "/States/A"),
    (
        machine({"Type": "Choice", "Choices": [], "Default": "B"}, LAST),
        "choice.no_rules",
        "/States/A/Choices",
    ),
    (rule(), "choice.one_test", "/States/A/Choices/0"),
    (rule(Variable="$.x"), "choice.one_test", "/States/A/Choices/0"),
    (rule(Variable="$.x", StringContains="a"), "choice.one_test", "/States/A/Choices/0"),
    (rule(**TEST, IsString=True), "choice.one_test", "/States/A/Choices/0"),
    (rule(IsNull=True), "choice.no_variable", "/States/A/Choices/0"),
    (rule(Variable="x", IsNull=True), "path.syntax", "/States/A/Choices/0/Variable"),
    (rule(Variable="$", IsNull="true"), "field.type", "/States/A/Choices/0/IsNull"),
    (rule(Variable="$", StringEquals=1), "field.type", "/States/A/Choices/0/StringEquals"),
    (rule(Variable="$", NumericEquals="1"), "field.type", "/States/A/Choices/0/NumericEquals"),
    (rule(Variable="$", NumericEquals=True), "field.type", "/States/A/Choices/0/NumericEquals"),
    (rule(Variable="$", BooleanEquals=1), "field.type", "/States/A/Choices/0/BooleanEquals"),
    (rule(Variable="$", TimestampEquals=1), "field.type", "/States/A/Choices/0/TimestampEquals"),
    (
        rule(Variable="$", NumericEqualsPath=1),
        "field.type",
        "/States/A/Choices/0/NumericEqualsPath",
    ),
    (rule(And=[]), "choice.empty", "/States/A/Choices/0/And"),
    (rule(Or=TEST), "choice.empty", "/States/A/Choices/0/Or"),
    (rule(Not=[TEST]), "field.type", "/States/A/Choices/0/Not"),
    (rule(Or=[{**TEST, "Next": "B"}]), "choice.nested_next", "/States/A/Choices/0/Or/0/Next"),
    (rule(Not={"And": [TEST, {}]}), "choice.one_test", "/States/A/Choices/0/Not/And/1"),
    (rule(**TEST, Next=None), "transition.missing", "/States/A/Choices/0"),
    (rule(**TEST, Next="Z"), "reference.unknown_state", "/States/A/Choices/0/Next"),
    (
        machine({"Type": "Choice", "Choices": [{**TEST, "Next": "B"}], "Default": "Z"}, LAST),
        "reference.unknown_state",
        "/States/A/Default",
    ),
    (
        machine({"Type": "Choice", "Choices": [{**TEST, "Next": "B"}], "End": True}, LAST),
        "field.unsupported",
        "/States/A/End",
    ),
    # trying again and catching
    (task(Retry={}), "field.type", "/States/A/Retry"),
    (retry("x"), "field.type", "/States/A/Retry/0"),
    (retry({}), "recovery.no_errors", "/States/A/Retry/0"),
    (retry({"ErrorEquals": []}), "recovery.no_errors", "/States/A/Retry/0/ErrorEquals"),
    (retry({"ErrorEquals": "E"}), "field.type", "/States/A/Retry/0/ErrorEquals"),
    (
        retry({"ErrorEquals": ["E", "States.ALL"]}),
        "recovery.all_not_last",
        "/States/A/Retry/0/ErrorEquals",
    ),
    (
        retry({"ErrorEquals": ALL}, {"ErrorEquals": ["E"]}),
        "recovery.all_not_last",
        "/States/A/Retry/0/ErrorEquals",
    ),
    (
        retry({"ErrorEquals": ALL, "BackoffRate": 0.5}),
        "field.range",
        "/States/A/Retry/0/BackoffRate",
    ),
    (
        retry({"ErrorEquals": ALL, "MaxAttempts": -1}),
        "field.range",
        "/States/A/Retry/0/MaxAttempts",
    ),
    (
        retry({"ErrorEquals": ALL, "IntervalSeconds": 1.5}),
        "field.type",
        "/States/A/Retry/0/IntervalSeconds",
    ),
    (
        retry({"ErrorEquals": ALL, "MaxDelaySeconds": 0}),
        "field.range",
        "/States/A/Retry/0/MaxDelaySeconds",
    ),
    (
        retry({"ErrorEquals": ALL, "JitterStrategy": "SOME"}),
        "field.value",
        "/States/A/Retry/0/JitterStrategy",
    ),
    (catch({"ErrorEquals": ALL}), "transition.missing", "/States/A/Catch/0"),
    (catch({"Next": "B"}), "recovery.no_errors", "/States/A/Catch/0"),
    (
        catch({"ErrorEquals": ALL, "Next": "Z"}),
        "reference.unknown_state",
        "/States/A/Catch/0/Next",
    ),
    (
        catch({"ErrorEquals": ALL, "Next": "B", "ResultPath": "error"}),
        "path.syntax",
        "/States/A/Catch/0/ResultPath",
    ),
    # maps
    (map_of(ItemProcessor=...), "map.one_processor", "/States/A"),
    (map_of(Iterator=machine(LAST)), "map.one_processor", "/States/A"),
    (map_of(ItemProcessor=3), "machine.not_an_object", "/States/A/ItemProcessor"),
    (map_of(ItemProcessor={"StartAt": "I"}), "machine.no_states", "/States/A/ItemProcessor"),
    (map_of(MaxConcurrency=-1), "field.range", "/States/A/MaxConcurrency"),
    (map_of(MaxConcurrencyPath="$$.x"), "path.syntax", "/States/A/MaxConcurrencyPath"),
    (
        map_of(MaxConcurrency=1, MaxConcurrencyPath="$.x"),
        "field.conflict",
        "/States/A/MaxConcurrencyPath",
    ),
    (
        map_of(ToleratedFailurePercentage=100.5),
        "field.range",
        "/States/A/ToleratedFailurePercentage",
    ),
    (map_of(ToleratedFailureCount=-1), "field.range", "/States/A/ToleratedFailureCount"),
    (map_of(Label="l" * 41), "map.label", "/States/A/Label"),
    (map_of(ItemReader=[]), "field.type", "/States/A/ItemReader"),
    (
        map_of(ItemReader={"ReaderConfig": {"CSVHeaderLocation": "LAST"}}),
        "field.value",
        "/States/A/ItemReader/ReaderConfig/CSVHeaderLocation",
    ),
    (
        map_of(ItemReader={"ReaderConfig": {"MaxItems": 1, "MaxItemsPath": "$.n"}}),
        "field.conflict",
        "/States/A/ItemReader/ReaderConfig/MaxItemsPath",
    ),
    (
        map_of(ItemBatcher={"MaxItemsPerBatch": "5"}),
        "field.type",
        "/States/A/ItemBatcher/MaxItemsPerBatch",
    ),
    (
        map_of(ItemProcessor={**machine(LAST), "ProcessorConfig": {"Mode": "FAST"}}),
        "field.value",
        "/States/A/ItemProcessor/ProcessorConfig/Mode",
    ),
    (
        map_of(ItemProcessor={**machine(LAST), "QueryLanguage": "JSONata"}),
        "field.unsupported",
        "/States/A/ItemProcessor/QueryLanguage",
    ),
    (
        machine(
            {**map_of(Label="Same")["States"]["A"], "End": None, "Next": "B"},
            {**map_of(Label="Same")["States"]["A"]},
        ),
        "map.duplicate_label",
        "/States/B/Label",
    ),
    # languages
    (jsonata(one("Pass", InputPath="$.a")), "language.mixed", "/States/A/InputPath"),
    (jsonata(task(Parameters={})), "language.mixed", "/States/A/Parameters"),
    (jsonata(one("Pass", Result=1)), "language.mixed", "/States/A/Result"),
    (jsonata(one("Wait", SecondsPath="$.s")), "language.mixed", "/States/A/SecondsPath"),
    (jsonata(rule(**TEST)), "language.mixed", "/States/A/Choices/0/Variable"),
    (jsonata(rule()), "choice.no_condition", "/States/A/Choices/0"),
    (jsonata(rule(Condition=1)), "field.type", "/States/A/Choices/0/Condition"),
    (jsonata(task(TimeoutSeconds="5")), "field.type", "/States/A/TimeoutSeconds"),
    (
        jsonata(one("Pass", QueryLanguage="JSONPath")),
        "language.lowered",
        "/States/A/QueryLanguage",
    ),
    (
        jsonata(catch({"ErrorEquals": ALL, "Next": "B", "ResultPath": "$.e"})),
        "language.mixed",
        "/States/A/Catch/0/ResultPath",
    ),
    (
        jsonata(map_of(ItemBatcher={"MaxItemsPerBatchPath": "$.n"})),
        "language.mixed",
        "/States/A/ItemBatcher/MaxItemsPerBatchPath",
    ),
    (task(Arguments={}), "language.mixed", "/States/A/Arguments"),
    (one("Pass", Output={}), "language.mixed", "/States/A/Output"),
    (map_of(Items=[1]), "language.mixed", "/States/A/Items"),
    (rule(Condition="{% true %}"), "language.mixed", "/States/A/Choices/0/Condition"),
    (
        catch({"ErrorEquals": ALL, "Next": "B", "Output": 1}),
        "language.mixed",
        "/States/A/Catch/0/Output",
    ),
    (task(TimeoutSeconds="{% 5 %}"), "field.type", "/States/A/TimeoutSeconds"),
    # payload templates are objects (specification, Payload Template)
    (one("Pass", Parameters="$.a"), "field.type", "/States/A/Parameters"),
    (task(ResultSelector=5), "field.type", "/States/A/ResultSelector"),
    (map_of(ItemSelector=True), "field.type", "/States/A/ItemSelector"),
    # comments are texts (specification, Top-level fields and Comment)
    ({**one("Pass"), "Comment": 5}, "field.type", "/Comment"),
    ({**one("Pass"), "Version": 1}, "field.type", "/Version"),
    (one("Pass", Comment=["a"]), "field.type", "/States/A/Comment"),
    # a Reference Path names one place (specification, Reference Paths)
    (task(ResultPath="$.a[*]"), "path.syntax", "/States/A/ResultPath"),
    (task(ResultPath="$..a"), "path.syntax", "/States/A/ResultPath"),
    # variables (specification and guide, Variables; knowledge points 45 and 46)
    (one("Pass", Assign={"1a": 1}), "variable.bad_name", "/States/A/Assign/1a"),
    (one("Pass", Assign={"a b.$": "$.x"}), "variable.bad_name", "/States/A/Assign/a b.$"),
    (one("Pass", Assign={LONG: 1}), "variable.bad_name", f"/States/A/Assign/{LONG}"),
    (
        catch({"ErrorEquals": ALL, "Next": "B", "Assign": {"": 1}}),
        "variable.bad_name",
        "/States/A/Catch/0/Assign/",
    ),
    (machine({"Type": "Succeed", "Assign": {"a": 1}}), "field.unsupported", "/States/A/Assign"),
    (machine({"Type": "Fail", "Assign": {"a": 1}}), "field.unsupported", "/States/A/Assign"),
    (
        branches(assigning("I"), Assign={"x": 1}),
        "variable.outer_scope",
        "/States/A/Branches/0/States/I/Assign/x",
    ),
    # JSONata is parsed before a machine is taken (answers of AWS: INVALID_JSONATA_EXPRESSION)
    (jsonata(one("Pass", Output="{% 1 + %}")), "jsonata.syntax", "/States/A/Output"),
    (jsonata(one("Pass", Output="{%%}")), "jsonata.syntax", "/States/A/Output"),
    # 48: there is no $eval, and a definition that calls it is refused
    (jsonata(one("Pass", Output="{% $eval('1') %}")), "jsonata.syntax", "/States/A/Output"),
    (
        jsonata(one("Pass", Output="{% [1].($eval('1') + 1) %}")),
        "jsonata.syntax",
        "/States/A/Output",
    ),
    # 23: texts in intrinsic functions stand in single quotes
    (
        one("Pass", Parameters={"x.$": 'States.Format("{}", $.a)'}),
        "template.not_a_path",
        "/States/A/Parameters/x.$",
    ),
    (
        one("Pass", Parameters={"x.$": 'States.Array(1, States.Array($["a"], "b"))'}),
        "template.not_a_path",
        "/States/A/Parameters/x.$",
    ),
    # 3: both keys would give one name
    (
        one("Pass", Parameters={"in": [{"a": 1, "a.$": "$.a"}]}),
        "template.duplicate_key",
        "/States/A/Parameters/in/0/a.$",
    ),
    # 7, 24: only ErrorPath and CausePath take a function
    (one("Pass", InputPath="States.Array(1)"), "path.syntax", "/States/A/InputPath"),
    (one("Pass", OutputPath="States.UUID()"), "path.syntax", "/States/A/OutputPath"),
    (one("Wait", SecondsPath="States.MathAdd(1, 2)"), "path.syntax", "/States/A/SecondsPath"),
    (
        rule(Variable="States.UUID()", IsPresent=True),
        "path.syntax",
        "/States/A/Choices/0/Variable",
    ),
    (
        rule(Variable="$.a", StringEqualsPath="States.UUID()"),
        "path.syntax",
        "/States/A/Choices/0/StringEqualsPath",
    ),
    (branches(), "parallel.no_branches", "/States/A/Branches"),
    # 14: a time that is none
    (
        rule(Variable="$.a", TimestampEquals="nope"),
        "wait.timestamp",
        "/States/A/Choices/0/TimestampEquals",
    ),
    (
        rule(Variable="$.a", TimestampLessThan="2026-01-31 09:00:00Z"),
        "wait.timestamp",
        "/States/A/Choices/0/TimestampLessThan",
    ),
    # 46: $states is taken
    (one("Pass", Assign={"states": 1}), "variable.bad_name", "/States/A/Assign/states"),
    (one("Pass", Assign={"states.$": "$"}), "variable.bad_name", "/States/A/Assign/states.$"),
    (jsonata(rule(Condition="{% ( %}")), "jsonata.syntax", "/States/A/Choices/0/Condition"),
    (
        jsonata(task(Arguments={"a": [1, '{% "open %}']})),
        "jsonata.syntax",
        "/States/A/Arguments/a/1",
    ),
    (
        one("Pass", QueryLanguage="JSONata", Output={"a/b": "{% a[1,2) %}"}),
        "jsonata.syntax",
        "/States/A/Output/a~1b",
    ),
]


@pytest.mark.parametrize(("definition", "code", "pointer"), INVALID)
def test_what_aws_refuses_is_named_at_its_place(definition: Any, code: str, pointer: str) -> None:
    found = [(problem.code, problem.pointer) for problem in well_formed(definition)]
    assert (f"asl.{code}", pointer) in found


VALID = {
    "the smallest": one("Pass"),
    "succeeds at once": machine(LAST),
    "fails at once": machine({"Type": "Fail"}),
    "unknown fields": {**one("Pass", Colour="red"), "Owner": "me"},
    "a comment of another type": {**one("Pass"), "Comment": None},
    "End on a Succeed": one("Succeed"),
    "End on a Fail": one("Fail"),
    "End false beside Next": machine({"Type": "Pass", "End": False, "Next": "B"}, LAST),
    "Next null beside End": one("Pass", Next=None),
    "a name of 80 characters": {"StartAt": LONG[1:], "States": {LONG[1:]: LAST}},
    "a loop that can end": machine(
        {"Type": "Choice", "Choices": [{**TEST, "Next": "A"}], "Default": "B"}, LAST
    ),
    "a state that leads to itself after an error": machine(
        {
            "Type": "Task",
            "Resource": LAMBDA,
            "Catch": [{"ErrorEquals": ["E"], "Next": "A"}],
            "End": True,
        }
    ),
    "a Choice without Default": rule(**TEST),
    "a test of a variable": rule(Variable="$count", NumericEquals=1),
    "a test of the context": rule(Variable="$$.State.Name", StringEquals="A"),
    "an exact fraction": rule(Variable="$", NumericEquals=Decimal("0.1")),
    "And of one": rule(And=[TEST]),
    "empty Retry and Catch": task(Retry=[], Catch=[]),
    "no retries": retry({"ErrorEquals": ALL, "MaxAttempts": 0}),
    "a whole back-off": retry({"ErrorEquals": ALL, "BackoffRate": 1}),
    "a huge whole number": task(TimeoutSeconds=Decimal("99999999.0")),
    "an unknown error name": retry({"ErrorEquals": ["State.ALL"]}, {"ErrorEquals": ["States.X"]}),
    "a longest delay": retry({"ErrorEquals": ALL, "MaxDelaySeconds": 31_622_400}),
    "ResultPath null": task(ResultPath=None),
    "ResultPath with a bracket key": task(ResultPath="$['a,b:?@']"),
    "ResultPath with an odd first bracket": task(ResultPath="$.[0]"),
    "InputPath of the context": task(InputPath="$$.Execution.Input"),
    "InputPath of a variable": task(InputPath="$x.y"),
    "a quote in a name": one("Pass", InputPath="$.it's[0]"),
    "a filter": one("Pass", Parameters={"x.$": "$.b[?(@.p < 10)].t"}),
    "a call of no arguments": one("Pass", Parameters={"x.$": "States.UUID()"}),
    "brackets in a literal": one("Pass", Parameters={"x.$": "States.Format('({', $.a)"}),
    "an escaped quote in a literal": one("Pass", Parameters={"x.$": "States.Format('it\\'s(')"}),
    "a raw newline in a literal": one("Pass", Parameters={"x.$": "States.Format('\n{}', 1)"}),
    "a path in Result": one("Pass", Result={"x.$": 5, "States.Nope": "$"}),
    "ErrorPath by a function": machine({"Type": "Fail", "ErrorPath": "States.Format('{}', $.e)"}),
    "a Wait of no time": one("Wait", Seconds=0),
    "nine fraction digits": one("Wait", Timestamp="2026-01-31T09:00:00.123456789+05:30"),
    "the longest wait": one("Wait", Seconds=99_999_999),
    "ItemsPath of the context": map_of(ItemsPath="$$.Execution.Input.list"),
    "a Map of unlimited width": map_of(MaxConcurrency=0),
    "part of a percent": map_of(ToleratedFailurePercentage=0.5),
    "a Map of the old spelling": map_of(ItemProcessor=..., Iterator=INNER),
    "a reader of all there is": map_of(ItemReader={"ReaderConfig": {"MaxItems": 0}}),
    "a label of 40 characters": map_of(Label="l" * 40),
    "placeholders everywhere": task(Resource="${R}", TimeoutSeconds="${T}", ResultPath="${P}"),
    "a placeholder as target": machine({"Type": "Pass", "Next": "${N}"}, LAST),
    "a placeholder as state": machine({"Type": "Pass", "Next": "B"}, "${State}", LAST),
    "a placeholder as rules": machine({"Type": "Choice", "Choices": "${Rules}"}, LAST),
    "a placeholder as rule": machine({"Type": "Choice", "Choices": ["${Rule}"]}, LAST),
    "a placeholder as test": rule(And="${Tests}"),
    "a placeholder as number": rule(Variable="$.x", NumericEquals="${N}"),
    "a placeholder as type": one("${Kind}"),
    "a placeholder as machine": branches("${Branch}"),
    "a placeholder as state name": machine({"Type": "Pass", "Next": "Z"}, States={
        "A": {"Type": "Pass", "Next": "Z"}, "${Name}": LAST}),
    "a reference of CloudFormation as path": one("Pass", Parameters={"x.$": {"Ref": "Path"}}),
    "a placeholder as whole path": one("Pass", InputPath="${Path}"),
    "a placeholder as states": {"StartAt": "A", "States": "${States}"},
    "a placeholder as timestamp": one("Wait", Timestamp="${When}"),
    "a placeholder as path": one("Pass", Parameters={"x.$": "${Path}"}),
    "a placeholder as language": one("Pass", QueryLanguage="${L}", Output=1, InputPath="$"),
    "a reference of CloudFormation": task(Resource={"Fn::Sub": "x"}, TimeoutSeconds={"Ref": "T"}),
    "JSONata throughout": jsonata(task(Arguments="{% $states.input %}", Output=1)),
    "JSONata in one state": one("Pass", QueryLanguage="JSONata", Output="{% 1 %}"),
    "JSONPath said twice": {**one("Pass", QueryLanguage="JSONPath"), "QueryLanguage": "JSONPath"},
    "a JSONata time": jsonata(one("Wait", Timestamp="{% $now() %}")),
    "a fixed time in JSONata": jsonata(one("Wait", Timestamp=TIMES)),
    "a JSONata number": jsonata(task(TimeoutSeconds="{% 5 %}", HeartbeatSeconds="{% 1 %}")),
    "a JSONata rule": jsonata(rule(Condition="{% true %}", Output=1, Assign={"x": 1})),
    "a rule that always holds": jsonata(rule(Condition=True)),
    "keys like paths in JSONata": jsonata(one("Pass", Output={"x.$": "text"})),
    "a JSONata catcher": jsonata(catch({"ErrorEquals": ALL, "Next": "B", "Output": {"e": 1}})),
    "a list as template": one("Pass", Parameters=[{"x.$": "$.a"}]),
    "a path of forty names": one("Pass", InputPath="$" + ".a" * 40),
    "a resource of 300 characters": task(Resource="arn:" + "r" * 296),
    "a placeholder as template": one("Pass", Parameters="${Parameters}"),
    "a delay shorter than its interval": retry(
        {"ErrorEquals": ALL, "IntervalSeconds": 9, "MaxDelaySeconds": 5}),
    "a star in a quoted key": task(ResultPath="$['a*..b']"),
    "a variable of another alphabet": one("Pass", Assign={"größe": 1, "_x.$": "$.a"}),
    "one name in two branches": branches(assigning("I"), assigning("J")),
    "an expression with a pattern": jsonata(one("Pass", Output="{% $match('a', /a+/i) %}")),
    "an expression that fails only when it runs": jsonata(one("Pass", Output="{% 'a' / 1 %}")),
    "an expression to be filled in": jsonata(one("Pass", Output="{% ${Expression} %}")),
    "marks inside a text": jsonata(one("Pass", Output="x {% 1 + %}")),
    "marks in a comment": jsonata(one("Pass", Comment="{% 1 + %}")),
    "marks in a JSONPath state": one("Pass", Result="{% 1 + %}"),
    "an Assign beside each other": catch({"ErrorEquals": ALL, "Next": "B", "Assign": {"e": 1}}),
}  # fmt: skip


@pytest.mark.parametrize("definition", VALID.values(), ids=VALID)
def test_what_aws_takes_is_taken(definition: Json) -> None:
    assert well_formed(definition) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_real_machine_is_well_formed(path: Path) -> None:
    assert well_formed(json.loads(path.read_text(encoding="utf-8"))) == []


def test_the_tables_are_as_long_as_they_have_to_be() -> None:
    assert len(INVALID) >= 60
    assert len(VALID) >= 40
    assert len(FILES) >= 40


def test_all_problems_are_told_at_once_and_each_once() -> None:
    found = well_formed(machine({"Type": "Task"}, {"Type": "Wait"}))
    assert [problem.code for problem in found] == [
        "asl.transition.missing",
        "asl.task.no_resource",
        "asl.transition.missing",
        "asl.wait.one_form",
        "asl.state.unreachable",
        "asl.machine.no_end",
    ]


def test_a_slip_of_the_pen_is_answered_with_what_was_meant() -> None:
    definition = machine({"Type": "Pass", "Next": "Finsh"}, StartAt="Start")
    definition["States"] = {"Start": definition["States"]["A"], "Finish": LAST}
    assert well_formed(definition)[0].remedy == 'Did you mean "Finish"?'


def test_a_definition_that_nests_without_end_is_refused_at_once() -> None:
    inner: Any = {}
    for _ in range(100_000):
        inner = {"Not": inner}
    assert [problem.code for problem in well_formed(inner)] == ["json.too_deep"]


def test_an_expression_whose_parsing_takes_too_long_is_not_judged() -> None:
    hostile = "{% " + "(" * 200_000 + "1" + ")" * 200_000 + " %}"
    assert well_formed(jsonata(one("Pass", Output=hostile))) == []
    assert well_formed(jsonata(one("Pass", Output="{% 1 + %}"))) != []


@settings(deadline=None)
@given(MACHINES)
def test_the_verdict_on_any_machine_is_a_list(definition: Json) -> None:
    assert all(problem.code.startswith("asl.") for problem in well_formed(definition))


@settings(deadline=None)
@given(BROKEN)
def test_the_verdict_on_an_object_that_is_no_machine_is_a_list(definition: Json) -> None:
    assert isinstance(well_formed(definition), list)


@settings(deadline=None)
@given(JSON)
def test_the_verdict_on_any_json_is_a_list(definition: Any) -> None:
    assert isinstance(well_formed(definition), list)
