"""Triggers that start nothing here, or twice, are warned of before anybody says yes."""

from service.shell import Shell, greeter, written

PAST = {"type": "once", "at": "2020-01-01T09:00:00Z"}
COMING = {"type": "once", "at": "2090-01-01T09:00:00Z"}
HOURLY = {"type": "interval", "seconds": 3600}
AFTER = {"type": "run_end", "policy": "Elsewhere"}
ALL = [PAST, HOURLY, {**HOURLY, "comment": "again"}, AFTER]
EXPECTED = [
    ("trigger.past", "/triggers/0/at"),
    ("trigger.twice", "/triggers/2"),
    ("trigger.no_such_policy", "/triggers/3/policy"),
]


def told(said: dict[str, list[dict[str, str]]]) -> list[tuple[str, str]]:
    return [(one["code"], one["pointer"]) for one in said["warnings"]]


def test_doubtful_triggers_are_told_of_at_validate_propose_and_show(shell: Shell) -> None:
    shell.approved(greeter("Other"))
    file = written(shell.home.parent / "policy.json", greeter(triggers=ALL))
    assert told(shell.done("policy", "validate", file)) == EXPECTED
    made = shell.propose(greeter(triggers=ALL))
    assert told(made) == EXPECTED
    assert told(shell.done("policy", "show", made["policy_id"])) == EXPECTED
    assert "Warning trigger.past" in shell("policy", "propose", file).out
    shell.approve(made)
    assert shell.done("policy", "show", made["policy_id"])["warnings"] == []


def test_triggers_without_doubt_are_not_warned_of(shell: Shell) -> None:
    shell.approved(greeter("Elsewhere"))
    assert told(shell.propose(greeter(triggers=[COMING, HOURLY, AFTER]))) == []


def test_where_there_is_no_home_nothing_is_said_of_what_may_be_there(shell: Shell) -> None:
    file = written(shell.home.parent / "policy.json", greeter(triggers=[AFTER]))
    assert told(shell.done("policy", "validate", file)) == []
