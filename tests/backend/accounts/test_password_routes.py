"""New passwords: reset by mail, changed by the old one, given again."""

from __future__ import annotations

import secrets

import httpx
import pytest

from tests.backend.accounts.newcomers import GOOD_PASSWORD, OTHER_GOOD_PASSWORD, bearer
from tests.backend.people import ALICE, BOB, Person, code_of, signed_in, wrong_fields
from tests.support.service import RunningService, TestDatabase
from tests.support.waiting import until

OLD_PASSWORD = "demo-visio"


def reset_code(database: TestDatabase, email: str = ALICE, minutes: int = 10) -> str:
    """A code as the mail would bring it, without waiting for the mail."""
    code = secrets.token_urlsafe(32)
    database.admin(
        "insert into private.one_time_codes (sha256, kind, user_id, expires_at)"
        " values (encode(sha256(convert_to(%s, 'UTF8')), 'hex'), 'reset', %s,"
        " now() + %s * interval '1 minute')",
        (code, database.account_id(email), minutes),
    )
    return code


async def log_in(http: httpx.AsyncClient, password: str, email: str = ALICE) -> int:
    """The status of a log-in."""
    return (await http.post("/auth/login", json={"email": email, "password": password})).status_code


async def test_asking_for_a_reset_always_says_the_same(
    http: httpx.AsyncClient, database: TestDatabase
) -> None:
    """202 for known, unknown and deactivated; a code for the known one only, and no address is kept."""
    database.admin(
        "update public.clients set active = false where auth_user_id = %s", (database.account_id(BOB),)
    )
    for email in (ALICE, "nobody@demo.visio", BOB, "not an address"):
        answer = await http.post("/auth/password-reset", json={"email": email})
        assert (answer.status_code, answer.content) == (202, b"")
    done = "select from private.jobs where kind = 'account.reset' and done_at is not null"
    await until(lambda: len(database.admin(done)) == 4, "the jobs")
    codes = database.admin(
        "select user_id, extract(epoch from expires_at - now()) as seconds from private.one_time_codes"
    )
    assert [row["user_id"] for row in codes] == [database.account_id(ALICE)]
    assert 570 < codes[0]["seconds"] <= 600
    left = database.admin("select from private.jobs where kind = 'account.reset' and payload::text ~ '@'")
    assert left == []
    assert len(database.admin("select from private.jobs where kind = 'mail.reset'")) == 1


def test_a_reset_job_is_done_once(database: TestDatabase) -> None:
    """The mail names account, code and end; the same job again makes no second code."""
    database.admin("select private.ask_for_reset(%s, '192.0.2.1')", (ALICE.upper(),))
    (job,) = database.admin("select key, payload from private.jobs")
    ask = "select private.issue_reset(%s, %s, %s) as made"
    for expected in (True, False):
        (row,) = database.admin(ask, (job["key"], job["payload"]["email"], secrets.token_urlsafe()))
        assert row["made"] is expected
    (mail,) = database.admin("select payload from private.jobs where kind = 'mail.reset'")
    assert mail["payload"].keys() == {"user_id", "code", "expires_at"}
    assert len(database.admin("select from private.one_time_codes")) == 1


async def test_reset_mails_are_not_sent_without_end(http: httpx.AsyncClient, database: TestDatabase) -> None:
    """Three a quarter of an hour, with the same answer to all; twenty in all from one address."""
    answers = [await http.post("/auth/password-reset", json={"email": ALICE}) for _ in range(6)]
    assert {answer.status_code for answer in answers} == {202}
    assert len(database.admin("select from private.jobs where kind = 'account.reset'")) == 3
    for number in range(14):
        body = {"email": f"nobody{number}@demo.visio"}
        assert (await http.post("/auth/password-reset", json=body)).status_code == 202
    answer = await http.post("/auth/password-reset", json={"email": BOB})
    assert code_of(answer) == (429, "too-many")


async def test_a_reset_sets_the_password_and_ends_every_session(
    service: RunningService, http: httpx.AsyncClient, database: TestDatabase
) -> None:
    """The code works once; the owner is told by mail."""
    async with signed_in(service.url, ALICE) as alice:
        code = reset_code(database)
        spare = reset_code(database)
        confirm = {"code": code, "password": GOOD_PASSWORD}
        assert (await http.post("/auth/password-reset/confirm", json=confirm)).status_code == 204
        for used in (code, spare):
            again = {"code": used, "password": OTHER_GOOD_PASSWORD}
            answer = await http.post("/auth/password-reset/confirm", json=again)
            assert code_of(answer) == (410, "code-expired")
        refreshed = await alice.post("/auth/refresh", {"refresh_token": alice.refresh_token})
        assert code_of(refreshed) == (401, "session-ended")
    assert [await log_in(http, password) for password in (OLD_PASSWORD, GOOD_PASSWORD)] == [401, 200]
    assert len(database.admin("select from private.jobs where kind = 'mail.password-changed'")) == 1


async def test_a_reset_opens_the_way_past_a_strangers_tries(
    http: httpx.AsyncClient, database: TestDatabase
) -> None:
    """Somebody used up the account's tries from elsewhere: who has the mail gets in all the same."""
    for _ in range(10):
        await log_in(http, "wrong")
    assert await log_in(http, OLD_PASSWORD) == 429
    body = {"code": reset_code(database), "password": GOOD_PASSWORD}
    assert (await http.post("/auth/password-reset/confirm", json=body)).status_code == 204
    assert await log_in(http, GOOD_PASSWORD) == 200


async def test_a_late_code_and_one_of_a_closed_account_are_refused(
    http: httpx.AsyncClient, database: TestDatabase
) -> None:
    """After ten minutes, and after deactivation; the password stays."""
    late, closed = reset_code(database, minutes=0), reset_code(database, BOB)
    database.admin(
        "update public.clients set active = false where auth_user_id = %s", (database.account_id(BOB),)
    )
    for code in (late, closed, "nonsense"):
        body = {"code": code, "password": GOOD_PASSWORD}
        answer = await http.post("/auth/password-reset/confirm", json=body)
        assert code_of(answer) == (410, "code-expired")
    assert await log_in(http, OLD_PASSWORD) == 200


async def test_changing_the_password_needs_the_old_one_and_ends_the_others(
    service: RunningService, http: httpx.AsyncClient, database: TestDatabase
) -> None:
    """The session it was done in goes on."""
    async with signed_in(service.url, ALICE) as here, signed_in(service.url, ALICE) as there:
        wrong = {"old_password": "wrong", "password": GOOD_PASSWORD}
        assert wrong_fields(await here.post("/auth/password", wrong)) == {"/old_password": "wrong-password"}
        weak = {"old_password": OLD_PASSWORD, "password": "alice-laurent"}
        assert wrong_fields(await here.post("/auth/password", weak)) == {"/password": "too-weak"}
        right = {"old_password": OLD_PASSWORD, "password": GOOD_PASSWORD}
        assert (await here.post("/auth/password", right)).status_code == 204
        assert (await here.post("/auth/refresh", {"refresh_token": here.refresh_token})).status_code == 200
        gone = await there.post("/auth/refresh", {"refresh_token": there.refresh_token})
        assert code_of(gone) == (401, "session-ended")
        assert code_of(await there.post("/auth/password", right)) == (401, "session-ended")
    assert [await log_in(http, password) for password in (OLD_PASSWORD, GOOD_PASSWORD)] == [401, 200]
    assert len(database.admin("select from private.jobs where kind = 'mail.password-changed'")) == 1
    assert len(database.admin("select from private.audit_log where action = 'password.changed'")) == 1


async def test_guessing_in_a_stolen_session_ends_soon_and_hurts_nobody_else(
    service: RunningService, http: httpx.AsyncClient
) -> None:
    """Ten tries; the owner's other session and his log-in are not concerned."""
    async with signed_in(service.url, ALICE) as thief, signed_in(service.url, ALICE) as owner:
        answers = [await thief.post("/auth/password-check", {"password": "guess"}) for _ in range(11)]
        assert [answer.status_code for answer in answers] == [422] * 10 + [429]
        assert (await owner.post("/auth/password-check", {"password": OLD_PASSWORD})).status_code == 204
        assert await log_in(http, OLD_PASSWORD) == 200


def test_a_log_in_begun_before_the_password_changed_does_not_end_after_it(database: TestDatabase) -> None:
    """Or the old password would open a session that outlives its replacement."""
    account = database.account_id(ALICE)
    (begun,) = database.admin("select * from private.begin_sign_in(%s, '192.0.2.1')", (ALICE,))
    complete = "select private.complete_sign_in(%s, %s, '192.0.2.1', '', p_password_set_at => %s) as id"
    database.admin("select private.replace_password(%s, 'other', null, 'password.reset')", (account,))
    assert database.admin(complete, (account, ALICE, begun["password_set_at"])) == [{"id": None}]
    assert database.admin("select from private.sessions") == []


async def test_a_reused_refresh_token_is_told_by_mail(alice: Person, database: TestDatabase) -> None:
    """Once for the session."""
    await alice.post("/auth/refresh", {"refresh_token": alice.refresh_token})
    database.admin("update private.sessions set refreshed_at = refreshed_at - interval '31 seconds'")
    for _ in range(2):
        answer = await alice.post("/auth/refresh", {"refresh_token": alice.refresh_token})
        assert code_of(answer) == (401, "session-ended")
    mails = database.admin("select key from private.jobs where kind = 'mail.session-reused'")
    assert mails == database.admin("select id::text as key from private.sessions")


@pytest.mark.parametrize("path", ["/auth/password", "/auth/password-check"])
async def test_nobody_changes_a_password_without_a_session(http: httpx.AsyncClient, path: str) -> None:
    """Neither without a token nor with one of a session that has ended."""
    body = {"password": OLD_PASSWORD, **({"old_password": "x"} if path == "/auth/password" else {})}
    assert code_of(await http.post(path, json=body)) == (401, "unauthenticated")
    tokens = (await http.post("/auth/login", json={"email": ALICE, "password": OLD_PASSWORD})).json()
    await http.post("/auth/logout", json={"refresh_token": tokens["refresh_token"]})
    answer = await http.post(path, json={**body, "password": GOOD_PASSWORD}, headers=bearer(tokens))
    assert code_of(answer) == (401, "session-ended")
