"""Notifications over HTTP."""

from __future__ import annotations

from uuid import UUID

from tests.backend.people import ALICE, BOB, Person, plan, wrong_fields
from tests.support.service import TestDatabase


async def test_planning_tells_the_client_and_nobody_else(
    database: TestDatabase, mikl: Person, alice: Person, bob: Person
) -> None:
    """One unread notification for Alice, none for Bob or MiKL."""
    meeting = await plan(mikl, database.client_id(ALICE))
    (notification,) = (await alice.get("/notifications")).json()["items"]
    assert notification["kind"] == "meeting.scheduled"
    assert notification["meeting_id"] == meeting["id"]
    assert notification["body"]["title"] == "Premier point"
    assert notification["read_at"] is None
    for person in (mikl, bob):
        assert (await person.get("/notifications")).json()["items"] == []


async def test_reading_some_and_all(database: TestDatabase, mikl: Person, alice: Person) -> None:
    """By id, then all; the time of reading does not change again."""
    for _ in range(3):
        await plan(mikl, database.client_id(ALICE))
    newest = (await alice.get("/notifications")).json()["items"][0]["id"]
    assert (await alice.post("/notifications/read", {"ids": [newest]})).status_code == 204
    items = (await alice.get("/notifications")).json()["items"]
    assert [item["read_at"] is not None for item in items] == [True, False, False]
    first_read = items[0]["read_at"]
    assert (await alice.post("/notifications/read", {"all": True})).status_code == 204
    items = (await alice.get("/notifications")).json()["items"]
    assert all(item["read_at"] for item in items)
    assert items[0]["read_at"] == first_read


async def test_nobody_reads_for_somebody_else(
    database: TestDatabase, mikl: Person, alice: Person, bob: Person
) -> None:
    """Bob may name Alice's notification: it stays unread."""
    await plan(mikl, database.client_id(ALICE))
    mine = (await alice.get("/notifications")).json()["items"][0]["id"]
    assert (await bob.post("/notifications/read", {"ids": [mine]})).status_code == 204
    assert (await bob.post("/notifications/read", {"all": True})).status_code == 204
    assert (await alice.get("/notifications")).json()["items"][0]["read_at"] is None


async def test_pages(database: TestDatabase, mikl: Person, alice: Person, bob: Person) -> None:
    """Newest first; a cursor that is not the caller's is named as wrong."""
    for _ in range(5):
        await plan(mikl, database.client_id(ALICE))
    await plan(mikl, database.client_id(BOB))
    whole = [item["id"] for item in (await alice.get("/notifications")).json()["items"]]
    page = (await alice.get("/notifications", limit=3)).json()
    rest = (await alice.get("/notifications", limit=3, cursor=page["next_cursor"])).json()
    assert [item["id"] for item in page["items"] + rest["items"]] == whole
    assert rest["next_cursor"] is None
    assert len(whole) == 5
    assert wrong_fields(await bob.get("/notifications", cursor=page["next_cursor"])) == {
        "/cursor": "wrong-type"
    }
    assert wrong_fields(await bob.get("/notifications", cursor=str(UUID(int=0)))) == {"/cursor": "wrong-type"}
