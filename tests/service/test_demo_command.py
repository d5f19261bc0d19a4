"""The demo: the whole story on sample data or on the person's own."""

import tempfile
from decimal import Decimal
from pathlib import Path

import pytest

from service.shell import SAMPLE, Shell

HOLDINGS = """symbol,quantity,cost_basis,purchase_date,target_weight
CASH,100.50,,,
AAA,10,1000.00,2024-01-02,0.50
BBB,10,1500.00,2024-01-02,0.50
"""
PRICES = """symbol,date,close
AAA,2026-11-20,150.25
BBB,2026-11-20,100.10
^VIX,2026-11-20,12.5
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def own(tmp_path: Path) -> list[str | Path]:
    holdings, prices = tmp_path / "holdings.csv", tmp_path / "prices.csv"
    holdings.write_text(HOLDINGS, encoding="utf-8")
    prices.write_text(PRICES, encoding="utf-8")
    return ["--holdings", holdings, "--prices", prices]


def test_the_demo_tells_the_whole_story(shell: Shell, temporary: Path) -> None:
    said = shell("demo")
    assert (said.code, said.err) == (0, "")
    for words in (
        "A policy is proposed",
        "You say yes to exactly this document",
        "intends trade.execute",
        "The portfolio after",
        "Another proposal",
        "Harvest [1]",
        "The same policy on a wild day",
        "info: Rebalance skipped: High Volatility",
    ):
        assert words in said.out
    assert said.out.count("COMPLETED") == 3


def test_the_demo_leaves_neither_a_home_nor_a_temporary_folder(
    shell: Shell, temporary: Path
) -> None:
    assert shell("demo").code == 0
    assert not shell.home.exists()
    assert list(temporary.iterdir()) == []


def test_the_demo_for_a_program_has_every_run_and_the_portfolio_before_and_after(
    shell: Shell,
) -> None:
    told = shell.done("demo")
    assert [run["status"] for run in told["runs"]] == ["COMPLETED"] * 3
    assert told["before"]["cash"] == Decimal("1250.00")
    assert str(told["after"]["cash"]) == "4856.49"
    assert told["home"] is None


def test_the_demo_runs_on_the_persons_own_files(shell: Shell, own: list[str | Path]) -> None:
    told = shell.done("demo", *own)
    assert {row["symbol"] for row in told["before"]["positions"]} == {"AAA", "BBB"}
    assert told["before"]["total_value"] == told["after"]["total_value"] == Decimal("2604.00")
    orders = {(order["side"], order["symbol"]) for order in told["after"]["orders"]}
    assert ("sell", "AAA") in orders


def test_a_kept_home_can_be_looked_around_in(
    shell: Shell, tmp_path: Path, own: list[str | Path]
) -> None:
    kept = tmp_path / "kept here"
    said = shell("demo", *own, "--keep", kept)
    assert said.code == 0
    assert f"assent run list --home '{kept}'" in said.out
    runs = shell.done("run", "list", "--home", kept)
    assert [run["status"] for run in runs] == ["COMPLETED"] * 3
    assert shell("run", "show", runs[0]["run_id"], "--home", kept).code == 0
    assert {row["symbol"] for row in shell.done("portfolio", "show", "--home", kept)["positions"]}
    assert kept.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_not_empty_is_left_alone(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x", encoding="utf-8")
    said = shell("demo", "--keep", tmp_path, "--json")
    assert said.code == 1
    assert said.problem["code"] == "demo.folder_in_use"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_an_empty_folder_may_be_kept_in(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    assert shell.done("demo", "--keep", tmp_path / "kept")["home"] == str(tmp_path / "kept")


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_malformed_file_is_named_by_line_and_column_and_leaves_no_home(
    shell: Shell, tmp_path: Path, temporary: Path, form: tuple[str, ...]
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(HOLDINGS.replace("10,1000.00", "ten,1000.00"), encoding="utf-8")
    said = shell("demo", "--holdings", bad, "--keep", tmp_path / "kept", *form)
    assert said.code == 1
    assert "bad.csv, line 3, column quantity: 'ten' is not a plain number" in said.out + said.err
    assert not (tmp_path / "kept").exists()
    assert shell("demo", "--holdings", bad, *form).code == 1
    assert list(temporary.iterdir()) == []


def test_every_mistake_of_a_file_is_said_at_once(shell: Shell, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("symbol,date,close\nA A,2026-01-01,1\nB,soon,x\n", encoding="utf-8")
    said = shell("demo", "--prices", bad, "--json")
    codes = [problem["code"] for problem in said.json["problems"]]
    assert codes == ["prices.bad_symbol", "prices.bad_date", "prices.bad_number"]


def test_a_file_that_is_not_there_is_wrong_usage(shell: Shell) -> None:
    assert shell("demo", "--holdings", "nowhere.csv").code == 2


def test_prices_without_the_vix_make_the_run_fail_visibly(
    shell: Shell, tmp_path: Path, own: list[str | Path]
) -> None:
    (tmp_path / "prices.csv").write_text(PRICES.replace("^VIX", "VIX"), encoding="utf-8")
    said = shell("demo", *own)
    assert said.code == 1
    assert "FAILED UnknownSymbol: there is no price for ^VIX in prices.csv" in said.out
    assert "problem: Volatility-Aware Rebalance ended FAILED" in said.out
    told = shell("demo", *own, "--json")
    assert told.code == 1
    assert told.json["runs"][0]["error"] == "UnknownSymbol"


def test_who_says_no_twice_sees_nothing_run(shell: Shell, tmp_path: Path) -> None:
    said = shell("demo", "--ask", "--keep", tmp_path / "kept", stdin="n\nn\n")
    assert said.code == 0
    assert said.out.count("You said no: the proposal is rejected and nothing runs.") == 2
    assert "Nothing: no run had anything to tell you." in said.out
    assert "It runs" not in said.out
    assert shell.done("run", "list", "--home", tmp_path / "kept") == []
    policies = shell.done("policy", "list", "--home", tmp_path / "kept")
    assert [row["versions"] for row in policies] == [{"1.0.0": "rejected"}] * 2


def test_who_says_yes_to_one_sees_one_run(shell: Shell, tmp_path: Path) -> None:
    said = shell("demo", "--ask", "--keep", tmp_path / "kept", stdin="n\ny\n")
    assert said.code == 0
    runs = shell.done("run", "list", "--home", tmp_path / "kept")
    assert [run["policy"] for run in runs] == ["Tax Loss Harvester"]


def test_who_does_not_answer_approves_nothing(shell: Shell, tmp_path: Path) -> None:
    said = shell("demo", "--ask", "--keep", tmp_path / "kept", stdin="")
    assert said.code == 1
    assert "Stopped" in said.err
    policies = shell.done("policy", "list", "--home", tmp_path / "kept")
    assert [row["active_version"] for row in policies] == [None]


def test_a_program_cannot_be_asked(shell: Shell) -> None:
    said = shell("demo", "--ask", "--json", stdin="y\ny\n")
    assert said.code == 2
    assert said.problem["code"] == "usage"


def test_the_sample_files_are_what_the_demo_runs_on(shell: Shell) -> None:
    told = shell.done("demo")
    given = shell.done(
        "demo", "--holdings", SAMPLE / "holdings.csv", "--prices", SAMPLE / "prices.csv"
    )
    assert told["before"] == given["before"]
    assert told["after"]["positions"] == given["after"]["positions"]


@pytest.mark.parametrize(
    "prices",
    [
        PRICES.replace(",", ", "),
        PRICES.replace("^VIX,2026-11-20", "^VIX,9999-12-31"),
        "date,close,symbol\n" + "2026-11-20,150.25,AAA\n2026-11-20,100,BBB\n2026-11-20,9,^VIX\n",
    ],
    ids=["blanks after commas", "the last day there is", "columns in another order"],
)
def test_the_wild_day_is_told_with_any_price_file_that_is_accepted(
    shell: Shell, tmp_path: Path, own: list[str | Path], prices: str
) -> None:
    (tmp_path / "prices.csv").write_text(prices, encoding="utf-8")
    said = shell("demo", *own)
    assert (said.code, said.err) == (0, "")
    assert "Rebalance skipped: High Volatility" in said.out
