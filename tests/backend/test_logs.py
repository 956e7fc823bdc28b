"""Logs keep no secrets."""

from __future__ import annotations

import json
import logging
from uuid import uuid4

import pytest
import structlog

from backend.accounts.refresh_tokens import RefreshTokens
from backend.auth import AccessTokens, SigningKey, make_signing_key_pem
from backend.errors import ServiceError
from backend.logs import configure, redact
from backend_client.errors import ApiErrorCode, FieldErrorCode

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


@pytest.mark.parametrize("code", [*ApiErrorCode, *FieldErrorCode])
def test_codes_of_errors_are_told(code: ApiErrorCode | FieldErrorCode) -> None:
    """They are in the contract; without them nobody finds out why the service waits."""
    event = {"event": "x", "code": code.value, "errors": [{"code": code.value}]}
    assert redact(logging.getLogger(), "info", dict(event)) == event


@pytest.mark.parametrize("code", ["123456", "kT3o9Qx-2mB", "", 123456, None, "timeout-123456", ["timeout"]])
def test_codes_that_open_something_are_secret(code: object) -> None:
    """One-time codes, second factors, recovery codes: whatever is no error's."""
    redacted = {"event": "x", "code": "[redacted]", "body": {"Code": "[redacted]"}}
    assert (
        redact(logging.getLogger(), "info", {"event": "x", "code": code, "body": {"Code": code}}) == redacted
    )


def test_a_waiting_service_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    """A line as the jobs write it, as it comes out of the process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure()
    try:
        structlog.stdlib.get_logger("backend.jobs").warning(
            "jobs wait for the database", code=ServiceError(ApiErrorCode.DATABASE_UNAVAILABLE).code.value
        )
        line = json.loads(capsys.readouterr().err)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    assert line["code"] == "database-unavailable"


def test_harmless_values_stay() -> None:
    """Ids, numbers, states: what a log is for."""
    meeting = str(uuid4())
    event = {"event": "request", "meeting": meeting, "status": 200, "ok": True, "session": "mtg_" + meeting}
    assert redact(logging.getLogger(), "info", dict(event)) == event
