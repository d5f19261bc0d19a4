"""Importing files and showing the portfolio."""

from decimal import Decimal
from pathlib import Path

import pytest

from service.conftest import Furnished
from service.shell import HARVEST, SAMPLE, Shell

HEADER = "symbol,quantity,cost_basis,purchase_date"


def test_imported_files_are_shown_at_once_and_later(shell: Shell) -> None:
    files: list[str | Path] = [
        "--holdings",
        SAMPLE / "holdings.csv",
        "--prices",
        SAMPLE / "prices.csv",
    ]
    imported = shell.done("portfolio", "import", *files)
    assert imported == shell.done("portfolio", "show")
    assert str(imported["cash"]) == "1250.00"
    assert str(imported["total_value"]) == "47367.05"
    said = shell("portfolio", "show").out
    assert "47,367.05" in said
    assert "VXUS" in said


def test_an_import_without_files_is_wrong_usage_and_makes_no_home(shell: Shell) -> None:
    said = shell("portfolio", "import")
    assert said.code == 2
    assert "Give --holdings, --prices or both." in said.err
    assert not shell.home.exists()


def test_what_has_no_price_is_shown_as_unknown(shell: Shell) -> None:
    imported = shell.done("portfolio", "import", "--holdings", SAMPLE / "holdings.csv")
    assert imported["total_value"] is None
    assert "total -" in shell("portfolio", "show").out


@pytest.mark.parametrize(
    ("rows", "place", "code"),
    [
        (f"{HEADER}\nAAA,x,1,2025-01-01", "line 2, column quantity", "holdings.bad_number"),
        (f"{HEADER}\nAAA,1,1,01.02.2025", "line 2, column purchase_date", "holdings.bad_date"),
        (f"{HEADER}\nA A,1,1,2025-01-01", "line 2, column symbol", "holdings.bad_symbol"),
        (f"{HEADER}\nAAA,1,1,2025-01-01\nBBB,1", "line 3", "holdings.bad_row"),
        ("symbol,quantity\nAAA,1", "line 1, column cost_basis", "holdings.missing_column"),
        ("", "mine.csv: there is nothing", "holdings.empty"),
    ],
)
def test_a_malformed_file_is_named_by_line_column_and_reason(
    shell: Shell, tmp_path: Path, rows: str, place: str, code: str
) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text(rows, encoding="utf-8")
    said = shell("portfolio", "import", "--holdings", mine, "--json")
    assert said.code == 1
    assert said.problem["code"] == code
    assert said.problem["detail"].startswith("mine.csv")
    assert place in said.problem["detail"]
    assert "nothing was taken over" in said.problem["remedy"]


@pytest.mark.parametrize("bad", ["holdings", "prices"])
def test_one_malformed_file_keeps_both_out(furnished: Furnished, tmp_path: Path, bad: str) -> None:
    shell = furnished.shell
    before = shell.done("portfolio", "show")
    texts = {"holdings": f"{HEADER}\nAAA,1,1,2025-01-01\n", "prices": "symbol,date,close\n"}
    texts["prices"] += "VTI,2026-11-24,1\n"
    texts[bad] += "spoilt\n"
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    files: list[str | Path] = ["--holdings", tmp_path / "holdings", "--prices", tmp_path / "prices"]
    assert shell("portfolio", "import", *files).code == 1
    assert shell.done("portfolio", "show") == before


def test_a_first_import_that_fails_leaves_no_portfolio(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("x\n", encoding="utf-8")
    good: list[str | Path] = ["--prices", SAMPLE / "prices.csv"]
    assert shell("portfolio", "import", "--holdings", tmp_path / "bad.csv", *good).code == 1
    assert not (shell.home / "prices.csv").exists()
    assert shell.done("portfolio", "show")["positions"] == []


def test_holdings_are_not_replaced_once_orders_were_filled(furnished: Furnished) -> None:
    shell = furnished.shell
    made = shell.done("policy", "propose", HARVEST)
    shell.approve(made)
    shell.done("run", "start", made["policy_id"])
    before = shell.done("portfolio", "show")
    said = shell("portfolio", "import", "--holdings", SAMPLE / "holdings.csv", "--json")
    assert said.problem["code"] == "portfolio.exists"
    assert shell.done("portfolio", "show") == before
    assert before["orders"][0]["price"] == Decimal("86.95")


def test_a_home_with_a_portfolio_only_says_that_nothing_was_proposed(shell: Shell) -> None:
    shell.done("portfolio", "import", "--prices", SAMPLE / "prices.csv")
    assert "assent policy propose" in shell("policy", "list").out
