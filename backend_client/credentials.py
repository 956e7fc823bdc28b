"""Log-in requests, checked before they are sent: what no account can have needs no way to the service."""

from __future__ import annotations

from pydantic import ValidationError

from backend_client.errors import ApiError, ApiErrorCode, FieldErrorCode
from backend_client.models import LoginRequest

_FIELD_CODES = {
    "string_too_short": FieldErrorCode.REQUIRED,
    "string_too_long": FieldErrorCode.TOO_LONG,
}


def login_request(email: str, password: str, device: str, totp: str | None) -> LoginRequest:
    """The request, or the same `ApiError` that the service would answer to it."""
    try:
        return LoginRequest(email=email, password=password, device=device, totp=totp)
    except ValidationError as error:
        refusal = refusal_of(error)
    # Outside the handler: the cause quotes the password.
    raise refusal


def refusal_of(error: ValidationError) -> ApiError:
    """What the service would answer to a request that its model refuses."""
    fields = {}
    for part in error.errors(include_input=False):
        code = _FIELD_CODES.get(part["type"], FieldErrorCode.NOT_ALLOWED)
        if code is FieldErrorCode.REQUIRED and part.get("ctx", {}).get("min_length") != 1:
            code = FieldErrorCode.TOO_SHORT
        fields[f"/{part['loc'][0]}"] = code
    return ApiError(ApiErrorCode.INVALID, fields=fields, detail="refused before it was sent")
