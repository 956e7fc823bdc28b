"""Takes secrets and addresses out of whatever is about to be logged.

Two nets: values under a telling name go whole, and in every other text what looks like a token,
a password or an e-mail address is replaced. Nothing is trusted to be harmless because of where it
comes from: texts of exceptions and of other libraries' log calls pass here too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

REDACTED = "[redacted]"
_DEPTH_MAX = 8

_SECRET_WORDS = (
    "password",
    "passwd",
    "secret",
    "token",
    "authorization",
    "cookie",
    "credential",
    "api_key",
    "apikey",
    "ice_pwd",
    "ice_ufrag",
    "sdp",
    "email",
    "e_mail",
)

_TEXT_MAX = 20_000

# The patterns start at the edge of a run of characters and take it without going back (`*+`, `++`),
# so that no text, however made, costs more than a walk along it.
_SDP = re.compile(r"\bv=0(?:\\r|\\n|\r|\n).*", re.DOTALL)
_AUTHORIZATION_LINE = re.compile(r"(\bauthorization\b\\*[\"']?\s*[:=]\s*)[^\r\n]+", re.IGNORECASE)
_AUTHORIZATION = re.compile(r"\b(Bearer|Basic|Digest)\s+[\w.~+/=-]{6,}", re.IGNORECASE)
_ADDRESS_WITH_PASSWORD = re.compile(r"(?<![a-z0-9+.-])([a-z][a-z0-9+.-]*+://)[^\s/@]++@", re.IGNORECASE)
# `name=value`, `name: value`, `"name": "value"`, `'name': 'value'`, `\"name\": \"value\"`.
_NAMED_VALUE = re.compile(
    r"""(?<![\w-])
    (?P<name>
        [\w-]*(?:password|passwd|secret|token|credentials?|api[_-]?key|ice[_-]?pwd|ice[_-]?ufrag)
        (?:\\*["'])?\s*[:=]\s*
    )
    (?: \\+".*?(?:\\+"|$)
      | "(?:[^"\\]|\\.)*+"?
      | '(?:[^'\\]|\\.)*+'?
      | [^\s"'&,;\\)}\]]++
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_JWT = re.compile(r"eyJ[\w-]{5,500}+\.[\w-]*+(?:\.[\w-]*+)?")
_ROOM_TOKEN = re.compile(r"tok_\w++")
_EMAIL = re.compile(r"(?<![\w.!#$%&'*+/=?^`{|}~-])[\w.!#$%&'*+/=?^`{|}~-]++@[\w-]++(?:\.[\w-]++)++")
# Our refresh tokens, and whatever else is opaque and as long.
_OPAQUE = re.compile(r"(?<![\w-])[\w-]{64,}+")


def redact_text(text: str) -> str:
    """The text without anything that looks like a secret or an e-mail address.

    Longer texts are cut after 20,000 characters.
    """
    if len(text) > _TEXT_MAX:
        text = text[:_TEXT_MAX] + " [cut]"
    text = _SDP.sub(REDACTED, text)
    text = _AUTHORIZATION_LINE.sub(rf"\1{REDACTED}", text)
    text = _AUTHORIZATION.sub(rf"\1 {REDACTED}", text)
    text = _ADDRESS_WITH_PASSWORD.sub(rf"\1{REDACTED}@", text)
    text = _NAMED_VALUE.sub(rf"\g<name>{REDACTED}", text)
    text = _JWT.sub(REDACTED, text)
    text = _ROOM_TOKEN.sub(REDACTED, text)
    text = _EMAIL.sub(REDACTED, text)
    return _OPAQUE.sub(REDACTED, text)


def redact_value(value: Any, depth: int = 0) -> Any:
    """A value ready to be written as JSON, its secrets replaced.

    Mappings and sequences are walked through; anything else that is not a plain number, boolean
    or None is turned into text first, so that no object's `repr` slips past.
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return redact_text(value)
    if depth >= _DEPTH_MAX:
        return REDACTED
    if isinstance(value, Mapping):
        return {
            redact_text(str(key)): REDACTED if is_secret_name(str(key)) else redact_value(item, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redact_value(item, depth + 1) for item in value]
    return redact_text(str(value))


def is_secret_name(name: str) -> bool:
    """True for names under which a secret or an address would be logged."""
    plain = name.lower().replace("-", "_")
    return any(word in plain for word in _SECRET_WORDS)
