"""What is watched while a history is lived, and looked at when it is over: the promises."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from assent_engine.ports import Progress
from assent_engine.safekeeping import examination
from assent_schemas import exact_json
from simulation.disk import Disk
from simulation.outside import CANCEL, Exchange

_STEP = "SELECT 1 FROM journal WHERE run_id = ? AND scope = ? AND key = ? AND kind = ?"
_RUN = "SELECT policy_id FROM workflow_executions WHERE id = ?"
_TABLES = ("journal", "ledger", "saga_log", "interventions", "notices", "audit", "approvals")


class Broken(AssertionError):
    """A promise was not kept."""


@dataclass(slots=True)
class Promises:
    """Sees every step as it starts, and keeps what was reported, to compare it with the disk."""

    disk: Disk
    exchange: Exchange
    stopped: set[str] = field(default_factory=set)
    """Policies that may not act, as the owner was told."""
    spoken: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    """What the owner has decided, by run and subject of the case."""
    told: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def hear(self, progress: Progress) -> None:
        """The engine's listener: what it says is so is looked up, now and after each crash."""
        at = (progress.run_id, progress.scope, progress.key)
        match progress.event:
            case "step.started":
                self._started(*at, str(progress.about.get("resource")))
            case "intent.recorded":
                self.tell(_STEP, *at, "intent")
            case "step.ended" if progress.about["resource"] != "price.read":
                self.tell(_STEP, *at, "step")
            case "run.started":
                self.tell(_RUN, progress.run_id)
            case "run.ended":
                status = str(progress.about["status"])
                self.tell(f"{_RUN} AND status = ?", progress.run_id, status)

    def speak(self, run_id: str, subject: str, choice: str) -> None:
        """Note what the owner says of a case, whether or not it is written down in time."""
        self.spoken[run_id, subject].append(choice)

    def tell(self, sql: str, *values: Any) -> None:
        """Note that the engine has reported what this question finds."""
        self.told.append((sql, values))
        self._expect(bool(self.disk.ask(sql, *values)), f"P5: reported, but not there: {values}")

    def recovered(self) -> None:
        """After a crash: everything that was reported is there, and the store is whole."""
        for sql, values in self.told:
            self._expect(bool(self.disk.ask(sql, *values)), f"P5: lost in the crash: {values}")
        self._whole(examination.brief(self.disk.database, pages=False))

    def check(self) -> None:
        """Raise Broken for what was seen to be wrong so far."""
        if self.broken:
            raise Broken("; ".join(self.broken[:5]))

    def _started(self, run_id: str, scope: str, key: str, resource: str) -> None:
        where = f"{run_id}/{scope}{key}"
        recorded = self.disk.ask(_STEP, run_id, scope, key, "step")
        self._expect(not recorded, f"P1: it is recorded, and starts again: {where}")
        ((policy_id,),) = self.disk.ask(_RUN, run_id)
        self._expect(policy_id not in self.stopped, f"P4: starts though it may not: {where}")
        if resource != "price.read":
            intent = self.disk.ask(_STEP, run_id, scope, key, "intent")
            self._expect(bool(intent), f"P2: starts without an intent on disk: {where}")
            self._once(run_id, f"{run_id}/{scope}{key.rpartition('/')[0]}")

    def _once(self, run_id: str, key: str) -> None:
        """A second start of a key needs the outside's no, or the owner's word, since the first."""
        if (words := self.exchange.words.get(key)) and words[-1] == "start":
            self._expect("retry" in self.spoken[run_id, key], f"P2: starts a second time: {key}")

    def _expect(self, what: bool, otherwise: str) -> None:
        if not what:
            self.broken.append(otherwise)

    def over(self) -> None:
        """All runs have ended: nothing is doubled, lost, or neither kept nor reversed."""
        self.recovered()
        self._whole(examination.whole(self.disk.database))
        for run_id, status, policy, cancelling in self.disk.ask(
            "SELECT r.id, r.status, document, cancelling FROM workflow_executions r"
            " JOIN policy_versions v ON (v.policy_id, v.version) = (r.policy_id, policy_version)"
        ):
            document = exact_json.decode(policy)
            self._orders(run_id)
            self._reversals(run_id, status, cancelling or document["on_failure"])
            if "'compensate': True" not in str(document):
                self._latest_first(run_id)
        self._expect(
            not self.disk.ask("SELECT 1 FROM interventions WHERE code LIKE 'journal.%'"),
            "a journal was broken, or told of another history",
        )
        self.check()

    def _whole(self, report: examination.Report) -> None:
        self._expect(not report.findings, f"P5: the store is damaged: {report.findings[:3]}")

    def _orders(self, run_id: str) -> None:
        """The outside has exactly the orders that the saga log has."""
        log = self.disk.ask("SELECT idempotency_key FROM saga_log WHERE run_id = ?", run_id)
        logged = {key for (key,) in log}
        done = {
            one.key
            for one in self.exchange.done.values()
            if one.run_id == run_id and one.resource != CANCEL
        }
        for key in sorted(logged ^ done):
            what = "was lost" if key in logged else "was done and is not known of"
            self._expect(bool(self.spoken[run_id, key]), f"P2: {key} {what}")
        asked = [
            (one.resource, one.what) for one in self.exchange.done.values() if one.run_id == run_id
        ]
        doubled = sorted({one for one in asked if asked.count(one) > 1})
        spoken = any(self.spoken[run_id, one] for of, one in list(self.spoken) if of == run_id)
        self._expect(spoken or not doubled, f"P2: doubled: {doubled}")

    def _reversals(self, run_id: str, status: str, how: str) -> None:
        """What stands after a run that did not end well stands by declaration, or the owner's."""
        columns = "seq, idempotency_key, compensation, settled"
        for seq, key, back, settled in self.disk.ask(
            f"SELECT {columns} FROM saga_log WHERE run_id = ?",  # noqa: S608
            run_id,
        ):
            undone = any(
                one.resource == CANCEL and one.what == key for one in self.exchange.done.values()
            )
            if self._spoken_of(run_id, key, f"undo/{seq}/"):
                continue
            where = f"{key} ({status}, {how}, {settled})"
            self._expect((settled == "compensated") == undone, f"P2: reversal amiss: {where}")
            if status != "COMPLETED" and how == "compensate":
                wanted = "compensated" if back else "kept"
                self._expect(settled == wanted, f"P2: neither reversed nor kept: {where}")

    def _spoken_of(self, run_id: str, key: str, undone: str) -> bool:
        """Whether the owner has said something of a side effect, or of its reversal."""
        said = [subject for of, subject in self.spoken if of == run_id and self.spoken[of, subject]]
        return any(one == key or undone in one for one in said)

    def _latest_first(self, run_id: str) -> None:
        """Side effects are reversed in the opposite order of their completion."""
        sql = "SELECT scope FROM journal WHERE run_id = ? AND scope LIKE 'undo/%' ORDER BY seq"
        undone = list(
            dict.fromkeys(int(one.split("/")[1]) for (one,) in self.disk.ask(sql, run_id))
        )
        latest_first = sorted(undone, reverse=True)
        self._expect(undone == latest_first, f"reversed in the wrong order: {run_id} {undone}")

    def digest(self) -> str:
        """One hash over everything that is left of a history, inside and outside."""
        mark = hashlib.sha256()
        for table in _TABLES:
            for row in self.disk.ask(f"SELECT * FROM {table} ORDER BY 1, 2"):  # noqa: S608
                mark.update(repr(row).encode())
        mark.update(repr([*self.exchange.done.items(), self.exchange.started]).encode())
        return mark.hexdigest()
