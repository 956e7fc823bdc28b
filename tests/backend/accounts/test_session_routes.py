"""Where somebody is signed in, and signing out there."""

from __future__ import annotations

from tests.backend.people import ALICE, Person, code_of, signed_in
from tests.support.service import RunningService, TestDatabase


async def test_everybody_sees_his_own_sessions(
    service: RunningService, alice: Person, bob: Person, database: TestDatabase
) -> None:
    """The one that asks is marked; those of others and those that ended are not there."""
    async with signed_in(service.url, ALICE) as other:
        await other.post("/auth/logout", {"refresh_token": other.refresh_token})
    async with signed_in(service.url, ALICE):
        items = (await alice.get("/auth/sessions")).json()["items"]
        assert [item["current"] for item in items] == [False, True]
        assert {item["address"] for item in items} == {"127.0.0.1"}
        assert len((await bob.get("/auth/sessions")).json()["items"]) == 1


async def test_one_session_is_ended(service: RunningService, alice: Person, bob: Person) -> None:
    """At once for what asks for the session, by the owner only, twice without harm."""
    async with signed_in(service.url, ALICE) as lost:
        items = (await alice.get("/auth/sessions")).json()["items"]
        (other,) = [item["id"] for item in items if not item["current"]]
        assert code_of(await bob.http.delete(f"/v1/auth/sessions/{other}")) == (404, "not-found")
        for _ in range(2):
            assert (await alice.http.delete(f"/v1/auth/sessions/{other}")).status_code == 204
        assert code_of(await lost.get("/auth/sessions")) == (401, "session-ended")
        refreshed = await lost.post("/auth/refresh", {"refresh_token": lost.refresh_token})
        assert code_of(refreshed) == (401, "session-ended")
        assert (await alice.get("/auth/sessions")).status_code == 200


async def test_logging_out_everywhere(service: RunningService, alice: Person, bob: Person) -> None:
    """First everywhere else, then here as well; other people stay."""
    async with signed_in(service.url, ALICE) as other:
        answer = await alice.http.delete("/v1/auth/sessions", params={"keep_current": True})
        assert answer.status_code == 204
        assert code_of(await other.get("/auth/sessions")) == (401, "session-ended")
        assert (await alice.get("/auth/sessions")).status_code == 200
    assert (await alice.http.delete("/v1/auth/sessions")).status_code == 204
    assert code_of(await alice.get("/auth/sessions")) == (401, "session-ended")
    assert (await bob.get("/auth/sessions")).status_code == 200
