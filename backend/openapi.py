"""The description at /openapi.json: what the routes say, plus who may call and every error there is.

A route names the refusals of its own by `problems(…)`. Those that follow from what a request is made
of (a body, an id in the path, a signed-in caller) are added here, so that no route can forget them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from pydantic.json_schema import models_json_schema

from backend.auth import authenticated
from backend.errors import STATUS
from backend_client.errors import ApiErrorCode
from backend_client.models import Problem

PROBLEM = "application/problem+json"
_SCHEMAS = "#/components/schemas/"
_BEARER = "access token"
_SERVED_ALWAYS = frozenset({"/livez", "/readyz", "/.well-known/jwks.json", "/client-config"})
"""What answers in its own words, database or not."""
_TYPED_BY_FASTAPI = ("HTTPValidationError", "ValidationError")


def problems(*codes: ApiErrorCode) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may refuse with these codes, beyond what every such route may."""
    responses: dict[int | str, dict[str, Any]] = {}
    for status in sorted({STATUS[code] for code in codes}):
        responses[status] = _answer([code for code in codes if STATUS[code] == status])
    return responses


def install(app: FastAPI) -> None:
    """Make the app describe itself in full; the description is made once, when it is first asked for."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    # FastAPI's own way to replace it.
    app.openapi = describe  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    described = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version=app.openapi_version,
        description=app.description,
        routes=app.routes,
    )
    protected = _protected(app)
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            needs_sign_in = (path, method) in protected
            if needs_sign_in:
                operation["security"] = [{_BEARER: []}]
            _add_problems(path, method, operation, needs_sign_in=needs_sign_in)
    components = described.setdefault("components", {})
    components["securitySchemes"] = {_BEARER: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    schemas: dict[str, Any] = components.setdefault("schemas", {})
    for name in _TYPED_BY_FASTAPI:
        schemas.pop(name, None)
    _, own = models_json_schema([(Problem, "serialization")], ref_template=_SCHEMAS + "{model}")
    schemas.update(own["$defs"])
    return described


def _protected(app: FastAPI) -> set[tuple[str, str]]:
    """Path and method (lower case) of what only a signed-in caller may ask."""
    found: set[tuple[str, str]] = set()
    for context in iter_route_contexts(app.routes):
        dependant: Dependant | None = getattr(context, "dependant", None)
        path = context.path_format
        if dependant is not None and path is not None and authenticated in _calls(dependant):
            found |= {(path, method.lower()) for method in context.methods or ()}
    return found


def _calls(dependant: Dependant) -> Iterator[Any]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)


def _add_problems(path: str, method: str, operation: dict[str, Any], *, needs_sign_in: bool) -> None:
    parameters = operation.get("parameters", [])
    codes = [ApiErrorCode.INTERNAL]
    if path not in _SERVED_ALWAYS:
        codes += [ApiErrorCode.DATABASE_UNAVAILABLE, ApiErrorCode.TIMEOUT]
    if path.startswith("/v1/"):
        codes.append(ApiErrorCode.CLIENT_TOO_OLD)
    if needs_sign_in:
        codes += [ApiErrorCode.UNAUTHENTICATED, ApiErrorCode.SESSION_ENDED, ApiErrorCode.FORBIDDEN]
    if any(item["in"] == "path" for item in parameters):
        codes.append(ApiErrorCode.NOT_FOUND)
    if parameters or "requestBody" in operation:
        # A text that PostgreSQL cannot hold, or a body that is no JSON.
        codes += [ApiErrorCode.INVALID, ApiErrorCode.MALFORMED]
    # Any request can carry more than it should.
    codes.append(ApiErrorCode.TOO_LARGE)
    if method != "get":
        codes.append(ApiErrorCode.UNSUPPORTED_MEDIA_TYPE)
    responses: dict[str, Any] = operation["responses"]
    if _SCHEMAS + _TYPED_BY_FASTAPI[0] in str(responses.get("422")):
        del responses["422"]
    for status, answer in problems(*codes).items():
        own = _codes_of(responses[str(status)]) if str(status) in responses else []
        derived = [code for code in _codes_of(answer) if code not in own]
        responses[str(status)] = _answer([*own, *derived])
    operation["responses"] = dict(sorted(responses.items()))


def _codes_of(answer: dict[str, Any]) -> list[ApiErrorCode]:
    schema = answer["content"][PROBLEM]["schema"]
    return [ApiErrorCode(code) for code in schema["allOf"][1]["properties"]["code"]["enum"]]


def _answer(codes: list[ApiErrorCode]) -> dict[str, Any]:
    schema = {
        "allOf": [
            {"$ref": f"{_SCHEMAS}{Problem.__name__}"},
            {"type": "object", "properties": {"code": {"enum": [code.value for code in codes]}}},
        ]
    }
    return {
        "description": "Refused: " + ", ".join(f"`{code.value}`" for code in codes),
        "content": {PROBLEM: {"schema": schema}},
    }
