"""What can be written about webhooks, their calls, and what else the owner has set."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class HookMade:
    """A webhook with its secret's hash; one of that name gets the new secret, and works again."""

    sql: ClassVar[str] = (
        "INSERT INTO hooks VALUES (:name, :proof, :secret_hash, :by, :at, 0, NULL, NULL)"
        " ON CONFLICT DO UPDATE SET proof = :proof, secret_hash = :secret_hash, made_by = :by,"
        " made_at = :at, revoked_at = NULL"
    )
    name: str
    proof: str
    secret_hash: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class HookRevoked:
    """No secret opens a webhook any more; its name stays known."""

    sql: ClassVar[str] = "UPDATE hooks SET secret_hash = '', revoked_at = :at WHERE name = :name"
    name: str
    at: str


@dataclass(frozen=True, slots=True)
class HookCalled:
    """One more call of a webhook was taken."""

    sql: ClassVar[str] = "UPDATE hooks SET calls = calls + 1, called_at = :at WHERE name = :name"
    name: str
    at: str


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """The id that a caller gave its call, by its hash: once taken, it starts nothing again."""

    sql: ClassVar[str] = (
        "INSERT INTO deliveries VALUES"
        " (:hook, :delivery, (SELECT calls FROM hooks WHERE name = :hook))"
    )
    hook: str
    delivery: str


@dataclass(frozen=True, slots=True)
class DeliveriesForgotten:
    """Of a webhook's calls only the newest `kept` are remembered by their ids."""

    sql: ClassVar[str] = (
        "DELETE FROM deliveries WHERE hook = :hook"
        " AND call < (SELECT calls FROM hooks WHERE name = :hook) - :kept"
    )
    hook: str
    kept: int


@dataclass(frozen=True, slots=True)
class SettingPut:
    """What the owner has set; `value` is JSON."""

    sql: ClassVar[str] = (
        "INSERT INTO settings VALUES (:name, :value, :by, :at)"
        " ON CONFLICT DO UPDATE SET value = :value, set_by = :by, set_at = :at"
    )
    name: str
    value: str
    by: str
    at: str
