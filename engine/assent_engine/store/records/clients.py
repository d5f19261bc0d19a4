"""The MCP clients that the owner has made: each with the digest of its token, never the token."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class ClientMade:
    """A client, or another token and other scopes for one of that name; `scopes` are words."""

    sql: ClassVar[str] = (
        "INSERT INTO clients VALUES (:name, :scopes, :token_hash, :by, :at, NULL, NULL)"
        " ON CONFLICT DO UPDATE SET scopes = :scopes, token_hash = :token_hash, made_by = :by,"
        " made_at = :at, used_at = NULL, revoked_at = NULL"
    )
    name: str
    scopes: str
    token_hash: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class ClientUsed:
    """A client has called."""

    sql: ClassVar[str] = "UPDATE clients SET used_at = :at WHERE name = :name"
    name: str
    at: str


@dataclass(frozen=True, slots=True)
class ClientRevoked:
    """A client's token opens nothing any more."""

    sql: ClassVar[str] = (
        "UPDATE clients SET revoked_at = :at WHERE name = :name AND revoked_at IS NULL"
    )
    name: str
    at: str


@dataclass(frozen=True, slots=True)
class ClientGranted:
    """A client may do what these words say; its token stays."""

    sql: ClassVar[str] = (
        "UPDATE clients SET scopes = :scopes WHERE name = :name AND revoked_at IS NULL"
    )
    name: str
    scopes: str
