"""Every error answer of the service: one exception, one body (`application/problem+json`, RFC 9457).

Codes are those of `backend_client.errors`; the apps translate codes, `detail` is for logs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from backend_client.errors import ApiErrorCode, FieldErrorCode
from backend_client.models import Problem, ProblemField
from resources.brand import DISTRIBUTION

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
"""HTTP status of each code the service may answer."""

_BY_HTTP_STATUS = {
    400: ApiErrorCode.MALFORMED,
    404: ApiErrorCode.NOT_FOUND,
    405: ApiErrorCode.METHOD_NOT_ALLOWED,
    413: ApiErrorCode.TOO_LARGE,
    415: ApiErrorCode.UNSUPPORTED_MEDIA_TYPE,
}
_DEFAULT_RETRY_S = {
    ApiErrorCode.DATABASE_UNAVAILABLE: 2.0,
    ApiErrorCode.MEDIA_UNAVAILABLE: 5.0,
    ApiErrorCode.IDENTITY_UNAVAILABLE: 5.0,
    ApiErrorCode.TIMEOUT: 2.0,
}
_FIELD_CODES = {
    "missing": FieldErrorCode.REQUIRED,
    "string_too_long": FieldErrorCode.TOO_LONG,
    "too_long": FieldErrorCode.TOO_LONG,
    "too_short": FieldErrorCode.TOO_SHORT,
    "greater_than_equal": FieldErrorCode.OUT_OF_RANGE,
    "greater_than": FieldErrorCode.OUT_OF_RANGE,
    "less_than_equal": FieldErrorCode.OUT_OF_RANGE,
    "less_than": FieldErrorCode.OUT_OF_RANGE,
    "extra_forbidden": FieldErrorCode.NOT_ALLOWED,
}


class ServiceError(Exception):
    """The request cannot be served; becomes the answer.

    Attributes:
        code: the reason; decides the HTTP status.
        fields: for `INVALID`, JSON pointer of the member → what is wrong with it.
        retry_after_s: seconds after which the same request may succeed.
        detail: English text for logs.
    """

    def __init__(
        self,
        code: ApiErrorCode,
        *,
        fields: Mapping[str, FieldErrorCode] | None = None,
        retry_after_s: float | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(f"{code.value}{': ' + detail if detail else ''}")
        self.code = code
        self.fields = dict(fields or {})
        self.retry_after_s = retry_after_s if retry_after_s is not None else _DEFAULT_RETRY_S.get(code)
        self.detail = detail

    @property
    def status(self) -> int:
        """HTTP status of the answer."""
        return STATUS[self.code]


def problem_response(error: ServiceError, request_id: str | None) -> Response:
    """The answer for an error, with the headers that belong to its status."""
    body = Problem(
        type=f"urn:mikl:problem:{error.code.value}",
        title=HTTPStatus(error.status).phrase,
        status=error.status,
        code=error.code.value,
        detail=error.detail or None,
        request_id=request_id,
        errors=[ProblemField(pointer=pointer, code=code.value) for pointer, code in error.fields.items()],
        retry_after=error.retry_after_s,
    )
    headers = {"Cache-Control": "no-store"}
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(math.ceil(error.retry_after_s))
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if error.status == HTTPStatus.UPGRADE_REQUIRED:
        # RFC 9110 §15.5.22 wants to hear what to come back with: a newer one of our apps.
        headers["Upgrade"] = DISTRIBUTION
    return Response(
        body.model_dump_json(exclude_none=True),
        status_code=error.status,
        media_type="application/problem+json",
        headers=headers,
    )


def install(app: FastAPI) -> None:
    """Make every error of the app leave as a problem."""

    async def on_service_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, ServiceError)
        return problem_response(error, _request_id(request))

    async def on_http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = _BY_HTTP_STATUS.get(error.status_code, ApiErrorCode.INTERNAL)
        answer = problem_response(ServiceError(code), _request_id(request))
        for name, value in (error.headers or {}).items():
            answer.headers[name] = value
        return answer

    async def on_invalid_request(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problem_response(from_validation(error.errors()), _request_id(request))

    app.add_exception_handler(ServiceError, on_service_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_invalid_request)


def from_validation(errors: Sequence[Mapping[str, Any]]) -> ServiceError:
    """What pydantic found wrong with a request, in our codes; values are never repeated."""
    fields: dict[str, FieldErrorCode] = {}
    for error in errors:
        place, *path = error["loc"]
        if error["type"] == "json_invalid":
            return ServiceError(ApiErrorCode.MALFORMED, detail="the body is not JSON")
        if place == "path":
            # Something that is no id names nothing that exists.
            return ServiceError(ApiErrorCode.NOT_FOUND)
        if place == "query":
            # A parameter given twice is still one parameter.
            path = path[:1]
        pointer = (
            "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in path) if path else ""
        )
        fields[pointer] = _field_code(error)
    return ServiceError(ApiErrorCode.INVALID, fields=fields)


def _field_code(error: Mapping[str, Any]) -> FieldErrorCode:
    if error["type"] == "string_too_short":
        # "At least one character" is how a model says that a text is needed.
        only_needed = error.get("ctx", {}).get("min_length") == 1
        return FieldErrorCode.REQUIRED if only_needed else FieldErrorCode.TOO_SHORT
    return _FIELD_CODES.get(error["type"], FieldErrorCode.WRONG_TYPE)


def _request_id(request: Request) -> str | None:
    value: str | None = request.scope.get("state", {}).get("request_id")
    return value
