"""The inbox on the command line: what waits, what it is about, and the one decision."""

import asyncio
import json
from dataclasses import asdict
from typing import Any

import pytest

from assent_engine import library
from assent_engine.registry import World
from assent_schemas import exact_json
from assent_steps.broker import BrokerUnreachable, Order, OrderRequest, broker_of
from assent_steps.paper.broker import PaperBroker
from service.conftest import Furnished
from service.shell import HOSTILE, Shell, hidden_in, telling, undecided

BUY = {"ticker": "BND", "quantity": 1, "side": "buy"}
BUYING: dict[str, Any] = {
    "name": "Buying",
    "start_at": "Buy",
    "states": {
        "Buy": {"type": "Task", "resource": "trade.execute", "parameters": BUY, "end": True}
    },
}
FAILING: dict[str, Any] = {
    **BUYING,
    "start_at": "Buy",
    "states": {
        "Buy": {**BUYING["states"]["Buy"], "next": "Fail"},
        "Fail": {"type": "Fail", "error": "Broken"},
    },
}
del FAILING["states"]["Buy"]["end"]


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A broker that takes an order and then cannot be reached; undo it and it is back."""
    submit, look_up = PaperBroker.submit, PaperBroker.find
    placed = set[str]()

    async def break_off(self: PaperBroker, request: OrderRequest, at: Any) -> Order:
        await submit(self, request, at)
        placed.add(request.client_order_id)
        raise ConnectionResetError("the line went dead")

    async def find(self: PaperBroker, client_order_id: str) -> Order | None:
        if client_order_id in placed:
            raise BrokerUnreachable("nobody answers")
        return await look_up(self, client_order_id)

    monkeypatch.setattr(PaperBroker, "submit", break_off)
    monkeypatch.setattr(PaperBroker, "find", find)
    return monkeypatch


@pytest.fixture
def unsure(furnished: Furnished, unreachable: pytest.MonkeyPatch) -> tuple[Shell, str]:
    """A home with a case about an order that may have been placed; the broker is back."""
    shell = furnished.shell
    said = shell("run", "start", shell.approved(BUYING), "--json")
    unreachable.undo()
    assert (said.code, said.json["error"]) == (1, "effect.unsure")
    return shell, said.json["interventions"][0]


def order_of(shell: Shell, case: str) -> str:
    """The order that the broker has, as the result that the step would have given."""
    subject = shell.done("inbox", "show", case)["subject"]

    async def look() -> Order | None:
        async with library.load().open_world(shell.home) as parts:
            return await broker_of(World(parts)).find(subject)

    order = asyncio.run(look())
    assert order is not None
    return exact_json.encode(exact_json.plain(asdict(order))).decode()


def test_an_empty_inbox_says_so(furnished: Furnished) -> None:
    assert furnished.shell.done("inbox", "list") == []
    assert "Nothing waits for you" in furnished.shell("inbox", "list").out
    assert "No case was ever opened" in furnished.shell("inbox", "list", "--all").out


def test_a_case_is_listed_with_its_run_policy_subject_and_choices(shell: Shell) -> None:
    case = undecided(shell)
    (row,) = shell.done("inbox", "list")
    assert (row["intervention_id"], row["policy"], row["code"]) == (case, "Telling", "run.failed")
    assert row["choices"] == ["compensate", "abort"]
    line = shell("inbox", "list").out.splitlines()[1]
    assert line.split()[0] == case[:8]
    assert "compensate, abort" in line


def test_a_case_shows_the_exact_call_the_result_it_asks_for_and_what_each_choice_means(
    unsure: tuple[Shell, str],
) -> None:
    shell, case = unsure
    shown = shell.done("inbox", "show", case[:8])
    assert shown["about"] == {"resource": "trade.execute", "input": BUY}
    assert "client_order_id" in json.dumps(shown["result_schema"])
    assert shown["meanings"]["retry"] == "try again"
    said = shell("inbox", "show", case[:8]).out
    assert '"ticker": "BND"' in said
    assert "What the result of `done` must be" in said
    assert f'assent inbox resolve {case} done --note "..." --result @FILE' in said


def test_marked_done_with_its_result_the_run_goes_on_to_its_end(unsure: tuple[Shell, str]) -> None:
    shell, case = unsure
    result = order_of(shell, case)
    said = shell("inbox", "resolve", case, "done", "--note", "I looked", "--result", result)
    assert said.code == 0
    assert "COMPLETED" in said.out
    assert shell.done("inbox", "list") == []
    (settled,) = shell.done("inbox", "list", "--all")
    assert (settled["choice"], settled["note"]) == ("done", "I looked")
    assert "done by" in shell("inbox", "show", case).out
    run = shell.done("run", "show", settled["run_id"])
    assert [one["resource"] for one in run["saga_log"]] == ["trade.execute"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("done",), "intervention.note"),
        (("done", "--note", "I know"), "intervention.result"),
        (("done", "--note", "I know", "--result", '{"no": 1}'), "intervention.result"),
    ],
)
def test_a_done_without_reason_or_a_fitting_result_is_refused_and_decides_nothing(
    unsure: tuple[Shell, str], words: tuple[str, ...], code: str
) -> None:
    shell, case = unsure
    assert shell("inbox", "resolve", case, *words, "--json").problem["code"] == code
    assert [one["status"] for one in shell.done("inbox", "list")] == ["open"]


def test_tried_again_the_run_shows_its_progress_and_its_end(unsure: tuple[Shell, str]) -> None:
    shell, case = unsure
    said = shell("inbox", "resolve", case, "retry")
    assert said.code == 0
    assert "trade.execute -> " in said.out
    assert "COMPLETED" in said.out


def test_a_decision_for_later_leaves_the_run_until_it_is_resumed(shell: Shell) -> None:
    case = undecided(shell)
    decided = shell.done("inbox", "resolve", case, "abort", "--later")
    assert decided["run"] is None
    assert [one["status"] for one in shell.done("run", "list")] == ["NEEDS_OWNER"]
    (ended,) = shell("run", "resume", "--json").json
    assert ended["status"] == "FAILED"


def test_who_comes_second_is_told_who_decided_and_what(shell: Shell) -> None:
    case = undecided(shell)
    shell.done("inbox", "resolve", case, "abort")
    said = shell("inbox", "resolve", case, "compensate", "--json")
    assert (said.code, said.problem["code"]) == (1, "intervention.decided")
    assert "It was decided: abort, by " in said.problem["detail"]
    assert "(cli)" in said.problem["detail"]


def test_a_choice_that_the_case_does_not_have_is_refused_with_those_it_has(shell: Shell) -> None:
    said = shell("inbox", "resolve", undecided(shell), "retry", "--json")
    assert said.problem["code"] == "intervention.no_choice"
    assert said.problem["remedy"] == "Choose: compensate, abort."


def test_a_word_that_is_no_choice_anywhere_is_wrong_usage(shell: Shell) -> None:
    said = shell("inbox", "resolve", undecided(shell), "retyr")
    assert said.code == 2
    assert "retry" in said.err


def test_only_done_takes_a_result(shell: Shell) -> None:
    said = shell("inbox", "resolve", undecided(shell), "abort", "--result", "{}")
    assert (said.code, "Only with `done`" in said.err) == (2, True)


def test_the_start_of_several_ids_names_no_case(shell: Shell) -> None:
    undecided(shell)
    undecided(shell)
    assert shell("inbox", "show", "", "--json").problem["code"] == "intervention.ambiguous"


def test_a_blanket_resume_shows_what_needs_the_owner_and_how_to_settle_it(shell: Shell) -> None:
    case = undecided(shell)
    said = shell("run", "resume")
    assert said.code == 1
    assert f"assent inbox show {case} (choices: compensate, abort)" in said.out
    assert shell("run", "resume", "--json").json[0]["interventions"] == [case]


def test_a_list_marks_the_runs_that_need_the_owner(shell: Shell) -> None:
    undecided(shell)
    assert "(! 1 case in the inbox)" in shell("run", "list").out
    assert [one["open_interventions"] for one in shell.done("run", "list")] == [1]


@pytest.mark.parametrize("words", ["inbox list --all", "inbox show {case}", "run show {run}"])
def test_hostile_names_and_notes_are_shown_escaped(shell: Shell, words: str) -> None:
    case = undecided(shell, name=HOSTILE)
    run = shell.done("inbox", "show", case)["run_id"]
    shell.done("inbox", "resolve", case, "abort", "--note", HOSTILE)
    said = shell(*words.format(case=case, run=run).split())
    assert hidden_in(said.out) == set()
    assert r"\u001b[31m" in said.out


def test_what_a_hostile_call_was_is_shown_escaped(
    furnished: Furnished, unreachable: pytest.MonkeyPatch
) -> None:
    shell = furnished.shell
    started = shell("run", "start", shell.approved(BUYING), "--json")
    case = started.json["interventions"][0]
    call = json.dumps({"resource": HOSTILE, "input": {HOSTILE: HOSTILE}})
    shell.change_store("UPDATE interventions SET about = ?, text = ?", call, HOSTILE)
    for words in (
        ("inbox", "list"),
        ("inbox", "show", case),
        ("run", "show", started.json["run_id"]),
    ):
        said = shell(*words)
        assert said.code == 0
        assert hidden_in(said.out) == set()
    unreachable.undo()


class TestWhatWasReversed:
    """A run that bought something and then failed."""

    @pytest.fixture
    def run(self, furnished: Furnished) -> dict[str, Any]:
        shell = furnished.shell
        said = shell("run", "start", shell.approved(FAILING), "--json")
        assert said.json["status"] == "FAILED"
        shown: dict[str, Any] = shell.done("run", "show", said.json["run_id"])
        return shown

    def test_is_said_of_each_side_effect(self, furnished: Furnished, run: dict[str, Any]) -> None:
        assert [one["settled"] for one in run["saga_log"]] == ["compensated"]
        said = furnished.shell("run", "show", run["run_id"]).out
        done = said.partition("Done to the outside\n")[2].partition("\n")[0]
        assert done.split()[:2] == ["trade.execute", "Buy"]
        assert done.endswith("reversed")

    def test_stands_in_the_timeline_by_the_state_that_had_done_it(
        self, furnished: Furnished, run: dict[str, Any]
    ) -> None:
        timeline = furnished.shell("run", "show", run["run_id"]).out.partition("Done to")[0]
        undone = [line.split()[1:4] for line in timeline.splitlines() if " undo " in line]
        assert undone == [["intent", "undo", "Buy"], ["step", "undo", "Buy"]]

    def test_is_told_live(self, furnished: Furnished) -> None:
        shell = furnished.shell
        assert "reverses by trade.execute" in shell("run", "start", shell.approved(FAILING)).out


def test_what_is_kept_says_why(shell: Shell) -> None:
    shell("run", "start", shell.approved(telling()))
    said = shell("run", "show", "").out
    assert "kept: What the owner has read cannot be unread." in said


@pytest.mark.parametrize(
    ("on_failure", "said"),
    [
        ("compensate", "everything it did is reversed, the latest first; if that fails, "),
        ("intervene", "you are asked whether what it did is reversed or kept"),
        ("keep", "what it did is kept, and nothing is reversed"),
    ],
)
def test_the_owner_sees_before_approval_what_a_failure_leads_to(
    shell: Shell, on_failure: str, said: str
) -> None:
    made = shell.propose(telling(on_failure=on_failure))
    assert f"if it fails  {said}" in shell("policy", "show", made["policy_id"]).out
    assert said in shell("policy", "approve", made["policy_id"]).out


def test_a_simulation_tells_what_it_reversed(furnished: Furnished) -> None:
    said = furnished.shell("policy", "simulate", "-", stdin=json.dumps(FAILING)).out
    assert " undo Buy " in said
    assert "reversed" in said


def test_what_may_have_happened_is_told_at_the_end_and_shown(
    furnished: Furnished, unreachable: pytest.MonkeyPatch
) -> None:
    shell = furnished.shell
    said = shell("run", "start", shell.approved(BUYING), "--json")
    case, run = said.json["interventions"][0], said.json["run_id"]
    shown = shell("inbox", "show", case)
    assert "looked up once more" in " ".join(shown.out.split())
    shell("inbox", "resolve", case, "compensate")
    unreachable.undo()
    ended = shell.done("run", "show", run)
    assert (ended["status"], ended["saga_log"]) == ("CANCELLED", [])
    (left,) = ended["may_have_happened"]
    assert left["resource"] == "trade.execute"
    assert "It may have happened, and is kept: trade.execute" in ended["notices"][-1]
    assert "It may have happened, and is kept" in shell("run", "show", run).out
