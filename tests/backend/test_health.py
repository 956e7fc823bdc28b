"""What tells the state of the service to those who run it."""

from __future__ import annotations

from backend.health import _EXPECTED
from tests.support.fake_openvidu import FakeOpenVidu
from tests.support.http import client_without_tls
from tests.support.service import RunningService, TestDatabase


async def test_alive_and_ready(service: RunningService, openvidu: FakeOpenVidu) -> None:
    """Database and events are required; OpenVidu is told."""
    async with client_without_tls(service.url) as http:
        assert (await http.get("/livez")).json()["status"] == "ok"
        ready = await http.get("/readyz")
        assert ready.status_code == 200
        assert ready.json() == {"status": "ok", "database": True, "events": True, "media": True}
        openvidu.status = 500
        ready = await http.get("/readyz")
        assert (ready.status_code, ready.json()["media"]) == (200, False)


async def test_another_schema_is_not_ready(service: RunningService, database: TestDatabase) -> None:
    """A service beside a database of another version takes no requests."""
    database.admin("delete from private.schema_migrations where version = %s", (_EXPECTED[-1],))
    async with client_without_tls(service.url) as http:
        ready = await http.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (503, "unavailable")


async def test_a_newer_schema_is_ready(service: RunningService, database: TestDatabase) -> None:
    """Migrations only add: the version before them serves until its processes are replaced."""
    database.admin(
        "insert into private.schema_migrations (version, sha256) values ('9999_later', repeat('0', 64))"
    )
    async with client_without_tls(service.url) as http:
        assert (await http.get("/readyz")).status_code == 200


async def test_the_keys_are_public_and_the_same_everywhere(
    service: RunningService, database: TestDatabase
) -> None:
    """Key set without private parts; the description of the interface."""
    async with client_without_tls(service.url) as http:
        (key,) = (await http.get("/.well-known/jwks.json")).json()["keys"]
        assert set(key) == {"crv", "kty", "x", "y", "kid", "use", "alg"}
        paths = (await http.get("/openapi.json")).json()["paths"]
    assert {"/v1/meetings/{meeting_id}/start", "/v1/events", "/v1/auth/login"} <= set(paths)
    assert len(database.admin("select from private.server_keys")) == 2
