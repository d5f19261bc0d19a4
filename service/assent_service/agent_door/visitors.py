"""Visitors: who is at the other end of a connection, asked anew for every request."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from assent_engine.clients import ANONYMOUS, Client
from assent_schemas.errors import Problem, Refused
from assent_service.agent_door.greeting import BAD, Greeting
from assent_service.agent_door.reach import Reach

NOT_KNOWN = -32001
"""The code of the answer to every request of a client that is not known."""
SAID_TO_UNKNOWN = "This client is not known: assent connect"
SAID_TO_REVOKED = "The owner has revoked this client"
UNKNOWN = "client.unknown"
REVOKED = "client.revoked"
SAID_TO = {UNKNOWN: SAID_TO_UNKNOWN, REVOKED: SAID_TO_REVOKED}
"""What is said to whoever is not let in, by the code of the reason."""
TITLE = "This client is not known"
REMEDY = "Connect it again: assent connect"


@dataclass(slots=True, eq=False, weakref_slot=True)
class Visitor:
    """One connection: how it greeted, and for older clients the session to tell news to."""

    greeting: Greeting | None
    session: Any = None
    known: Client | None = None
    """Who it was when its last request came."""

    async def client(self, reach: Reach) -> Client:
        """Who it is now, as `known` then tells; raises Refused for a token that opens nothing.

        Where the engine is held nobody can be told by a token: then it only reads.
        """
        try:
            self.known = await self._client(reach)
        except Refused:
            self.known = None
            raise
        return self.known

    async def _client(self, reach: Reach) -> Client:
        said = self.greeting
        if said is None:
            return ANONYMOUS
        if said is BAD or said.client is None:
            raise Refused(Problem(UNKNOWN, TITLE, "The greeting could not be read.", REMEDY))
        if reach.held is not None:
            return ANONYMOUS
        client = await reach.authenticated(said.client, said.token)
        reach.used(client.name)
        return client


VISITOR: ContextVar[Visitor] = ContextVar("visitor")
"""The connection that a request came by."""
