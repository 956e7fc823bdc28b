"""How a person is shown without a picture: initials and a stable tint."""

from __future__ import annotations

import hashlib
import unicodedata

TINTS = 8
"""Number of avatar colours in the theme."""


def initials_of(name: str) -> str:
    """One or two capitals: the first letters of the first and the last word.

    >>> initials_of("Alice Laurent"), initials_of("MiKL"), initials_of("  ")
    ('AL', 'M', '')
    """
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    if not words:
        return ""
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    return letters.upper()


def tint_of(name: str) -> int:
    """A number from 0 to 7 that is the same for the same name on every machine.

    Of the name, which lists and rooms share: the service knows the same person as a client and as an
    account, by two ids, and somebody who came by the video server alone has neither.

    >>> tint_of("Alice Laurent") == tint_of(" alice  laurent")
    True
    """
    plain = " ".join(unicodedata.normalize("NFC", name).casefold().split())
    return hashlib.sha256(plain.encode(errors="replace")).digest()[0] % TINTS
