"""Validating and simulating a policy: every problem at once, and nothing touched."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from service.conftest import Furnished
from service.shell import HARVEST, REBALANCE, SAMPLE, Shell, contents, failing, greeter, written

BROKEN = {
    "name": "",
    "foo": 1,
    "start_at": "X",
    "triggers": [{"type": "cron", "expression": "61 * * * *"}],
    "states": {
        "A/b": {"type": "Task", "resource": "market.get_qoute", "nxt": "C"},
        "C": {"type": "Wait", "seconds": -1, "end": True},
    },
}
POINTERS = {
    "/foo",
    "/name",
    "/start_at",
    "/states/A~1b",
    "/states/A~1b/nxt",
    "/states/A~1b/resource",
    "/states/C/seconds",
    "/triggers/0/expression",
}


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    return written(tmp_path / "broken.json", BROKEN)


@pytest.mark.parametrize("example", [REBALANCE, HARVEST])
def test_the_shipped_examples_are_valid(shell: Shell, example: Path) -> None:
    assert shell.done("policy", "validate", example)["valid"] is True
    assert "no problems found" in shell("policy", "validate", example).out


@pytest.mark.parametrize("verb", ["validate", "propose", "simulate"])
def test_every_problem_of_a_broken_policy_is_said_at_once(
    shell: Shell, broken: Path, verb: str
) -> None:
    said = shell("policy", verb, broken, "--json")
    assert said.code == 1
    assert {problem["pointer"] for problem in said.json["problems"]} == POINTERS


def test_every_problem_is_shown_with_its_place_and_remedy(shell: Shell, broken: Path) -> None:
    said = shell("policy", "validate", broken)
    assert all(f"at {pointer}\n" in said.err for pointer in POINTERS)
    assert 'Did you mean "market.get_quote"?' in said.err
    assert 'Did you mean "next"?' in said.err


def test_a_doubtful_policy_is_valid_and_warned_of(shell: Shell, tmp_path: Path) -> None:
    rule = {"variable": "$.a", "is_present": True, "next": "End"}
    states = {"C": {"type": "Choice", "choices": [rule]}, "End": {"type": "Succeed"}}
    doubtful = written(tmp_path / "p.json", {"name": "P", "start_at": "C", "states": states})
    (warning,) = shell.done("policy", "validate", doubtful)["warnings"]
    assert (warning["code"], warning["pointer"]) == ("choice.no_default", "/states/C")
    assert "Warning choice.no_default: " in shell("policy", "validate", doubtful).out


def test_a_broken_policy_is_not_proposed(shell: Shell, broken: Path) -> None:
    shell("policy", "propose", broken)
    assert shell.done("policy", "list") == []


@pytest.mark.parametrize("verb", ["validate", "propose", "simulate"])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "json.syntax"),
        ("{", "json.syntax"),
        ("name: x", "json.syntax"),
        ('{"name": NaN}', "json.number"),
        ('{"name": "a", "name": "b"}', "json.duplicate_key"),
        ("[" * 100 + "]" * 100, "json.too_deep"),
        ("[]", "policy.wrong_type"),
        ('"text"', "policy.wrong_type"),
    ],
)
def test_what_is_no_policy_document_is_one_problem(
    shell: Shell, verb: str, text: str, code: str
) -> None:
    said = shell("policy", verb, "-", "--json", stdin=text)
    assert said.code == 1
    assert [problem["code"] for problem in said.json["problems"]] == [code]


def test_bytes_that_are_no_text_are_one_problem(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(b'{"name": "\xff"}')
    said = shell("policy", "validate", tmp_path / "x.json", "--json")
    assert said.problem["code"] == "json.encoding"


def test_a_document_that_is_too_large_is_not_read_to_its_end(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('"' + "x" * (2 << 20) + '"', encoding="utf-8")
    said = shell("policy", "validate", tmp_path / "x.json", "--json")
    assert said.problem["code"] == "json.too_large"


@pytest.mark.parametrize(("name", "reason"), [("nope.json", "No such file"), ("", "Is a dir")])
def test_a_file_that_cannot_be_read_is_named_with_the_reason(
    shell: Shell, tmp_path: Path, name: str, reason: str
) -> None:
    said = shell("policy", "validate", tmp_path / name, "--json")
    assert said.code == 1
    assert said.problem["code"] == "file.unreadable"
    assert str(tmp_path / name) in said.problem["detail"]
    assert reason in said.problem["detail"]


@pytest.mark.parametrize("verb", ["validate", "simulate", "propose"])
def test_a_dash_reads_standard_input(furnished: Furnished, verb: str) -> None:
    done = furnished.shell.done("policy", verb, "-", stdin=json.dumps(greeter("From a pipe")))
    assert done


def test_validating_makes_no_home(shell: Shell) -> None:
    shell.done("policy", "validate", REBALANCE)
    assert not shell.home.exists()


def sample() -> list[str | Path]:
    return ["--holdings", SAMPLE / "holdings.csv", "--prices", SAMPLE / "prices.csv"]


def test_simulating_needs_no_home_when_files_are_given(shell: Shell) -> None:
    done = shell.done("policy", "simulate", REBALANCE, *sample())
    assert done["status"] == "COMPLETED"
    assert done["output"]["buys"]
    assert not shell.home.exists()


@pytest.mark.parametrize("example", [REBALANCE, HARVEST])
def test_simulating_leaves_portfolio_and_store_as_they_are(
    furnished: Furnished, example: Path
) -> None:
    before = contents(furnished.shell.home)
    done = furnished.shell.done("policy", "simulate", example)
    assert done["status"] == "COMPLETED"
    assert any(entry.get("resource") == "trade.execute" for entry in done["trace"])
    assert contents(furnished.shell.home) == before


def test_simulating_twice_starts_from_the_same_portfolio(furnished: Furnished) -> None:
    def outputs() -> Any:
        output = furnished.shell.done("policy", "simulate", REBALANCE)["output"]
        return [[order["quantity"] for order in output[side]] for side in ("sells", "buys")]

    assert outputs() == outputs()


def test_files_given_are_put_over_the_homes_own(furnished: Furnished, tmp_path: Path) -> None:
    stormy = (SAMPLE / "prices.csv").read_text(encoding="utf-8") + "^VIX,2026-11-23,41.5\n"
    (tmp_path / "stormy.csv").write_text(stormy, encoding="utf-8")
    done = furnished.shell.done(
        "policy", "simulate", REBALANCE, "--prices", tmp_path / "stormy.csv"
    )
    called = [entry["resource"] for entry in done["trace"] if entry["event"] == "step"]
    assert called == ["market.get_quote", "notify.user"]


def test_a_simulated_failure_exits_with_1_and_its_reason(shell: Shell, tmp_path: Path) -> None:
    policy = written(tmp_path / "failing.json", failing())
    said = shell("policy", "simulate", policy)
    assert said.code == 1
    assert "Broken: on purpose" in said.out
    assert shell("policy", "simulate", policy, "--json").json["error"] == "Broken"


def test_a_simulation_without_prices_says_what_is_missing(shell: Shell) -> None:
    said = shell("policy", "simulate", REBALANCE)
    assert said.code == 1
    assert "import a price file" in said.out


def test_a_malformed_file_stops_the_simulation_before_it_starts(
    shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "bad.csv").write_text("symbol,date,close\nVTI,today,1\n", encoding="utf-8")
    said = shell("policy", "simulate", REBALANCE, "--prices", tmp_path / "bad.csv", "--json")
    assert said.problem["code"] == "prices.bad_date"
    assert "bad.csv, line 2, column date" in said.problem["detail"]


def test_input_is_exact_and_may_come_from_a_file(shell: Shell, tmp_path: Path) -> None:
    policy = {"name": "Echo", "start_at": "End", "states": {"End": {"type": "Succeed"}}}
    echo = written(tmp_path / "echo.json", policy)
    (tmp_path / "input.json").write_text('{"amount": 0.30}', encoding="utf-8")
    given = shell("policy", "simulate", echo, "--input", '{"amount": 0.10}', "--json")
    assert '"amount": 0.10' in given.out
    done = shell.done("policy", "simulate", echo, "--input", f"@{tmp_path / 'input.json'}")
    assert done["output"] == {"amount": Decimal("0.30")}


@pytest.mark.parametrize("given", ["x", "@nowhere.json", "{", '{"a": 1, "a": 2}'])
def test_input_that_is_no_json_is_wrong_usage(shell: Shell, given: str) -> None:
    said = shell("policy", "simulate", REBALANCE, "--input", given, "--json")
    assert said.code == 2
    assert "--input" in said.problem["detail"]


def test_a_simulation_shows_each_step_at_its_state(shell: Shell) -> None:
    said = shell("policy", "simulate", HARVEST, *sample()).out
    assert "GetPositions" in said
    assert "Harvest [1]" in said
    assert "trade.execute" in said


def test_a_simulation_reads_the_homes_files_and_writes_none(shell: Shell, tmp_path: Path) -> None:
    state = {
        "type": "Map",
        "item_reader": {
            "resource": "files.read_items",
            "reader_config": {"input_type": "CSV"},
            "parameters": {"path": "rows.csv"},
        },
        "iterator": {"start_at": "P", "states": {"P": {"type": "Pass", "end": True}}},
        "result_writer": {"resource": "files.write_result", "parameters": {"path": "out"}},
        "end": True,
    }
    policy = {"name": "Rows", "start_at": "M", "states": {"M": state}}
    file = written(tmp_path / "rows.json", policy)
    home = tmp_path / "a-home"
    (home / "files").mkdir(parents=True)
    (home / "files" / "rows.csv").write_text("a,b\n1,2\n")
    said = shell("policy", "simulate", file, "--home", home)
    assert said.code == 0, said.err
    assert "1 items" in said.out
    assert "not written: a simulation" in said.out
    assert [one.name for one in (home / "files").iterdir()] == ["rows.csv"]
    assert "rows.csv" in shell("policy", "explain", file).out


def test_an_imported_machine_is_drawn_and_read_though_its_resources_are_unknown(
    shell: Shell, tmp_path: Path
) -> None:
    resource = "arn:aws:states:::lambda:invoke"
    task = {"Type": "Task", "Resource": resource, "End": True}
    machine = written(tmp_path / "machine.json", {"StartAt": "A", "States": {"A": task}})
    imported = tmp_path / "imported.json"
    imported.write_text(shell("policy", "import", machine).out, encoding="utf-8")
    assert "not registered here" in shell("policy", "explain", imported).out
    assert "flowchart" in shell("policy", "graph", imported).out
    assert shell("policy", "validate", imported, "--json").problem["code"] == "resource.unknown"
