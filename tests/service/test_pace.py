"""How often: a bucket that fills itself within a minute."""

from hypothesis import given
from hypothesis import strategies as st

from assent_service.pace import MINUTE, Pace
from service.webhooks.stages import Passing


def test_as_many_as_a_minute_takes_and_then_one_after_its_share_of_it() -> None:
    time = Passing()
    pace = Pace(60, time)
    for _ in range(60):
        assert pace.wait == 0
        pace.take()
    assert pace.wait == 1
    time.at += 1
    assert pace.wait == 0


@given(st.integers(1, 30), st.lists(st.floats(0, 40, allow_nan=False), min_size=1, max_size=200))
def test_no_minute_has_more_than_twice_as_many(most: int, gaps: list[float]) -> None:
    time, taken = Passing(), []
    pace = Pace(most, time)
    for gap in gaps:
        time.at += gap
        if not pace.wait:
            pace.take()
            taken.append(time.at)
    for start in taken:
        assert sum(start <= one < start + MINUTE for one in taken) <= 2 * most


@given(st.integers(1, 500))
def test_who_waits_as_long_as_is_said_gets_in(most: int) -> None:
    time = Passing()
    pace = Pace(most, time)
    for _ in range(most):
        pace.take()
    time.at += pace.wait
    assert pace.wait == 0
