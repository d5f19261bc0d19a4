"""Keys: whatever order they are made and used in, each opens one review, once and in time."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from assent_service.desk.reviewing import Subject
from assent_service.review.bounds import BOUNDS
from assent_service.review.keys import Keys
from assent_service.review.session import Session, Ticket

SMALL = replace(BOUNDS, codes=3, sessions=3, tickets=3)
ISSUE, PASS = "issue", "pass"
DEEDS = st.lists(
    st.just(ISSUE)
    | st.tuples(st.just("swap"), st.integers(0, 5))
    | st.tuples(st.just(PASS), st.sampled_from([1, 30, 59, 60, 3600])),
    max_size=40,
)


@given(DEEDS)
def test_a_code_opens_what_it_was_made_for_once_and_in_time(deeds: list[object]) -> None:
    now = [0.0]
    keys = Keys(SMALL, lambda: now[0])
    made: list[str] = []
    good: dict[int, float] = {}
    for deed in deeds:
        good = {at: until for at, until in good.items() if now[0] < until}
        match deed:
            case "issue":
                good[len(made)] = now[0] + SMALL.code_seconds
                made.append(keys.issue(Subject(f"subject {len(made)}"), "ann"))
                good = dict(list(good.items())[-SMALL.codes :])
            case ("swap", int(at)) if at < len(made):
                session = keys.swap(made[at])
                assert (session is not None) == (at in good)
                assert session is None or session.subject == Subject(f"subject {at}")
                good.pop(at, None)
            case ("pass", int(seconds)):
                now[0] += seconds
            case _:
                pass


@given(st.lists(st.integers(0, 5), max_size=30))
def test_a_ticket_is_taken_once(order: list[int]) -> None:
    keys = Keys(SMALL, lambda: 0.0)
    session = keys.swap(keys.issue(Subject("s"), "ann"))
    assert isinstance(session, Session)
    made = [session.hand_out(Ticket(str(at), "")) for at in range(6)]
    taken = [at for at in order if session.take(made[at]) is not None]
    assert sorted(set(taken)) == sorted(taken)
    assert set(taken) == set(order) & {3, 4, 5}


def test_only_the_key_of_a_place_opens_it_and_secrets_are_in_no_log() -> None:
    keys = Keys(SMALL, lambda: 0.0)
    code = keys.issue(Subject("s"), "ann")
    session = keys.swap(code)
    assert session is not None
    assert keys.session(session.place, [session.key]) is session
    assert keys.session(session.place, ["x", "ü", session.key]) is session
    assert keys.session(session.place, []) is None
    assert keys.session(session.place, ["", "x"]) is None
    assert keys.session("elsewhere", [session.key]) is None
    ticket = session.hand_out(Ticket("h", "b"))
    for secret in (session.key, ticket, code):
        assert secret not in repr(session)
        assert secret not in repr(keys)
