"""Members that nobody may set: every route with a body refuses them by name, and changes nothing."""

from __future__ import annotations

import httpx

from tests.backend.people import wrong_fields
from tests.backend.test_isolation import BODIES, Place, Victim, call, place, possessions, victim
from tests.support.service import postgres_cluster  # noqa: F401  (fixture)

__all__ = ["place", "victim"]

FORBIDDEN = (
    *("id", "status", "session_id", "version", "operator_id", "role", "is_admin", "active"),
    *("started_at", "ended_at", "duration_seconds", "end_reason", "created_at", "auth_user_id"),
    *("user_id", "recipient", "aal", "series_id", "media_started_at"),
)
HOOK = "POST /v1/webhooks/openvidu"
"""OpenVidu's words are its own: what is not known in them is ignored."""


async def test_what_is_not_the_callers_to_set_is_refused(place: Place, victim: Victim) -> None:
    """By the operator himself, for whom the rest of each request is right."""
    before = possessions(place, victim)
    for route in BODIES.keys() - {HOOK}:
        own = {name: value for name, value in BODIES[route].items() if name not in FORBIDDEN}
        added = dict.fromkeys(FORBIDDEN, "x")
        if "/meetings/{" in route:
            # Only planning names a client: a meeting keeps its own.
            added["client_id"] = victim.client_id
        answer = await call(place, victim, "mikl", route, body={**own, **added})
        assert {f"/{name}": "not-allowed" for name in added}.items() <= wrong_fields(answer).items(), route
        assert possessions(place, victim) == before, route


def test_every_route_with_a_body_is_tried(place: Place) -> None:
    """A new one without a line in `BODIES` fails."""
    paths = httpx.get(f"{place.url}/openapi.json", trust_env=False, timeout=60).json()["paths"]
    needed = {
        f"{method.upper()} {path}"
        for path, methods in paths.items()
        for method, operation in methods.items()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }
    tried = {
        route.replace("{planned}", "{meeting_id}").replace("{running}", "{meeting_id}") for route in BODIES
    }
    assert needed <= tried
