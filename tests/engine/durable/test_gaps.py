"""Gaps: what agents lack is kept once, bounded, the latest first."""

from typing import Any

import pytest
from pydantic import ValidationError

from assent_schemas import exact_json
from assent_schemas.gaps import GapReport
from engine.durable.worlds import Bench

TOOL: dict[str, Any] = {
    "name": "tax.lots",
    "description": "Lists tax lots.",
    "inputs": "an account",
    "outputs": "lots",
    "estimated_risk": "low",
}


def report(*names: str, **more: Any) -> GapReport:
    tools = [{**TOOL, "name": name} for name in names]
    checked = {"existing_tools_checked": ["portfolio.get_positions"]}
    return GapReport.model_validate({"missing_tools": tools, **checked, **more})


async def test_what_was_reported_is_there_after_a_restart(bench: Bench) -> None:
    said = report("tax.lots", proposed_mcp_server="a server")
    async with bench.open() as engine:
        await engine.gaps.report("claude", said)
    async with bench.open() as engine:
        (row,) = await engine.gaps.listed()
    assert (row.client, row.count) == ("claude", 1)
    assert GapReport.model_validate(exact_json.decode(row.report)) == said


async def test_the_same_tools_in_another_order_are_one_gap_and_the_last_word_stands(
    bench: Bench,
) -> None:
    async with bench.open() as engine:
        first = await engine.gaps.report("claude", report("tax.lots", "mail.send"))
        bench.clock.advance(60)
        again = await engine.gaps.report("cursor", report("Mail.Send", "tax.lots", "tax.lots"))
        assert [again] == await engine.gaps.listed()
    assert (again.count, again.client, again.first_at) == (2, "cursor", first.first_at)
    assert again.last_at > first.last_at
    assert "Mail.Send" in again.report


async def test_other_tools_are_another_gap_and_the_latest_comes_first(bench: Bench) -> None:
    async with bench.open() as engine:
        for name in ("one", "two", "one"):
            bench.clock.advance(1)
            await engine.gaps.report("claude", report(name))
        assert [row.count for row in await engine.gaps.listed()] == [2, 1]


async def test_only_so_many_are_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assent_engine.gaps.KEPT", 2)
    async with bench.open() as engine:
        for name in ("one", "two", "three"):
            bench.clock.advance(1)
            await engine.gaps.report("claude", report(name))
        kept = [exact_json.decode(row.report) for row in await engine.gaps.listed()]
    assert [one["missing_tools"][0]["name"] for one in kept] == ["three", "two"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"missing_tools": []},
        {"missing_tools": [TOOL] * 11},
        {"missing_tools": [{**TOOL, "estimated_risk": "none"}]},
        {"missing_tools": [{**TOOL, "description": "x" * 1001}]},
        {"missing_tools": [{**TOOL, "more": 1}]},
        {"existing_tools_checked": ["x"] * 51},
        {"proposed_mcp_server": "x" * 501},
        {"more": 1},
    ],
)
def test_a_report_of_another_form_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        report("tax.lots", **wrong)
