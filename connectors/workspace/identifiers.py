"""Identifiers that sort by the time at which they were made."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHARACTERS = 26
_RANDOM_BYTES = 10


def new_id(prefix: str, now: datetime, randomness: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A new identifier, such as `a_01JZ8…`: prefix, then 48 bits of time and 80 of chance.

    The 26 characters after the prefix are a ULID (Crockford's base 32, milliseconds since 1970), so
    identifiers of one prefix sort by the millisecond in which they were made.

    Args:
        prefix: What it names: `a` an answer, `c` a conversation, `draft` a draft, `l` a load.
        now: The caller's clock, with a time zone.
        randomness: Gives that many random bytes.

    Raises:
        ValueError: `now` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("an identifier needs a time with a time zone")
    milliseconds = int(now.timestamp() * 1000)
    number = (milliseconds << (8 * _RANDOM_BYTES)) | int.from_bytes(randomness(_RANDOM_BYTES), "big")
    shifts = range(5 * (_CHARACTERS - 1), -1, -5)
    return f"{prefix}_{''.join(_DIGITS[(number >> shift) & 31] for shift in shifts)}"
