"""What a click asks for: everything that it needs, as it was when the menu showed it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from assent_schemas.wire.approvals import Approval


def subject_of(one: "Approval") -> str:
    """What a decision would be on, for as long as it is the same."""
    return f"approval:{one.id}@{one.version or ''}#{one.hash}"


@dataclass(frozen=True, slots=True)
class Decide:
    """A yes or a no to exactly what has the hash of this approval."""

    yes: bool
    one: "Approval"

    @property
    def subject(self) -> str:
        return subject_of(self.one)


@dataclass(frozen=True, slots=True)
class Review:
    """The whole of an approval in the owner's browser, where it can be decided."""

    one: "Approval"

    @property
    def subject(self) -> str:
        return f"review:{self.one.id}@{self.one.version or ''}"


@dataclass(frozen=True, slots=True)
class Settle:
    """One of the choices of a case."""

    case: str
    choice: str
    what: str

    @property
    def subject(self) -> str:
        return f"case:{self.case}"


@dataclass(frozen=True, slots=True)
class Cancel:
    """The end of a run; what it did is reversed, or with `keep` left as it is."""

    run: str
    policy: str
    keep: bool

    @property
    def subject(self) -> str:
        return f"run:{self.run}"


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing starts or goes on: for some seconds, or until a moment that has a name."""

    seconds: int | None = None
    until: Literal["tomorrow", "market-open"] | None = None
    subject: str = "pause"


@dataclass(frozen=True, slots=True)
class Resume:
    """The end of a pause: that of a policy, or with None that of everything."""

    policy: str | None
    name: str
    subject: str = "pause"


@dataclass(frozen=True, slots=True)
class StartService:
    """The service shall run."""

    subject: str = "service"


@dataclass(frozen=True, slots=True)
class Examine:
    """The doctor shall look."""

    subject: str = "doctor"


@dataclass(frozen=True, slots=True)
class Quit:
    """The tray shall end; the service stays."""

    subject: str = "tray"


Ask = Decide | Review | Settle | Cancel | Pause | Resume | StartService | Examine | Quit
