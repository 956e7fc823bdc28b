"""Clients: invited, accepted, changed, closed."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import httpx
import pytest

from tests.backend.accounts.newcomers import CLAIRE, GOOD_PASSWORD, accept, bearer, code_in, invite
from tests.backend.people import ALICE, Person, code_of, plan, wrong_fields
from tests.support.service import TestDatabase
from tests.support.waiting import until


async def test_an_invited_client_chooses_a_password_and_is_in(
    http: httpx.AsyncClient, mikl: Person, database: TestDatabase
) -> None:
    """From the operator's form to the client's first look at his account."""
    invited = await invite(mikl, "  Claire@Example.ORG ")
    assert (invited["email"], invited["accepted"], invited["active"]) == (CLAIRE, False, True)
    answer = await accept(http, code_in(invited))
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    me = (await http.get("/me", headers=bearer(answer.json()))).json()
    assert (me["role"], me["full_name"], me["email"]) == ("client", "Claire Petit-Jean", CLAIRE)
    login = await http.post("/auth/login", json={"email": CLAIRE, "password": GOOD_PASSWORD})
    assert login.status_code == 200
    listed = {item["id"]: item for item in (await mikl.get("/clients")).json()["items"]}
    assert listed[invited["id"]]["accepted"]
    actions = database.admin("select action from private.audit_log where action ~ 'invite' order by id")
    assert [row["action"] for row in actions] == ["client.invited", "invite.accepted"]


async def test_the_link_is_mailed_and_shown(mikl: Person, database: TestDatabase) -> None:
    """One mail; both links carry the code, the web's behind the # that no server sees; 72 h."""
    invited = await invite(mikl)
    code = code_in(invited)
    assert invited["invite"]["web_link"].endswith(f"/invite#{code}")
    (kept,) = database.admin(
        "select extract(epoch from expires_at - now()) / 3600 as hours, sha256 from private.one_time_codes"
    )
    assert 71.9 < kept["hours"] <= 72
    assert code not in kept["sha256"]
    assert len(database.admin("select from private.jobs where kind = 'mail.invite'")) == 1


async def test_a_code_works_once_also_for_many_at_once(
    http: httpx.AsyncClient, mikl: Person, database: TestDatabase
) -> None:
    """Ten people with the same link: one comes in."""
    code = code_in(await invite(mikl))
    answers = await asyncio.gather(*(accept(http, code) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [410] * 9
    assert code_of(await accept(http, code)) == (410, "code-expired")
    assert len(database.admin("select from private.sessions s where device = 'Poste'")) == 1


async def test_a_new_invitation_replaces_the_old_one(http: httpx.AsyncClient, mikl: Person) -> None:
    """The first link is dead, the second works; then there is nothing left to invite."""
    invited = await invite(mikl)
    again = await mikl.post(f"/clients/{invited['id']}/invite")
    assert again.status_code == 202
    assert (await accept(http, code_in(invited))).status_code == 410
    assert (await accept(http, code_in({"invite": again.json()}))).status_code == 200
    assert code_of(await mikl.post(f"/clients/{invited['id']}/invite")) == (409, "invite-accepted")


async def test_invitations_are_not_sent_without_end(mikl: Person) -> None:
    """Ten an hour for one client."""
    path = f"/clients/{(await invite(mikl))['id']}/invite"
    assert [(await mikl.post(path)).status_code for _ in range(10)] == [202] * 10
    answer = await mikl.post(path)
    assert code_of(answer) == (429, "too-many")
    assert int(answer.headers["Retry-After"]) > 3500


@pytest.mark.parametrize("change", ["expires_at = now()", "used_at = now()", "kind = 'reset'"])
async def test_a_code_that_is_over_is_refused(
    http: httpx.AsyncClient, mikl: Person, database: TestDatabase, change: str
) -> None:
    """Too late, used, or made for something else."""
    code = code_in(await invite(mikl))
    database.admin(f"update private.one_time_codes set {change}")
    assert code_of(await accept(http, code)) == (410, "code-expired")


async def test_a_weak_password_does_not_cost_the_code(http: httpx.AsyncClient, mikl: Person) -> None:
    """Too short, too common, or made of the person's own name and address: named, and one may go on."""
    code = code_in(await invite(mikl))
    assert wrong_fields(await accept(http, code, "court")) == {"/password": "too-short"}
    for weak in ("motdepasse1", "azertyuiop12", "claire.petit-jean", "claire@example.org"):
        assert wrong_fields(await accept(http, code, weak)) == {"/password": "too-weak"}, weak
    assert (await accept(http, code)).status_code == 200


async def guess(http: httpx.AsyncClient, code: str) -> httpx.Response:
    """Try a code; who asks faster than anybody types is told to wait a second, and tries again."""
    for _ in range(50):
        answer = await accept(http, code)
        if answer.headers.get("Retry-After") != "1":
            return answer
        await asyncio.sleep(0.1)
    raise AssertionError("told to wait for five seconds")


async def test_guessing_codes_is_counted(http: httpx.AsyncClient, mikl: Person) -> None:
    """After fifty wrong ones the address waits."""
    invited = await invite(mikl)
    answers = [await guess(http, f"guess-{number}") for number in range(51)]
    assert [answer.status_code for answer in answers[:50]] == [410] * 50
    assert code_of(answers[50]) == (429, "too-many")
    assert (await accept(http, code_in(invited))).status_code == 429


async def test_an_address_is_invited_once(mikl: Person) -> None:
    """Also in capitals; and the same key gives the same client without a second link."""
    headers = {"Idempotency-Key": str(uuid4())}
    body = {"email": CLAIRE, "full_name": "Claire"}
    first = await mikl.post("/clients", body, headers)
    second = await mikl.post("/clients", body, headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    assert second.json()["invite"] is None
    other = await mikl.post("/clients", {**body, "full_name": "Other"}, headers)
    assert code_of(other) == (409, "idempotency-mismatch")
    for email in (CLAIRE, CLAIRE.upper(), ALICE):
        answer = await mikl.post("/clients", {"email": email, "full_name": "Claire"})
        assert wrong_fields(answer) == {"/email": "already-used"}


@pytest.mark.parametrize(
    ("members", "fields"),
    [
        ({"email": "nobody"}, {"/email": "not-an-address"}),
        ({"full_name": " "}, {"/full_name": "required"}),
        ({"time_zone": "Europe/Atlantis"}, {"/time_zone": "not-allowed"}),
        ({"locale": "french"}, {"/locale": "wrong-type"}),
        ({"active": False}, {"/active": "not-allowed"}),
        ({"role": "operator"}, {"/role": "not-allowed"}),
    ],
)
async def test_a_wrong_invitation_is_named(
    mikl: Person, members: dict[str, object], fields: dict[str, str]
) -> None:
    """Each member for itself; what decides about rights is not accepted at all."""
    answer = await mikl.post("/clients", {"email": CLAIRE, "full_name": "Claire", **members})
    assert wrong_fields(answer) == fields


async def test_an_operator_reads_and_changes_a_client(mikl: Person, database: TestDatabase) -> None:
    """The address stands in the single client only; what is not named stays."""
    path = f"/clients/{database.client_id(ALICE)}"
    assert (await mikl.get(path)).json()["email"] == ALICE
    answer = await mikl.http.patch(f"/v1{path}", json={"time_zone": "America/Montreal"})
    assert answer.status_code == 200
    assert (answer.json()["full_name"], answer.json()["time_zone"]) == ("Alice Laurent", "America/Montreal")
    assert code_of(await mikl.get(f"/clients/{uuid4()}")) == (404, "not-found")


async def test_clients_may_do_none_of_it(alice: Person, database: TestDatabase) -> None:
    """403 on every route, for others and for themselves; nothing changes."""
    before = database.admin("select * from public.clients order by id")
    for client_id in (database.client_id(ALICE), uuid4()):
        for method, path in (
            ("GET", ""),
            ("PATCH", ""),
            ("POST", "/invite"),
            ("POST", "/deactivate"),
            ("POST", "/reactivate"),
        ):
            body = {"full_name": "X"} if method == "PATCH" else None
            answer = await alice.http.request(method, f"/v1/clients/{client_id}{path}", json=body)
            assert code_of(answer) == (403, "forbidden"), (method, path)
    answer = await alice.post("/clients", {"email": CLAIRE, "full_name": "Claire"})
    assert code_of(answer) == (403, "forbidden")
    assert database.admin("select * from public.clients order by id") == before


async def test_deactivation_acts_at_once(
    http: httpx.AsyncClient, mikl: Person, alice: Person, database: TestDatabase
) -> None:
    """A living access token sees nothing, refresh and log-in end, and opening the account again helps."""
    client_id = database.client_id(ALICE)
    meeting = await plan(mikl, client_id)
    assert (await alice.get(f"/meetings/{meeting['id']}")).status_code == 200
    for _ in range(2):
        assert (await mikl.post(f"/clients/{client_id}/deactivate")).status_code == 204
    assert code_of(await alice.get("/me")) == (403, "forbidden")
    assert meeting["id"] not in (await alice.get("/meetings")).text
    assert code_of(await alice.get(f"/meetings/{meeting['id']}")) == (404, "not-found")
    refreshed = await http.post("/auth/refresh", json={"refresh_token": alice.refresh_token})
    assert code_of(refreshed) == (401, "session-ended")
    login = {"email": ALICE, "password": "demo-visio"}
    assert code_of(await http.post("/auth/login", json=login)) == (401, "invalid-credentials")
    assert code_of(await mikl.post(f"/clients/{client_id}/invite")) == (409, "client-inactive")
    assert str(client_id) not in {item["id"] for item in (await mikl.get("/clients")).json()["items"]}
    closed = (await mikl.get("/clients", inactive=True)).json()["items"]
    assert {item["id"]: item["active"] for item in closed}[str(client_id)] is False
    assert (await mikl.post(f"/clients/{client_id}/reactivate")).status_code == 204
    assert (await http.post("/auth/login", json=login)).status_code == 200
    refreshed = await http.post("/auth/refresh", json={"refresh_token": alice.refresh_token})
    assert code_of(refreshed) == (401, "session-ended")
    audit = database.admin(
        "select action from private.audit_log where object = %s order by id", (str(client_id),)
    )
    assert [row["action"] for row in audit] == ["client.deactivated", "client.reactivated"]


async def test_deactivation_voids_the_invitation(http: httpx.AsyncClient, mikl: Person) -> None:
    """A link that lies in a mailbox opens nothing, not even after the account is opened again."""
    invited = await invite(mikl)
    await mikl.post(f"/clients/{invited['id']}/deactivate")
    assert (await accept(http, code_in(invited))).status_code == 410
    await mikl.post(f"/clients/{invited['id']}/reactivate")
    assert (await accept(http, code_in(invited))).status_code == 410


async def test_an_operator_who_logged_out_invites_nobody(mikl: Person, database: TestDatabase) -> None:
    """His access token lives for minutes, his session does not."""
    await mikl.post("/auth/logout", {"refresh_token": mikl.refresh_token})
    answer = await mikl.post("/clients", {"email": CLAIRE, "full_name": "Claire"})
    assert code_of(answer) == (401, "session-ended")
    assert database.admin("select from auth.users where email = %s", (CLAIRE,)) == []


async def test_everybody_changes_his_own_profile(mikl: Person, alice: Person, database: TestDatabase) -> None:
    """Name, language, zone; nothing that decides about rights; nobody else's row."""
    for person in (mikl, alice):
        answer = await person.http.patch("/v1/me", json={"locale": "en", "full_name": " New Name "})
        assert answer.status_code == 200
        assert (answer.json()["full_name"], answer.json()["locale"]) == ("New Name", "en")
    for member in ("role", "email", "active", "is_admin", "id"):
        answer = await alice.http.patch("/v1/me", json={member: "operator"})
        assert wrong_fields(answer) == {f"/{member}": "not-allowed"}
    answer = await alice.http.patch("/v1/me", json={"time_zone": "Mars/Base"})
    assert wrong_fields(answer) == {"/time_zone": "not-allowed"}
    names = {row["full_name"] for row in database.admin("select full_name from public.clients")}
    assert names == {"New Name", "Bob Moreau"}


async def test_a_stream_ends_when_its_person_is_deactivated(
    mikl: Person, alice: Person, database: TestDatabase
) -> None:
    """Within two seconds, long before the access token does."""
    client_id: UUID = database.client_id(ALICE)
    ended = asyncio.Event()
    opened = asyncio.Event()

    async def listen() -> None:
        async with alice.http.stream("GET", "/v1/events") as stream:
            async for _ in stream.aiter_lines():
                opened.set()
        ended.set()

    task = asyncio.create_task(listen())
    try:
        await until(opened.is_set, "the stream")
        await mikl.post(f"/clients/{client_id}/deactivate")
        async with asyncio.timeout(2):
            await ended.wait()
    finally:
        task.cancel()
        await asyncio.wait({task})
