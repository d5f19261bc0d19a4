"""States.Base64Encode, States.Base64Decode, States.Hash and States.UUID."""

import base64
import binascii
import hashlib
import uuid
from collections.abc import Callable
from typing import Any, Final

from assent_engine.interpreter.intrinsics.arguments import encodable, text
from assent_engine.interpreter.intrinsics.documents import json_to_string
from assent_engine.interpreter.intrinsics.failures import Misused

_DIGESTS: Final = {
    "MD5": "md5",
    "SHA-1": "sha1",
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
}
_LINE_BREAKS: Final = dict.fromkeys(map(ord, " \t\r\n"))


def base64_encode(data: Any) -> str:
    """States.Base64Encode: of the text's UTF-8, in one line."""
    return base64.b64encode(encodable(data)).decode()


def base64_decode(data: Any) -> str:
    """States.Base64Decode: line breaks are skipped, and the padding may be missing."""
    encoded = encodable(data).decode().translate(_LINE_BREAKS)
    padding = "" if encoded.endswith("=") else "=" * (-len(encoded) % 4)
    try:
        return base64.b64decode(encoded + padding, validate=True).decode()
    except UnicodeDecodeError:
        raise Misused("was given Base64 of something that is no UTF-8 text.") from None
    except (binascii.Error, ValueError):
        raise Misused("was given a text that is not Base64.") from None


def hash_of(data: Any, algorithm: Any) -> str:
    """States.Hash: lower-case hex, of a text's UTF-8, or of another value's JSON text."""
    content = encodable(data if isinstance(data, str) else json_to_string(data))
    name = text(algorithm)
    if name not in _DIGESTS:
        raise Misused(f"knows {', '.join(_DIGESTS)}, not {name[:20]!r}.")
    return hashlib.new(_DIGESTS[name], content, usedforsecurity=False).hexdigest()


def uuid4(draw: Callable[[], bytes]) -> str:
    """States.UUID: version 4, made of drawn bytes."""
    return str(uuid.UUID(bytes=draw()[:16], version=4))
