"""Which passwords are too easy to guess, by zxcvbn: no rules of composition, an estimate instead."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # ships no types

from backend.errors import ServiceError
from backend_client.errors import ApiErrorCode, FieldErrorCode

SCORE_MIN = 3
"""Of 0 to 4: at least 10^8 guesses."""
_JUDGED_LENGTH = 40
"""Characters that are looked at. What stands behind can only help; the estimate's cost grows with the
square of the length, and somebody else decides what to send."""
_BETWEEN_WORDS = re.compile(r"[\s@._-]+")
_PART_MIN = 3


def is_weak(password: str, known_words: Sequence[str] = ()) -> bool:
    """Whether the password would be guessed soon by somebody who knows these words.

    What is left without them is judged: the estimate alone finds "claire.petit-jean" good enough.

    Args:
        password: of any length.
        known_words: the person's name and address; their parts count as well.
    """
    parts = {part.lower() for part in _BETWEEN_WORDS.split(" ".join(known_words)) if len(part) >= _PART_MIN}
    rest = password[:_JUDGED_LENGTH].lower()
    for part in sorted(parts, key=len, reverse=True):
        rest = rest.replace(part, "")
    return not rest or bool(zxcvbn(rest, user_inputs=sorted(parts))["score"] < SCORE_MIN)


async def demand_strong(password: str, known_words: Sequence[str], *, pointer: str = "/password") -> None:
    """Refuse a weak password; the estimate runs outside the event loop.

    Args:
        password: the new password.
        known_words: see `is_weak`.
        pointer: the request's member it came in.

    Raises:
        ServiceError: `INVALID` with `TOO_WEAK` for that member.
    """
    if await asyncio.to_thread(is_weak, password, known_words):
        raise ServiceError(ApiErrorCode.INVALID, fields={pointer: FieldErrorCode.TOO_WEAK})
