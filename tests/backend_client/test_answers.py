"""From answers to models and errors: the whole table, and everything that is not in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend_client.answers import error_of, read_answer
from backend_client.errors import ApiError, ApiErrorCode, FieldErrorCode
from backend_client.models import Health, Tokens

STATUS = {
    ApiErrorCode.MALFORMED: 400,
    ApiErrorCode.INVALID_CREDENTIALS: 401,
    ApiErrorCode.TOTP_REQUIRED: 401,
    ApiErrorCode.UNAUTHENTICATED: 401,
    ApiErrorCode.SESSION_ENDED: 401,
    ApiErrorCode.NOT_HOST: 403,
    ApiErrorCode.FORBIDDEN: 403,
    ApiErrorCode.PASSWORD_REQUIRED: 403,
    ApiErrorCode.NOT_FOUND: 404,
    ApiErrorCode.METHOD_NOT_ALLOWED: 405,
    ApiErrorCode.MEETING_NOT_LIVE: 409,
    ApiErrorCode.MEETING_CLOSED: 409,
    ApiErrorCode.MEETING_STARTED: 409,
    ApiErrorCode.DOOR_HELD: 409,
    ApiErrorCode.DOOR_REFUSED: 409,
    ApiErrorCode.VERSION_CONFLICT: 409,
    ApiErrorCode.PRECONDITION_REQUIRED: 428,
    ApiErrorCode.INVITE_ACCEPTED: 409,
    ApiErrorCode.CLIENT_INACTIVE: 409,
    ApiErrorCode.CODE_EXPIRED: 410,
    ApiErrorCode.IDEMPOTENCY_MISMATCH: 409,
    ApiErrorCode.TOO_LARGE: 413,
    ApiErrorCode.UNSUPPORTED_MEDIA_TYPE: 415,
    ApiErrorCode.INVALID: 422,
    ApiErrorCode.CLIENT_TOO_OLD: 426,
    ApiErrorCode.TOO_MANY: 429,
    ApiErrorCode.INTERNAL: 500,
    ApiErrorCode.DATABASE_UNAVAILABLE: 503,
    ApiErrorCode.MEDIA_UNAVAILABLE: 503,
    ApiErrorCode.TIMEOUT: 503,
    ApiErrorCode.IDENTITY_UNAVAILABLE: 503,
}
OURS = {ApiErrorCode.UNREACHABLE, ApiErrorCode.UNEXPECTED_ANSWER}


def problem(code: str, status: int, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    body = {"type": f"urn:mikl:problem:{code}", "title": "T", "status": status, "code": code, **more}
    return httpx.Response(
        status,
        content=json.dumps(body).encode(),
        headers={"Content-Type": "application/problem+json; charset=utf-8", **(headers or {})},
    )


def test_the_table_names_every_code() -> None:
    assert set(STATUS) | OURS == set(ApiErrorCode)


@pytest.mark.parametrize("code", STATUS)
def test_every_code_of_the_service(code: ApiErrorCode) -> None:
    error = error_of(problem(code.value, STATUS[code], detail="d", request_id="r-1"))
    assert (error.code, error.status, error.detail, error.request_id) == (code, STATUS[code], "d", "r-1")


@pytest.mark.parametrize("code", sorted(OURS))
def test_the_service_cannot_say_what_only_we_can_know(code: ApiErrorCode) -> None:
    assert error_of(problem(code.value, 500)).code is ApiErrorCode.UNEXPECTED_ANSWER


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, ApiErrorCode.UNAUTHENTICATED),
        (403, ApiErrorCode.FORBIDDEN),
        (404, ApiErrorCode.NOT_FOUND),
        (409, ApiErrorCode.UNEXPECTED_ANSWER),
        (422, ApiErrorCode.INVALID),
        (429, ApiErrorCode.TOO_MANY),
        (500, ApiErrorCode.INTERNAL),
    ],
)
def test_a_code_of_a_newer_service_is_read_by_its_status(status: int, code: ApiErrorCode) -> None:
    assert error_of(problem("not-yet-invented", status)).code is code


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (301, ApiErrorCode.UNEXPECTED_ANSWER),
        (401, ApiErrorCode.UNEXPECTED_ANSWER),
        (403, ApiErrorCode.UNEXPECTED_ANSWER),
        (404, ApiErrorCode.UNEXPECTED_ANSWER),
        (413, ApiErrorCode.TOO_LARGE),
        (429, ApiErrorCode.TOO_MANY),
        (500, ApiErrorCode.UNEXPECTED_ANSWER),
        (502, ApiErrorCode.UNREACHABLE),
        (503, ApiErrorCode.UNREACHABLE),
        (504, ApiErrorCode.UNREACHABLE),
    ],
)
@pytest.mark.parametrize("kind", ["text/html", "application/problem+json"])
def test_somebody_between_us_and_the_service(status: int, code: ApiErrorCode, kind: str) -> None:
    """A proxy's page, whatever it calls itself: never "this meeting does not exist"."""
    page = httpx.Response(status, content=b"<html>", headers={"Content-Type": kind})
    assert error_of(page).code is code


def test_fields_are_told_by_pointer() -> None:
    errors = [
        {"pointer": "/title", "code": "required"},
        {"pointer": "/scheduled_at", "code": "in-past"},
        {"pointer": "/title", "code": "too-long"},
        {"pointer": "/colour", "code": "not-yet-invented"},
    ]
    assert error_of(problem("invalid", 422, errors=errors)).fields == {
        "/title": FieldErrorCode.REQUIRED,
        "/scheduled_at": FieldErrorCode.IN_PAST,
        "/colour": FieldErrorCode.NOT_ALLOWED,
    }


@pytest.mark.parametrize("code", FieldErrorCode)
def test_every_field_code(code: FieldErrorCode) -> None:
    errors = [{"pointer": "/x", "code": code.value}]
    assert error_of(problem("invalid", 422, errors=errors)).fields == {"/x": code}


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({}, {}, None),
        ({}, {"retry_after": 2.5}, 2.5),
        ({"Retry-After": "7"}, {}, 7.0),
        ({"Retry-After": "7"}, {"retry_after": 2.5}, 2.5),
        ({"Retry-After": "-3"}, {}, 0.0),
        ({"Retry-After": "soon"}, {}, None),
        ({"Retry-After": "inf"}, {}, None),
        ({"Retry-After": "Mon, 02 Mar 2026 12:00:30 GMT"}, {}, 30.0),
        ({"Retry-After": "Mon, 02 Mar 2026 11:00:00 GMT"}, {}, 0.0),
    ],
)
def test_when_to_try_again(headers: dict[str, str], body: dict[str, Any], seconds: float | None) -> None:
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    assert error_of(problem("too-many", 429, headers, **body), now=now).retry_after_s == seconds


@settings(deadline=None)
@given(
    status=st.integers(300, 599),
    body=st.binary() | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps),
    retry_after=st.text(st.characters(min_codepoint=32, max_codepoint=126)),
)
def test_no_answer_breaks_it(status: int, body: bytes | str, retry_after: str) -> None:
    response = httpx.Response(
        status,
        content=body,
        headers={"Content-Type": "application/problem+json", "Retry-After": retry_after},
    )
    assert isinstance(error_of(response), ApiError)


def test_a_body_that_is_not_the_contract_s_is_refused_without_quoting_it() -> None:
    """The error names the place; what stands there may be a token."""
    body = {"access_token": "access-secret", "expires_in": "soon", "refresh_token": ["refresh-secret"]}
    response = httpx.Response(200, json=body, headers={"X-Request-Id": "r-2"})
    with pytest.raises(ApiError) as caught:
        read_answer(response, Tokens)
    error = caught.value
    assert (error.code, error.status, error.request_id) == (ApiErrorCode.UNEXPECTED_ANSWER, 200, "r-2")
    assert "/expires_in" in str(error)
    assert "secret" not in str(error)
    assert error.__suppress_context__
    assert error.__cause__ is None


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[]", b"null"])
def test_nonsense_with_status_200(body: bytes) -> None:
    with pytest.raises(ApiError, match="unexpected-answer"):
        read_answer(httpx.Response(200, content=body), Health)
