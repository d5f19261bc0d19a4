"""What is watched while a history is lived, and looked at when it is over: the promises."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assent_engine.ports import Progress
from assent_engine.safekeeping import examination
from assent_engine.store.rows import ALL
from assent_schemas import exact_json
from simulation import evidence
from simulation.disk import Disk
from simulation.items import EDITION, ItemFiles
from simulation.loop import VirtualClock
from simulation.outside import CANCEL, Exchange

_STEP = "SELECT 1 FROM journal WHERE run_id = ? AND scope = ? AND key = ? AND kind = ?"
_RUN = "SELECT policy_id FROM workflow_executions WHERE id = ?"
_REDRIVEN = (
    "(SELECT coalesce(max(seq), 0) FROM journal r WHERE r.run_id = j.run_id AND kind = 'redrive')"
)
_RECORDED = (
    "SELECT 1 FROM journal j WHERE run_id = ? AND scope = ? AND key = ? AND kind = 'step'"  # noqa: S608
    f" AND (seq > {_REDRIVEN} OR data LIKE '%\"saga\":%')"
)
_TABLES = (
    *("journal", "ledger", "saga_log", "interventions", "notices", "audit", "approvals"),
    *("requests", "pauses", "workflow_executions"),
)


_KIND = "SELECT 1 FROM journal WHERE run_id = ? AND kind = ?"


class Broken(AssertionError):
    """A promise was not kept."""


@dataclass(slots=True)
class Promises:
    """Sees every step as it starts, and keeps what was reported, to compare it with the disk."""

    disk: Disk
    exchange: Exchange
    files: ItemFiles
    clock: VirtualClock
    redrives: int = 0
    stopped: set[str] = field(default_factory=set)
    """Policies that may not act, as the owner was told."""
    paused: dict[str, datetime | None] = field(default_factory=dict)
    """The same of policies, or of everything, that are paused, and until when."""
    spoken: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    """What the owner has decided, by run and subject of the case."""
    told: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    _answers: dict[str, int] = field(default_factory=dict)
    _used: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    _gated: dict[str, set[int]] = field(default_factory=dict)

    def hear(self, progress: Progress) -> None:
        """The engine's listener: what it says is so is looked up, now and after each crash."""
        at = (progress.run_id, progress.scope, progress.key)
        match progress.event:
            case "step.started":
                self._started(*at, str(progress.about.get("resource")))
                self._covered(*at, progress.about)
            case "intent.recorded":
                self.tell(_STEP, *at, "intent")
            case "step.ended" if progress.about["resource"] != "price.read":
                self.tell(_STEP, *at, "step")
            case "run.started":
                self.tell(_RUN, progress.run_id)
            case "run.ended":
                # The row may be redriven; the journal keeps every end.
                sql = "SELECT 1 FROM journal WHERE run_id = ? AND kind = 'end' AND data LIKE ?"
                self.tell(sql, progress.run_id, f'%"{progress.about["status"]}"%')

    def speak(self, run_id: str, subject: str, choice: str) -> None:
        """Note what the owner says of a case, whether or not it is written down in time."""
        self.spoken[run_id, subject].append(choice)

    def answered(self, request_id: str, times: int) -> None:
        """Note how often a question's answer was taken just now."""
        self._answers[request_id] = self._answers.get(request_id, 0) + times
        self._expect(self._answers[request_id] < 2, f"two answers were taken: {request_id}")
        if times:
            sql = "SELECT 1 FROM requests WHERE id = ? AND status IN ('approved', 'rejected')"
            self.tell(sql, request_id)

    def pause(self, subject: str, until: datetime | None) -> None:
        """Note that the owner was told that nothing of it goes on until then."""
        self.paused[subject] = until

    def time_goes_by(self) -> None:
        """Forget pauses whose time is over: a clock that is set back is not held to them."""
        now = self.clock.now()
        over = [one for one, until in self.paused.items() if until is not None and until <= now]
        for one in over:
            del self.paused[one]

    def tell(self, sql: str, *values: Any) -> None:
        """Note that the engine has reported what this question finds."""
        self.told.append((sql, values))
        self._expect(bool(self.disk.ask(sql, *values)), f"P5: reported, but not there: {values}")

    def recovered(self) -> None:
        """After a crash: everything that was reported is there, and the store is whole."""
        for sql, values in self.told:
            self._expect(bool(self.disk.ask(sql, *values)), f"P5: lost in the crash: {values}")
        self._whole(examination.brief(self.disk.database, pages=False))
        self.broken += evidence.always(self.disk)

    def check(self) -> None:
        """Raise Broken for what was seen to be wrong so far."""
        if self.broken:
            raise Broken("; ".join(self.broken[:5]))

    def _started(self, run_id: str, scope: str, key: str, resource: str) -> None:
        where = f"{run_id}/{scope}{key}"
        recorded = self.disk.ask(_RECORDED, run_id, scope, key)
        self._expect(not recorded, f"P1: it is recorded, and starts again: {where}")
        self._permitted(run_id, where)
        if resource != "price.read":
            intent = self.disk.ask(_STEP, run_id, scope, key, "intent")
            self._expect(bool(intent), f"P2: starts without an intent on disk: {where}")
            self._once(run_id, f"{run_id}/{scope}{key.rpartition('/')[0]}")

    def _permitted(self, run_id: str, where: str) -> None:
        """Its policy is on, and so are those that led to it; it has its place."""
        self.time_goes_by()
        of: str | None = run_id
        while of is not None:
            sql = "SELECT policy_id, place, cancelling, parent_run FROM workflow_executions"
            ((policy_id, place, cancelling, of),) = self.disk.ask(f"{sql} WHERE id = ?", of)
            self._expect(policy_id not in self.stopped, f"P4: starts though it may not: {where}")
            paused = self.paused.keys() & {ALL, policy_id}
            self._expect(not paused, f"P4: starts though it is paused: {where}")
            self._expect(place != "waits" or bool(cancelling), f"it has no place: {where}")

    def _covered(self, run_id: str, scope: str, key: str, about: dict[str, Any]) -> None:
        """What needs a yes has one for exactly this call, and no more calls than it covers."""
        if scope.startswith("undo/") or about["input"].get("tag") not in self._asking(run_id):
            return
        effect = exact_json.digest({name: about[name] for name in ("resource", "input")})
        calls = self._used[run_id, effect]
        calls.add(f"{scope}{key.rpartition('/')[0]}")
        sql = "SELECT shown FROM requests WHERE run_id = ? AND status = 'approved'"
        shown = [exact_json.decode(text)["effects"] for (text,) in self.disk.ask(sql, run_id)]
        covers = sum(exact_json.digest(one) == effect for effects in shown for one in effects)
        self._expect(len(calls) <= covers, f"{len(calls)} calls of a yes to {covers}: {calls}")

    def _asking(self, run_id: str) -> set[int]:
        """The tags of the calls that need a yes, in the policy of a run."""
        ((policy_id,),) = self.disk.ask(_RUN, run_id)
        if policy_id not in self._gated:
            sql = "SELECT document FROM policy_versions WHERE policy_id = ?"
            ((document,),) = self.disk.ask(sql, policy_id)
            self._gated[policy_id] = {
                state["parameters"]["tag"]
                for state in evidence.states(exact_json.decode(document))
                if "requires_approval" in state
            }
        return self._gated[policy_id]

    def _once(self, run_id: str, key: str) -> None:
        """A second start of a key needs the outside's no, or the owner's word, since the first."""
        if (words := self.exchange.words.get(key)) and words[-1] == "start":
            # That it was not done, too, is a word to go by, once the run is redriven.
            word = {"retry", "skip"} & set(self.spoken[run_id, key])
            self._expect(bool(word), f"P2: starts a second time: {key}")

    def _expect(self, what: bool, otherwise: str) -> None:
        if not what:
            self.broken.append(otherwise)

    def over(self) -> None:
        """All runs have ended: nothing is doubled, lost, or neither kept nor reversed."""
        self.recovered()
        self._whole(examination.whole(self.disk.database))
        self.broken += evidence.in_the_end(self.disk, self.files)
        for run_id, policy in self.disk.ask(
            "SELECT r.id, document FROM workflow_executions r"
            " JOIN policy_versions v ON (v.policy_id, v.version) = (r.policy_id, policy_version)"
        ):
            self._orders(run_id)
            self._one_edition(run_id)
            self._reversals(run_id)
            redriven = self.disk.ask(_KIND, run_id, "redrive")
            if "'compensate': True" not in str(exact_json.decode(policy)) and not redriven:
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

    def _one_edition(self, run_id: str) -> None:
        """A Map goes over the items that it read first, whatever the file says since."""
        editions: dict[str, set[int]] = defaultdict(set)
        for one in self.exchange.started:
            if one.run_id == run_id and one.resource != CANCEL:
                tag, _, number = one.what.partition("/")
                if int(number) >= EDITION:
                    editions[tag].add(int(number) // EDITION)
        mixed = {tag: found for tag, found in editions.items() if len(found) > 1}
        self._expect(not mixed, f"items of several editions: {run_id} {mixed}")

    def _reversals(self, run_id: str) -> None:
        """What stands after a run that did not end well stands by declaration, or the owner's."""
        wanted_back = self._to_be_reversed(run_id)
        columns = "seq, idempotency_key, compensation, settled"
        for seq, key, back, settled in self.disk.ask(
            f"SELECT {columns} FROM saga_log WHERE run_id = ?",  # noqa: S608
            run_id,
        ):
            undone = any(
                one.resource == CANCEL and one.what == key for one in self.exchange.done.values()
            )
            if self._spoken_of(run_id, key, seq):
                continue
            where = f"{key} ({settled})"
            self._expect((settled == "compensated") == undone, f"P2: reversal amiss: {where}")
            if wanted_back:
                wanted = "compensated" if back else "kept"
                self._expect(settled == wanted, f"P2: neither reversed nor kept: {where}")

    def _to_be_reversed(self, run_id: str) -> bool:
        """Whether a run, or one that called it, ended so that what it did is to be reversed."""
        ((status, policy, cancelling, parent),) = self.disk.ask(
            "SELECT r.status, document, cancelling, parent_run FROM workflow_executions r"
            " JOIN policy_versions v ON (v.policy_id, v.version) = (r.policy_id, policy_version)"
            " WHERE r.id = ?",
            run_id,
        )
        stopped = status == "CANCELLED" and cancelling is None
        if status != "COMPLETED" and not stopped and not self._kept_by_caller(parent):
            return bool((cancelling or exact_json.decode(policy)["on_failure"]) == "compensate")
        return parent is not None and self._to_be_reversed(parent)

    def _kept_by_caller(self, parent: str | None) -> bool:
        """Whether the owner ended a run that called this one so that all of it stays."""
        while parent is not None:
            sql = "SELECT cancelling, parent_run FROM workflow_executions WHERE id = ?"
            ((cancelling, parent),) = self.disk.ask(sql, parent)
            if cancelling == "keep":
                return True
        return False

    def _spoken_of(self, run_id: str, key: str, seq: int) -> bool:
        """Whether the owner has said something of a side effect, or of its reversal."""
        for (of, subject), words in self.spoken.items():
            own = of == run_id and (subject == key or f"undo/{seq}/" in subject)
            # What is undone of a called run is a case of its caller's.
            if words and (own or f"undo/{run_id}/{seq}/" in subject):
                return True
        return False

    def _latest_first(self, run_id: str) -> None:
        """Side effects are reversed in the opposite order of their completion."""
        sql = "SELECT scope FROM journal WHERE run_id = ? AND scope LIKE 'undo/%' ORDER BY seq"
        undone = list(
            dict.fromkeys(self._place(run_id, scope) for (scope,) in self.disk.ask(sql, run_id))
        )
        latest_first = sorted(undone, reverse=True)
        self._expect(undone == latest_first, f"reversed in the wrong order: {run_id} {undone}")

    def _place(self, run_id: str, scope: str) -> tuple[int, ...]:
        """The place of what is undone among all that a run and those that it called have done."""
        _, *of, seq, _ = scope.split("/")
        place: tuple[int, ...] = (int(seq),)
        at = of[0] if of else run_id
        while at != run_id:
            ((at, called),) = self.disk.ask(
                "SELECT r.parent_run, j.seq FROM workflow_executions r JOIN journal j ON j.kind ="
                " 'call' AND j.run_id = r.parent_run AND j.scope || j.key = r.parent_key"
                " WHERE r.id = ?",
                at,
            )
            place = (called, *place)
        return place

    def digest(self) -> str:
        """One hash over everything that is left of a history, inside and outside."""
        mark = hashlib.sha256()
        for table in _TABLES:
            for row in self.disk.ask(f"SELECT * FROM {table} ORDER BY 1, 2"):  # noqa: S608
                mark.update(repr(row).encode())
        mark.update(repr([*self.exchange.done.items(), self.exchange.started]).encode())
        return mark.hexdigest()
