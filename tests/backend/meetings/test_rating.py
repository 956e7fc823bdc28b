"""What a client thought of a call: his to say, its operator's to read, nobody else's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.backend.people import ALICE, MIKL, Person, code_of, plan, wrong_fields
from tests.support.fake_openvidu import FakeOpenVidu
from tests.support.service import TestDatabase

RATING = {"stars": 4, "comment": "Bon son.", "weak_percent": 3, "reconnections": 1}


@pytest.fixture
async def path(database: TestDatabase, openvidu: FakeOpenVidu, mikl: Person) -> str:
    """A meeting of MiKL with Alice, under way."""
    meeting = await plan(mikl, database.client_id(ALICE))
    await mikl.post(f"/meetings/{meeting['id']}/start")
    return f"/meetings/{meeting['id']}"


async def test_the_operator_reads_the_newest_rating(mikl: Person, alice: Person, path: str) -> None:
    """With the quality beside it; the client reads none, not even his own."""

    async def told(person: Person) -> Any:
        return (await person.get(path)).json()["client_rating"]

    assert await told(mikl) is None
    await alice.http.put(f"/v1{path}/rating", json={"stars": 2})
    await mikl.post(f"{path}/end")
    second = await alice.http.put(f"/v1{path}/rating", json=RATING)
    assert second.status_code == 200, second.text
    assert await told(mikl) == second.json() == {**RATING, "rated_at": second.json()["rated_at"]}
    assert await told(alice) is None
    assert [each["client_rating"]["stars"] for each in (await mikl.get("/meetings")).json()["items"]] == [4]


async def test_a_rating_is_the_clients(
    database: TestDatabase, mikl: Person, alice: Person, bob: Person, path: str
) -> None:
    """Nobody rates for him, and nothing that did not happen is rated."""
    assert code_of(await mikl.http.put(f"/v1{path}/rating", json=RATING)) == (403, "forbidden")
    assert code_of(await bob.http.put(f"/v1{path}/rating", json=RATING)) == (404, "not-found")
    planned = await plan(mikl, database.client_id(ALICE))
    rating = f"/v1/meetings/{planned['id']}/rating"
    assert code_of(await alice.http.put(rating, json=RATING)) == (409, "meeting-not-live")
    await mikl.post(f"/meetings/{planned['id']}/cancel")
    assert code_of(await alice.http.put(rating, json=RATING)) == (409, "meeting-closed")


@pytest.mark.parametrize(
    ("member", "value"),
    [("stars", 0), ("stars", 6), ("comment", "x" * 1001), ("weak_percent", 101), ("reconnections", -1)],
)
async def test_what_is_no_rating_is_refused(alice: Person, path: str, member: str, value: object) -> None:
    """And nothing is kept of it."""
    answer = await alice.http.put(f"/v1{path}/rating", json={**RATING, member: value})
    assert wrong_fields(answer).keys() == {f"/{member}"}


async def test_the_table_has_a_column_for_it(
    database: TestDatabase, mikl: Person, alice: Person, path: str
) -> None:
    """For the operator; the client's own table leaves it empty. The event names no stars."""
    await alice.http.put(f"/v1{path}/rating", json=RATING)
    heading, row = (await mikl.get("/meetings/export.csv")).text.splitlines()
    separator = ";" if ";" in heading else ","
    assert heading.split(separator)[-1] in ("Note (sur 5)", "Rating (of 5)")
    assert row.split(separator)[-1] == "4"
    own = (await alice.get("/meetings/export.csv")).text.splitlines()[1]
    assert own.split(separator)[-1] == ""
    (event,) = database.admin(
        "select payload from public.user_events where kind = 'meeting.rated' and recipient = %s",
        (database.account_id(MIKL),),
    )
    assert event["payload"].keys() == {"meeting_id", "version"}
