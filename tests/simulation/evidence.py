"""What the disk has to show at any time: questions, called runs and places, each of one piece."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from assent_engine.moments import moment
from assent_schemas import exact_json
from simulation.disk import Disk
from simulation.items import ItemFiles

_ENDED = "('COMPLETED', 'FAILED', 'TIMED_OUT', 'CANCELLED')"
_CALLS = (
    "FROM workflow_executions r LEFT JOIN journal j ON j.run_id = r.parent_run"
    " AND j.scope || j.key = r.parent_key AND j.kind = 'called' AND j.seq NOT IN (SELECT f.value"
    " FROM journal t, json_each(t.data, '$.forget') f WHERE t.run_id = j.run_id"
    " AND t.kind = 'redrive') WHERE r.parent_run IS NOT NULL"
)


def always(disk: Disk) -> Iterator[str]:
    """What is wrong after a crash as well as in the end."""
    yield from _questions(disk)
    yield from _called_runs(disk)
    yield from _places(disk)


def in_the_end(disk: Disk, files: ItemFiles) -> Iterator[str]:
    """What is wrong when every run has ended."""
    yield from _claims(disk)
    yield from _results(disk, files)
    for (left,) in disk.ask("SELECT id FROM requests WHERE status = 'open'"):
        yield f"a question is open though its run has ended: {left}"


def _questions(disk: Disk) -> Iterator[str]:
    """Each is answered once, in time, and the run goes by that very answer."""
    sql = "SELECT id, status, deadline, closed_at, decided_by FROM requests"
    for one, status, deadline, at, by in disk.ask(sql):
        if status in ("approved", "rejected"):
            if by != "owner" or moment(at) >= moment(deadline):
                yield f"a late answer was taken: {one} {status} {at} ({deadline})"
            ((count,),) = disk.ask(
                "SELECT count(*) FROM audit, requests r WHERE r.id = ? AND audit.subject = r.run_id"
                " AND action IN ('approve', 'reject') AND detail LIKE '% ' || hash || '%'",
                one,
            )
            if count != 1:
                yield f"a question was answered {count} times: {one}"
    for request_id, said in _answers(disk):
        ((status,),) = disk.ask("SELECT status FROM requests WHERE id = ?", request_id)
        taken = "timed_out" if status in ("withdrawn", "timed_out") else status
        if said["decision"] != taken:
            yield f"a run goes by another answer: {request_id} {status}, {said}"


def _answers(disk: Disk) -> Iterator[tuple[str, dict[str, Any]]]:
    """What each run recorded as the answer to the question that it had asked last there."""
    asked: dict[tuple[str, str, str], str] = {}
    sql = "SELECT run_id, scope, key, kind, data FROM journal WHERE kind IN ('asked', 'answered')"
    for run_id, scope, key, kind, data in disk.ask(f"{sql} ORDER BY run_id, seq"):
        if kind == "asked":
            asked[run_id, scope, key] = exact_json.decode(data)["request"]
        else:
            yield asked[run_id, scope, key], exact_json.decode(data)


def _called_runs(disk: Disk) -> Iterator[str]:
    """A called run ends in the commit that tells its caller, or is stopped with it."""
    for (one,) in disk.ask(f"SELECT r.id {_CALLS} AND r.status = 'COMPLETED' AND j.seq IS NULL"):
        yield f"a called run has ended and its caller does not know: {one}"
    for (one,) in disk.ask(
        f"SELECT r.id {_CALLS} AND r.status NOT IN {_ENDED} AND j.seq IS NOT NULL"
    ):
        yield f"a called run is open though its caller has recorded its end: {one}"


def _places(disk: Disk) -> Iterator[str]:
    for key, held, limit in disk.ask(
        "SELECT concurrency_key, count(*), max(concurrency_limit) FROM workflow_executions"  # noqa: S608
        f" WHERE place = 'held' AND status NOT IN {_ENDED} GROUP BY 1"
    ):
        if held > limit:
            yield f"{held} runs have a place of {limit}: {key}"


def _claims(disk: Disk) -> Iterator[str]:
    """A yes covers calls for as long as its state says, from when it was given."""
    sql = "SELECT run_id, data, at FROM journal WHERE kind = 'claim' AND data LIKE '%\"ok\"%'"
    for run_id, data, at in disk.ask(sql):
        given = exact_json.decode(data)["given"]
        for shown, closed, policy in disk.ask(
            "SELECT shown, closed_at, document FROM requests q JOIN workflow_executions r"
            " ON r.id = q.run_id JOIN policy_versions v ON v.policy_id = r.policy_id"
            " WHERE q.run_id = ? AND subject = ? AND q.status = 'approved'",
            run_id,
            given,
        ):
            tag = exact_json.decode(shown)["effects"][0]["input"]["tag"]
            valid = next(
                state["valid_seconds"]
                for state in states(exact_json.decode(policy))
                if state["type"] == "Approval" and state["effects"][0]["input"]["tag"] == tag
            )
            if moment(at) >= moment(closed) + timedelta(seconds=valid):
                yield f"a yes was used when it had ended: {run_id} {given}"


def _results(disk: Disk, files: ItemFiles) -> Iterator[str]:
    for (data,) in disk.ask("SELECT data FROM journal WHERE kind = 'results'"):
        said = exact_json.decode(data)
        if (told := said.get("ok")) is None:
            continue
        found = files.manifest(told["folder"])
        if found is None or any(found[name] != told[name] for name in told):
            yield f"results that were reported are not there: {told}"


def states(machine: Any) -> Iterator[dict[str, Any]]:
    """Every state of a document, those of its branches and iterations too."""
    for state in machine["states"].values():
        yield state
        inner = [state["iterator"]] if "iterator" in state else state.get("branches", [])
        for one in inner:
            yield from states(one)
