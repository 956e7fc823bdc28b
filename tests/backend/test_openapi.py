"""The description at /openapi.json: every operation says who may call it and how it may refuse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from backend.app import create_app
from backend.config import Settings
from backend_client.errors import ApiErrorCode

PUBLIC = {
    "get /livez",
    "get /readyz",
    "get /.well-known/jwks.json",
    "get /client-config",
    "post /v1/auth/login",
    "post /v1/auth/refresh",
    "post /v1/auth/logout",
    "post /v1/auth/password-reset",
    "post /v1/auth/password-reset/confirm",
    "post /v1/auth/invites/accept",
    "post /v1/webhooks/openvidu",
    "get /v1/auth/company",
    "post /v1/auth/company/start",
    "post /v1/auth/company/exchange",
}
"""What somebody may ask who is not signed in."""
NOT_OF_AN_OPERATION = {
    ApiErrorCode.UNREACHABLE,  # made by the client
    ApiErrorCode.UNEXPECTED_ANSWER,  # made by the client
    ApiErrorCode.METHOD_NOT_ALLOWED,  # then there is no operation
}


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """The description."""
    return create_app(Settings(database_url=SecretStr("postgresql://nowhere"))).openapi()


def operations(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """`method path` and description of every operation."""
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def codes(operation: dict[str, Any]) -> dict[str, set[str]]:
    """Status → problem codes of an operation."""
    return {
        status: set(kind["schema"]["allOf"][1]["properties"]["code"]["enum"])
        for status, answer in operation["responses"].items()
        for name, kind in answer.get("content", {}).items()
        if name == "application/problem+json"
    }


def test_only_these_need_no_sign_in(described: dict[str, Any]) -> None:
    """A new operation without a caller is noticed."""
    assert {name for name, operation in operations(described) if "security" not in operation} == PUBLIC


def test_every_error_has_its_place(described: dict[str, Any]) -> None:
    """Each code that the service may answer is documented where it belongs, and with one status."""
    found: dict[str, set[str]] = {}
    for _, operation in operations(described):
        for status, names in codes(operation).items():
            for name in names:
                found.setdefault(name, set()).add(status)
    assert found.keys() == {code.value for code in ApiErrorCode if code not in NOT_OF_AN_OPERATION}
    assert all(len(statuses) == 1 for statuses in found.values()), found


def test_what_a_request_is_made_of_decides_the_rest(described: dict[str, Any]) -> None:
    """Refusals that no route has to name, and those that it does."""
    by_name = dict(operations(described))
    start = codes(by_name["post /v1/meetings/{meeting_id}/start"])
    assert start["401"] == {"unauthenticated", "session-ended"}
    assert start["403"] == {"not-host", "forbidden"}
    assert start["404"] == {"not-found"}
    assert start["409"] == {"meeting-closed"}
    assert start["503"] == {"media-unavailable", "database-unavailable", "timeout"}
    assert codes(by_name["get /livez"]).keys() == {"413", "500"}
    assert codes(by_name["post /v1/auth/login"])["401"] == {"invalid-credentials", "totp-required"}


def test_one_kind_of_error_body(described: dict[str, Any]) -> None:
    """Nothing of the framework's own error bodies is left."""
    assert "HTTPValidationError" not in str(described)
    assert set(described["components"]["schemas"]["Problem"]["required"]) >= {"type", "status", "code"}
