"""Files from a person: read exactly, or refused with every fault named."""

import contextlib
import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assent_schemas.errors import InputFileError
from assent_steps.files import table
from assent_steps.files.table import read_file
from assent_steps.holdings import KIND, BoughtLot, parse_holdings
from assent_steps.market import Close
from assent_steps.price_file import parse_prices

HEADER = "symbol,quantity,cost_basis,purchase_date"
WEIGHTED = f"{HEADER},target_weight"
LOT = "AAPL,10,1000,2025-01-15"


def faults_of(text: str | bytes) -> list[tuple[str, str]]:
    """Code and place of each fault in a holdings file."""
    raw = text.encode() if isinstance(text, str) else text
    with pytest.raises(InputFileError) as caught:
        parse_holdings(raw, "mine.csv")
    return [(one.code, one.detail.split(":")[0]) for one in caught.value.problems]


def at(line: int, column: str = "") -> str:
    return f"mine.csv, line {line}" + (f", column {column}" if column else "")


@pytest.mark.parametrize(
    ("rows", "code", "place"),
    [
        ("", "empty", "mine.csv"),
        (HEADER, "empty", "mine.csv"),
        ("symbol,quantity,cost_basis\nAAPL,1,1", "missing_column", at(1, "purchase_date")),
        (f"{HEADER},note\n{LOT},x", "unknown_column", at(1, "'note'")),
        (f"{HEADER},symbol\n{LOT},x", "duplicate_column", at(1, "symbol")),
        (f"{HEADER}\n{LOT},1", "bad_row", at(2)),
        (f"{HEADER}\nAAPL,10,1000", "bad_row", at(2)),
        (f'{HEADER}\n{LOT}\n"AAPL,10', "bad_csv", at(3)),
        (f'{HEADER}\n"AAPL"x,10,1000,2025-01-15', "bad_csv", at(2)),
        (f"{HEADER}\n{'A' * 300},10,1000,2025-01-15", "too_long", at(2, "symbol")),
        (f"{HEADER}\n{LOT}\n{'A' * 33},10,1000,2025-01-15", "bad_symbol", at(3, "symbol")),
        (f"{HEADER}\nA B,10,1000,2025-01-15", "bad_symbol", at(2, "symbol")),
        (f"{HEADER}\nA\x07,10,1000,2025-01-15", "bad_symbol", at(2, "symbol")),
        (f"{HEADER}\nA\x00,10,1000,2025-01-15", "bad_symbol", at(2, "symbol")),
        (f"{HEADER}\nÄ,10,1000,2025-01-15", "bad_symbol", at(2, "symbol")),
        (f"{HEADER}\n,10,1000,2025-01-15", "bad_symbol", at(2, "symbol")),
        (f"{HEADER}\nAAPL,1e5,1000,2025-01-15", "bad_number", at(2, "quantity")),
        (f"{HEADER}\nAAPL,NaN,1000,2025-01-15", "bad_number", at(2, "quantity")),
        (f"{HEADER}\nAAPL,-1,1000,2025-01-15", "bad_number", at(2, "quantity")),
        (f"{HEADER}\nAAPL,0,1000,2025-01-15", "bad_number", at(2, "quantity")),
        (f"{HEADER}\nAAPL,\u0661,1000,2025-01-15", "bad_number", at(2, "quantity")),
        (f'{HEADER}\nAAPL,"1,000",1000,2025-01-15', "bad_number", at(2, "quantity")),
        (f"{HEADER}\nAAPL,1.0000000001,1,2025-01-15", "bad_number", at(2, "quantity")),
        (f"{HEADER}\nAAPL,{'9' * 19},1,2025-01-15", "bad_number", at(2, "quantity")),
        (f"{HEADER}\nAAPL,1,Infinity,2025-01-15", "bad_number", at(2, "cost_basis")),
        (f"{HEADER}\nAAPL,1,,2025-01-15", "bad_number", at(2, "cost_basis")),
        (f"{HEADER}\nAAPL,1,1,15.01.2025", "bad_date", at(2, "purchase_date")),
        (f"{HEADER}\nAAPL,1,1,20250115", "bad_date", at(2, "purchase_date")),
        (f"{HEADER}\nAAPL,1,1,2025-02-30", "bad_date", at(2, "purchase_date")),
        (f"{HEADER}\nAAPL,1,1,", "bad_date", at(2, "purchase_date")),
        (f"{HEADER}\nCASH,1,,\ncash,1,,", "duplicate", at(3, "symbol")),
        (f"{HEADER}\nCASH,1.005,,", "bad_number", at(2, "quantity")),
        (f"{HEADER}\nCASH,-1,,", "bad_number", at(2, "quantity")),
        (f"{WEIGHTED}\nCASH,1,,,0.5", "bad_weight", at(2, "target_weight")),
        (f"{WEIGHTED}\n{LOT},1.1", "bad_weight", at(2, "target_weight")),
        (f"{WEIGHTED}\n{LOT},half", "bad_number", at(2, "target_weight")),
        (f"{WEIGHTED}\n{LOT},0.5\n{LOT},0.4", "bad_weight", at(3, "target_weight")),
        (f"{WEIGHTED}\n{LOT},0.5\nMSFT,1,1,2025-01-15,", "bad_weight", at(3, "target_weight")),
        (f"{WEIGHTED}\n{LOT},0.5\nMSFT,1,1,2025-01-15,0.6", "bad_weight", "mine.csv"),
    ],
)
def test_a_fault_is_named_by_file_line_and_column(rows: str, code: str, place: str) -> None:
    assert faults_of(rows) == [(f"holdings.{code}", place)]


def test_text_that_is_not_utf8_is_refused_by_line() -> None:
    raw = f"{HEADER}\n{LOT}\n".encode() + b"\xff,1,1,2025-01-15\n"
    assert faults_of(raw) == [("holdings.bad_encoding", at(3))]


def test_every_bad_cell_of_a_row_is_named() -> None:
    assert faults_of(f"{HEADER}\n{LOT}\n$,x,y,z\n") == [
        ("holdings.bad_symbol", at(3, "symbol")),
        ("holdings.bad_number", at(3, "quantity")),
        ("holdings.bad_number", at(3, "cost_basis")),
        ("holdings.bad_date", at(3, "purchase_date")),
    ]


def test_at_most_fifty_faults_are_named() -> None:
    assert len(faults_of(HEADER + "\nAAPL,x,y,z" * 1000)) == 50


def test_a_fault_shows_control_characters_escaped() -> None:
    with pytest.raises(InputFileError) as caught:
        parse_holdings(f"{HEADER}\n\x1b[31mA,1,1,2025-01-15".encode(), "mine.csv")
    assert "'\\x1b[31mA' is not a symbol" in caught.value.problem.detail
    assert caught.value.problem.remedy


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_columns_come_in_any_order_with_mark_and_line_ends_of_any_editor(
    start: str, end: str
) -> None:
    lines = [
        "target_weight,purchase_date,symbol,cost_basis,quantity",
        '0.6,2025-01-15,"AAPL",1000.10,10',
        "",
        ",2025-06-01,AAPL, 900 ,5.5",
        "0.2,,NVDA,,0",
        ",,CASH,,500.25",
    ]
    found = parse_holdings((start + end.join(lines)).encode(), "mine.csv")
    assert found.cash == Decimal("500.25")
    assert found.targets == {"AAPL": Decimal("0.6"), "NVDA": Decimal("0.2")}
    assert found.lots == (
        BoughtLot("AAPL", Decimal(10), Decimal("1000.10"), dt.date(2025, 1, 15)),
        BoughtLot("AAPL", Decimal("5.5"), Decimal(900), dt.date(2025, 6, 1)),
    )


@pytest.mark.parametrize(
    ("rows", "code", "place"),
    [
        ("AAPL,2026-03-02,150\nAAPL,2026-03-02,150", "duplicate", at(3, "date")),
        ("AAPL,2026-03-02,0", "bad_number", at(2, "close")),
        ("AAPL,2026-03-02,-1", "bad_number", at(2, "close")),
        ("AAPL,2026-03-02,1E2", "bad_number", at(2, "close")),
        ("AAPL,yesterday,1", "bad_date", at(2, "date")),
        ("^V IX,2026-03-02,1", "bad_symbol", at(2, "symbol")),
    ],
)
def test_a_fault_of_a_price_file_is_named_alike(rows: str, code: str, place: str) -> None:
    with pytest.raises(InputFileError) as caught:
        parse_prices(f"symbol,date,close\n{rows}\n".encode(), "mine.csv")
    problem = caught.value.problem
    assert (problem.code, problem.detail.split(":")[0]) == (f"prices.{code}", place)


def test_prices_are_kept_by_symbol_from_old_to_new() -> None:
    rows = "symbol,date,close\n^VIX,2026-03-02,18.50\n^VIX,2026-02-27,19\n"
    assert parse_prices(rows.encode(), "mine.csv") == {
        "^VIX": (
            Close(dt.date(2026, 2, 27), Decimal(19)),
            Close(dt.date(2026, 3, 2), Decimal("18.50")),
        )
    }


def test_a_file_with_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_ROWS", 2)
    assert faults_of(HEADER + f"\n{LOT}" * 3) == [("holdings.too_many_rows", at(4))]


def test_a_file_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "MOST_BYTES", 10)
    (tmp_path / "mine.csv").write_bytes(b"x" * 11)
    with pytest.raises(InputFileError, match=r"holdings\.too_large"):
        read_file(tmp_path / "mine.csv", KIND)


@pytest.mark.parametrize("name", ["absent.csv", "."])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputFileError, match=r"holdings\.unreadable"):
        read_file(tmp_path / name, KIND)


@settings(deadline=None)
@given(raw=st.binary(max_size=200))
def test_no_bytes_whatever_break_the_reader(raw: bytes) -> None:
    for text in (raw, HEADER.encode() + b"\n" + raw):
        with contextlib.suppress(InputFileError):
            parse_holdings(text, "mine.csv")


@settings(deadline=None)
@given(
    quantity=st.decimals(min_value=Decimal("0.000000001"), max_value=10**18 - 1, places=9),
    cost=st.decimals(min_value=0, max_value=10**18 - 1, places=9),
)
def test_every_digit_of_a_file_is_kept(quantity: Decimal, cost: Decimal) -> None:
    raw = f"{HEADER}\nAAPL,{quantity:f},{cost:f},2025-01-15".encode()
    (lot,) = parse_holdings(raw, "mine.csv").lots
    assert (f"{lot.quantity:f}", f"{lot.cost:f}") == (f"{quantity:f}", f"{cost:f}")
