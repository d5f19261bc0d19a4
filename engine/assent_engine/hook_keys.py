"""The secrets of webhooks whose callers sign: files of the owner's own, beside the store.

A signature can only be checked with the secret itself. In the store it would go into every backup.
"""

import re
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from assent_engine import durable
from assent_schemas.errors import Problem, StoreError

PRIVATE_FOLDER = 0o700
_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class HookKeys:
    """A private folder of secrets, each in a file that is named by its hash."""

    folder: Path

    def keep(self, secret: str) -> None:
        """Have a secret on disk; raises StoreError."""
        try:
            self.folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            self.folder.chmod(PRIVATE_FOLDER)
            durable.write(self.folder / hashed(secret), secret)
        except OSError as error:
            detail = f"{self.folder}: {error.strerror or error}."
            remedy = "Give yourself write access, or use another home with --home."
            problem = Problem("hook.not_kept", "The secret cannot be kept", detail, remedy)
            raise StoreError(problem) from error

    def secret(self, secret_hash: str) -> str | None:
        """The secret of a hash; None where it is not here, or is another one."""
        if _NAME.fullmatch(secret_hash) is None:
            return None
        try:
            found = (self.folder / secret_hash).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None
        return found if hashed(found) == secret_hash else None

    def forget_all_but(self, hashes: AbstractSet[str]) -> None:
        """Remove secrets that no webhook has any more."""
        with suppress(OSError):
            for one in list(self.folder.iterdir()):
                if _NAME.fullmatch(one.name) and one.name not in hashes:
                    one.unlink(missing_ok=True)


def hashed(secret: str) -> str:
    """What the store has of a secret; it has 256 bits, so that nobody finds it by trying."""
    return sha256(secret.encode()).hexdigest()
