"""What every message has in common: its form, its pages, and the versions both sides name."""

from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

PROTOCOL = 1
"""The version of these messages; it grows when an older client would misread one."""
PROTOCOL_HEADER = "assent-protocol"
CLIENT_HEADER = "assent-client"
NONCE_HEADER = "assent-nonce"
PROOF_HEADER = "assent-proof"
"""HMAC-SHA256 of the nonce under the token: who answers has the token, before it is sent there."""
CLIENT_NAME = r"[a-z][a-z0-9-]{0,31}(/[0-9A-Za-z.+-]{1,32})?"
"""How a client names itself: a word and its version, such as `cli/0.1.0`."""
MOST_ON_A_PAGE = 1000
LONGEST_REFERENCE = 512

Reference = Annotated[str, Field(max_length=LONGEST_REFERENCE)]
"""An id, how it begins, or a name."""
Note = Annotated[str, Field(max_length=4096)]
Item = TypeVar("Item")


class Asked(BaseModel):
    """What a client asks: unknown keys are errors, never ignored."""

    # Built when it is first used: a client needs few of the models, and should start fast.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Answer(BaseModel):
    """What the service answers; a client ignores what it does not know yet."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)


class Nothing(Asked):
    """A question without details."""


class PartAsked(Asked):
    """Which part of a list is wanted."""

    after: Annotated[str, Field(max_length=LONGEST_REFERENCE)] | None = None
    """The last item that the client has; without it the list begins."""
    limit: Annotated[int, Field(ge=1, le=MOST_ON_A_PAGE)] = 200


class PageAsked(PartAsked):
    """Which part of a list is wanted, and from which end."""

    newest: bool = False
    """Whether the list goes from the newest item back."""


class Page(Answer, Generic[Item]):
    """A part of a list."""

    items: list[Item]
    after: str | None = Field(None, description="What to ask for next; null at the list's end.")
