"""Exact amounts: the decimal types of steps, and arithmetic that keeps every digit."""

import functools
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Annotated, ParamSpec, TypeVar

from pydantic import BeforeValidator, Field, WithJsonSchema

Given = ParamSpec("Given")
Result = TypeVar("Result")

CENT = Decimal("0.01")
MILLIONTH = Decimal("0.000001")
BILLIONTH = Decimal("0.000000001")
ZERO = Decimal(0)
ONE = Decimal(1)

# Wide enough that no sum or product of accepted numbers is ever rounded on the way.
_EXACT = Context(prec=120, rounding=ROUND_HALF_EVEN)
_FAR = 40


def exact(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """Run a function with enough precision that only explicit rounding rounds."""

    @functools.wraps(function)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        with localcontext(_EXACT):
            return function(*args, **kwargs)

    return run


@exact
def cents(amount: Decimal) -> Decimal:
    """Money to whole cents, half to even."""
    return amount.quantize(CENT, ROUND_HALF_EVEN)


@exact
def cents_up(amount: Decimal) -> Decimal:
    """Money to whole cents, never less."""
    return amount.quantize(CENT, ROUND_CEILING)


@exact
def cents_down(amount: Decimal) -> Decimal:
    """Money to whole cents, never more (for amounts of at least zero)."""
    return amount.quantize(CENT, ROUND_DOWN)


@exact
def worth(quantity: Decimal, price: Decimal) -> Decimal:
    """What a quantity costs at a price, in whole cents."""
    return cents(quantity * price)


@exact
def ratio(part: Decimal, whole: Decimal) -> Decimal:
    """A part of a whole to six digits; `whole` is not zero."""
    return (part / whole).quantize(MILLIONTH, ROUND_HALF_EVEN)


@exact
def total(amounts: "list[Decimal]") -> Decimal:
    """The sum, with every digit."""
    return sum(amounts, ZERO)


def digits(amount: Decimal) -> str:
    """Plain digits without an exponent, as kept in a database; every zero is "0"."""
    return format(amount, "f") if amount else "0"


def _number(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("a JSON number is needed here")  # noqa: TRY004 - pydantic's own protocol
    number = Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > _FAR:
        raise ValueError("the number is out of bounds")
    return Decimal(format(number, "f"))


Number = Annotated[Decimal, WithJsonSchema({"type": "number"})]
"""A number in a step's result."""
Quantity = Annotated[
    Decimal,
    BeforeValidator(_number),
    Field(gt=0, max_digits=27, decimal_places=9),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0}),
]
"""More than zero shares, with at most 18 digits before and 9 after the point."""
Price = Quantity
"""Money for one share, more than zero."""
Amount = Annotated[
    Decimal,
    BeforeValidator(_number),
    Field(ge=0, max_digits=49, decimal_places=9),
    WithJsonSchema({"type": "number", "minimum": 0}),
]
"""Money or shares, zero included."""
SignedAmount = Annotated[
    Decimal,
    BeforeValidator(_number),
    Field(max_digits=49, decimal_places=9),
    WithJsonSchema({"type": "number"}),
]
"""Money that may be a loss."""
Weight = Annotated[
    Decimal,
    BeforeValidator(_number),
    Field(ge=0, le=1, decimal_places=12),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1}),
]
"""A share of the whole portfolio as a fraction: 0.25 is a quarter."""
