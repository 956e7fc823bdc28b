"""Error answers: complete, and the same everywhere."""

from __future__ import annotations

import json

import pytest

from backend.errors import STATUS, ServiceError, problem_response
from backend_client.errors import RETRYABLE, ApiErrorCode, FieldErrorCode

CLIENTS_OWN = {ApiErrorCode.UNREACHABLE, ApiErrorCode.UNEXPECTED_ANSWER}


def test_every_code_has_a_status() -> None:
    """Except those that only a client makes."""
    assert set(STATUS) == set(ApiErrorCode) - CLIENTS_OWN


@pytest.mark.parametrize("code", sorted(STATUS))
def test_an_answer_says_what_is_wrong(code: ApiErrorCode) -> None:
    """RFC 9457 members, not to be cached, and when to come back for what may pass."""
    error = ServiceError(code, fields={"/title": FieldErrorCode.REQUIRED}, detail="for logs")
    answer = problem_response(error, "the-id")
    body = json.loads(bytes(answer.body))
    assert answer.status_code == body["status"] == STATUS[code]
    assert body["type"] == f"urn:mikl:problem:{code.value}"
    assert body["code"] == code.value
    assert body["request_id"] == "the-id"
    assert body["errors"] == [{"pointer": "/title", "code": "required"}]
    assert answer.headers["Cache-Control"] == "no-store"
    if code in RETRYABLE - {ApiErrorCode.TOO_MANY}:
        assert int(answer.headers["Retry-After"]) > 0
