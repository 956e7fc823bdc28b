"""Reads the service's answers: a model when it succeeded, an `ApiError` when it did not.

Error bodies are RFC 9457 `application/problem+json`. Whatever does not look like the service (a
captive portal's page, a proxy's error) is told apart, so that a 404 of somebody else's web
server never reads as "this meeting does not exist".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from backend_client.errors import ApiError, ApiErrorCode, FieldErrorCode
from backend_client.models import Problem

AnswerT = TypeVar("AnswerT", bound=BaseModel)

# For codes that this app is too old to know: what the status alone says.
_BY_STATUS = {
    401: ApiErrorCode.UNAUTHENTICATED,
    403: ApiErrorCode.FORBIDDEN,
    404: ApiErrorCode.NOT_FOUND,
    405: ApiErrorCode.METHOD_NOT_ALLOWED,
    413: ApiErrorCode.TOO_LARGE,
    415: ApiErrorCode.UNSUPPORTED_MEDIA_TYPE,
    422: ApiErrorCode.INVALID,
    426: ApiErrorCode.CLIENT_TOO_OLD,
    429: ApiErrorCode.TOO_MANY,
    500: ApiErrorCode.INTERNAL,
}

# Statuses that mean the same whoever between us and the service says them.
_FROM_ANYBODY = {
    413: ApiErrorCode.TOO_LARGE,
    429: ApiErrorCode.TOO_MANY,
    502: ApiErrorCode.UNREACHABLE,
    503: ApiErrorCode.UNREACHABLE,
    504: ApiErrorCode.UNREACHABLE,
}

_MADE_BY_US = frozenset({ApiErrorCode.UNREACHABLE, ApiErrorCode.UNEXPECTED_ANSWER})


def read_answer(response: httpx.Response, model: type[AnswerT]) -> AnswerT:
    """The body of a successful answer as its model.

    Raises:
        ApiError: `UNEXPECTED_ANSWER`, when the body is not what the contract says.
    """
    try:
        return model.model_validate_json(response.content)
    except ValidationError as error:
        # The cause is cut off on purpose: it quotes the body, and bodies hold tokens and names.
        places = ", ".join(_place(part["loc"]) for part in error.errors(include_input=False)[:5])
        raise ApiError(
            ApiErrorCode.UNEXPECTED_ANSWER,
            status=response.status_code,
            request_id=response.headers.get("x-request-id"),
            detail=f"{model.__name__} not understood at {places}",
        ) from None


def error_of(response: httpx.Response, *, now: datetime | None = None) -> ApiError:
    """What an answer that is not a success means.

    Args:
        response: the whole answer, body read.
        now: the service's clock, for a `Retry-After` that is a date.
    """
    status = response.status_code
    request_id = response.headers.get("x-request-id")
    retry_after_s = _retry_after_s(response.headers, now)
    problem = _problem(response)
    if problem is None:
        return ApiError(
            _FROM_ANYBODY.get(status, ApiErrorCode.UNEXPECTED_ANSWER),
            status=status,
            retry_after_s=retry_after_s,
            request_id=request_id,
            detail=f"HTTP {status} without a problem body",
        )
    fields: dict[str, FieldErrorCode] = {}
    for item in problem.errors:
        fields.setdefault(item.pointer, _field_code(item.code))
    return ApiError(
        _code(problem.code, status),
        status=status,
        fields=fields,
        retry_after_s=_sane_s(problem.retry_after) if problem.retry_after is not None else retry_after_s,
        request_id=problem.request_id or request_id,
        detail=problem.detail or problem.title,
    )


def _problem(response: httpx.Response) -> Problem | None:
    """The problem body, or None when the answer carries none."""
    if (
        response.headers.get("content-type", "").partition(";")[0].strip().lower()
        != "application/problem+json"
    ):
        return None
    try:
        return Problem.model_validate_json(response.content)
    except ValidationError:
        return None


def _code(code: str, status: int) -> ApiErrorCode:
    try:
        known = ApiErrorCode(code)
    except ValueError:
        return _BY_STATUS.get(status, ApiErrorCode.UNEXPECTED_ANSWER)
    # These two are our own words; a service that says them is not speaking the contract.
    return ApiErrorCode.UNEXPECTED_ANSWER if known in _MADE_BY_US else known


def _field_code(code: str) -> FieldErrorCode:
    try:
        return FieldErrorCode(code)
    except ValueError:
        # A newer service: the field is refused, this app only cannot say why in its own words.
        return FieldErrorCode.NOT_ALLOWED


def _retry_after_s(headers: Mapping[str, str], now: datetime | None) -> float | None:
    """`Retry-After` (RFC 9110 §10.2.3) as seconds; None when absent or unreadable."""
    text = headers.get("retry-after")
    if text is None:
        return None
    try:
        return _sane_s(float(text))
    except ValueError:
        pass  # then it is a date, or nothing
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return _sane_s((at - (now or datetime.now(UTC))).total_seconds())


def _sane_s(seconds: float) -> float | None:
    """A waiting time one can sleep for: finite, not negative."""
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _place(location: tuple[int | str, ...]) -> str:
    return "/" + "/".join(str(part) for part in location)
