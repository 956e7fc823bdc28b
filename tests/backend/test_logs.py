"""Logs keep no secrets."""

from __future__ import annotations

import json
import logging
from uuid import uuid4

import pytest

from backend.accounts.refresh_tokens import RefreshTokens
from backend.auth import AccessTokens, SigningKey, make_signing_key_pem
from backend.logs import redact

ACCESS = AccessTokens([SigningKey.from_pem(make_signing_key_pem())], "https://v.example").issue(
    uuid4(), uuid4()
)
REFRESH = RefreshTokens("k" * 32).encode(uuid4(), 3)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"got {ACCESS}", ACCESS),
        (f"got {REFRESH}.", REFRESH),
        (f"Authorization: Bearer {ACCESS}", ACCESS),
        ("Basic T1BFTlZJRFVBUFA6c2VjcmV0", "T1BFTlZJRFVBUFA6c2VjcmV0"),
        ("wss://ov.example?sessionId=mtg_1&token=tok_Vq3nZ8kLw0Rt5YbC", "Vq3nZ8kLw0Rt5YbC"),
        ("postgresql://visio_api:pass-word@h/db", "pass-word"),
        ("mail to alice.l@demo.visio failed", "alice.l@demo.visio"),
    ],
    # Not the values: some are new in every process, and workers compare their lists of tests.
    ids=["access token", "refresh token", "bearer", "basic", "room token", "database password", "address"],
)
def test_secrets_are_known_by_their_shape(text: str, secret: str) -> None:
    """Wherever they turn up: message, value, list, nested, exception text."""
    event = redact(
        logging.getLogger(),
        "info",
        {"event": text, "detail": {"list": [text]}, "error": ValueError(text), "exception": text},
    )
    assert secret not in json.dumps(event, default=str)


def test_secrets_are_known_by_their_name() -> None:
    """Also when they look like nothing."""
    event = redact(
        logging.getLogger(), "info", {"event": "x", "Password": "12345", "body": {"token": "1", "n": 1}}
    )
    assert event == {"event": "x", "Password": "[redacted]", "body": {"token": "[redacted]", "n": 1}}


def test_harmless_values_stay() -> None:
    """Ids, numbers, states: what a log is for."""
    meeting = str(uuid4())
    event = {"event": "request", "meeting": meeting, "status": 200, "ok": True, "session": "mtg_" + meeting}
    assert redact(logging.getLogger(), "info", dict(event)) == event
