"""How much the agent door takes: connections, lines, calls, answers, and the seconds for them."""

from dataclasses import dataclass

from assent_schemas.exact_json import Bounds


@dataclass(frozen=True, slots=True)
class AgentBounds:
    """Counts, bytes and seconds."""

    connections: int = 64
    strangers: int = 16
    """Of these, connections that show no token."""
    greeting: int = 4 * 1024
    line: int = 4 * 1024 * 1024
    in_flight: int = 64
    """Requests of one connection that are not answered yet."""
    answer: int = 2 * 1024 * 1024
    seconds_to_greet: float = 60
    """For the first line to arrive."""
    seconds_to_take: float = 30
    """For a client to take an answer; a slower one is cut off."""
    seconds_for_call: float = 25
    """Hosts give up after some 60 seconds, and some of them after 30."""
    patience: float = 8
    """Seconds for long work to be done in the call; after them it goes on as a job."""
    burst: int = 600
    """Calls of one client at once, and so many more each minute."""
    changes: int = 60
    """Of these, calls that change something."""
    open_proposals: int = 10
    """Proposals of one client that wait for the owner."""
    jobs: int = 4
    """Of one client, under way at once."""

    @property
    def json(self) -> Bounds:
        """For a line: a document with what goes around it, perhaps twice."""
        return Bounds(size=self.line, depth=80, nodes=200_000, text=self.line)


BOUNDS = AgentBounds()
