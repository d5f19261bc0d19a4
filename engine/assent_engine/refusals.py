"""How the engine says no: refusals with their remedies, and bytes that are not what they were."""

from typing import Any, cast

from assent_engine.store.rows import VersionRow
from assent_schemas import exact_json
from assent_schemas.errors import PolicyInvalid, Problem, Refused

ANEW = "Propose and approve it again, with another version."


def intact(row: VersionRow, approved: str | None = None) -> dict[str, Any]:
    """The document of a version, its bytes being those of its hash; raises Refused."""
    expected = approved or row.hash
    document = _parsed(row.document)
    canonical = isinstance(document, dict) and exact_json.encode(document) == row.document
    if not canonical or exact_json.digest(document) != expected or row.hash != expected:
        detail = f"Version {row.version} of {row.policy_id} is not the document of {expected}."
        raise refused("policy.tampered", detail, f"Somebody changed the database. {ANEW}")
    return cast("dict[str, Any]", document)


def _parsed(text: bytes) -> Any | None:
    try:
        return exact_json.parse(text)
    except PolicyInvalid:
        return None


_NOT_FOUND = ("unknown", "ambiguous", "no_such_version")
_REMEDIES = {
    "policy.disabled": "Switch it on again: assent policy enable",
    "policy.paused": "Go on with: assent resume",
    "policy.removed": "Propose it anew, without its policy_id: assent policy propose",
    "policy.ambiguous": "Name it by its id: assent policy list",
    "policy.no_such_version": "See its versions: assent policy list",
    "policy.unknown": "List them: assent policy list",
    "run.unknown": "List them: assent run list",
    "run.ended": "Start a new one: assent run start",
    "client.unknown": "Connect it anew: assent connect. See them: assent clients list",
    "client.revoked": "Only if it shall come again: assent clients add",
    "client.exists": "To let it do more: assent clients grant. For a new token: --anew",
    "client.name": "It takes small letters, digits, - and _, at most 40, beginning with a letter.",
    "client.too_many": "Revoke those that are no longer used: assent clients revoke",
    "approval.decided": "A decision is given once. To change it, propose a new version.",
}


def refused(code: str, detail: str, remedy: str = "") -> Refused:
    """The engine's no, with its reason."""
    found = code.rpartition(".")[2] not in _NOT_FOUND
    title = "The engine does not do this" if found else "Not found"
    return Refused(Problem(code, title, detail, remedy or _REMEDIES.get(code, "")))
