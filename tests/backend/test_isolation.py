"""Nobody gets at what is another's: every path of the contract, by everybody, on somebody else's rows.

The paths are those of /openapi.json: one without a line in `ROUTES` fails. Each line says what each
caller is answered; whatever is answered, nothing of the victim may stand in it unless it is his or his
operator's to see, and nothing of his may have changed.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row
from pydantic import SecretStr

from backend.demo_accounts import PASSWORD
from backend.embedded.cluster import Cluster
from tests.backend.people import ALICE, MIKL, in_one_hour
from tests.support.http import client_without_tls
from tests.support.service import QUICK_HASHER, TestDatabase, fresh_database, running_service

CALLERS = ("nobody", "cora", "alice", "olga", "victim", "mikl")
"""Nobody signed in, a deactivated client, another client, another operator, the victim, his operator."""

ROUTES = """
GET    /livez                              200 200 200 200  200  200
GET    /readyz                             200 200 200 200  200  200
GET    /.well-known/jwks.json              200 200 200 200  200  200
GET    /client-config                      200 200 200 200  200  200
POST   /v1/webhooks/openvidu               401 401 401 401  401  401

POST   /v1/auth/login                      401 401 401 401  401  401
POST   /v1/auth/refresh                    401 401 401 401  401  401
POST   /v1/auth/logout                     204 204 204 204  204  204
POST   /v1/auth/password-reset             202 202 202 202  202  202
POST   /v1/auth/password-reset/confirm     410 410 410 410  410  410
POST   /v1/auth/invites/accept             410 410 410 410  410  410
POST   /v1/auth/password-check             401 401 422 422  422  422
POST   /v1/auth/password                   401 401 422 422  422  422
POST   /v1/auth/totp/enrol                 401 403 403 200  403  200
POST   /v1/auth/totp/confirm               401 403 403 422  403  422
POST   /v1/auth/totp/disable               401 403 403 204  403  204
GET    /v1/auth/company                    200 200 200 200  200  200
POST   /v1/auth/company/start              503 503 503 503  503  503
POST   /v1/auth/company/exchange           410 410 410 410  410  410
GET    /v1/auth/sessions                   401 200 200 200  200* 200
DELETE /v1/auth/sessions                   401 204 204 204  204  204
DELETE /v1/auth/sessions/{session_id}      401 404 404 404  204  404
GET    /v1/me                              401 403 200 200  200* 200
PATCH  /v1/me                              401 403 200 200  200* 200

GET    /v1/clients                         401 403 403 200* 403  200*
POST   /v1/clients                         401 403 403 422  403  422
GET    /v1/clients/{client_id}             401 403 403 200* 403  200*
PATCH  /v1/clients/{client_id}             401 403 403 200* 403  200*
POST   /v1/clients/{client_id}/invite      401 403 403 409  403  409
POST   /v1/clients/{client_id}/deactivate  401 403 403 -    403  204
POST   /v1/clients/{client_id}/reactivate  401 403 403 204  403  204

GET    /v1/meetings                        401 403 200 200  200* 200*
GET    /v1/meetings/export.csv             401 403 200 200  200* 200*
GET    /v1/meetings/calendar.ics           401 403 200 200  200* 200*
POST   /v1/meetings                        401 403 403 201* 403  201*
POST   /v1/meetings/series                 401 403 403 201* 403  201*
POST   /v1/meetings/start-now              401 403 403 503  403  503
GET    /v1/meetings/{planned}              401 404 404 404  200* 200*
PATCH  /v1/meetings/{planned}              401 404 404 404  403  200*
GET    /v1/meetings/{planned}/calendar.ics 401 403 404 404  200* 200*
POST   /v1/meetings/{planned}/cancel       401 404 404 404  403  200*
POST   /v1/meetings/{planned}/delay        401 404 404 404  204  204
POST   /v1/meetings/{planned}/waiting      401 404 404 404  200  403
DELETE /v1/meetings/{planned}/waiting      401 404 404 404  204  403
POST   /v1/meetings/{planned}/nudge        401 404 404 404  204  204
PUT    /v1/meetings/{running}/rating       401 404 404 404  200  403
PUT    /v1/meetings/{planned}/readiness    401 404 404 404  200  403
PUT    /v1/meetings/{planned}/door         401 404 404 404  403  200*
POST   /v1/meetings/{running}/left         401 404 404 404  204  204
POST   /v1/meetings/{planned}/start        401 404 404 404  403  503
POST   /v1/meetings/{running}/end          401 404 404 404  403  200*
POST   /v1/meetings/{running}/extend       401 404 404 404  403  200*
GET    /v1/meetings/{running}/note         401 404 404 404  403  200*
PUT    /v1/meetings/{running}/note         401 404 404 404  403  200
GET    /v1/meetings/{running}/presence     401 404 404 404  200  200
GET    /v1/meetings/{running}/history      401 404 404 404  200  200
POST   /v1/meetings/{running}/token        401 404 404 404  503  503
POST   /v1/connection-test                 401 403 503 503  503  503

GET    /v1/notifications                   401 200 200 200  200* 200
POST   /v1/notifications/read              401 204 204 204  204  204
GET    /v1/events/poll                     401 403 200 200  200* 200
"""
"""Status for each of `CALLERS`; `*` where the answer holds something of the victim, `-` for no try.

Every operator may look after every client; meetings are their own operator's. There is no media server:
who may start or enter a meeting is told that it is away (503).
"""
STREAMED = "GET /v1/events"
"""Has a test of its own: its answer does not end."""


def lines() -> dict[str, list[str]]:
    """Route → what each caller is answered."""
    words = [line.split() for line in ROUTES.splitlines() if line]
    return {f"{method} {path}": expected for method, path, *expected in words}


@dataclass(frozen=True, slots=True)
class Victim:
    """A client with two meetings, of whom every text is a word that stands nowhere else.

    Attributes:
        word: in his name, his address, the titles, descriptions and notes of his meetings.
        account_id: his account.
        client_id: his row.
        planned: a meeting that is planned.
        running: one in progress.
        session_id: his sign-in.
        token: his access token.
    """

    word: str
    account_id: str
    client_id: str
    planned: str
    running: str
    session_id: str
    token: str

    @property
    def traces(self) -> list[str]:
        """What would show that an answer holds something of his."""
        room = "mtg_" + self.running.replace("-", "")
        return [self.word, self.account_id, self.client_id, self.planned, self.running, self.session_id, room]


@dataclass(frozen=True, slots=True)
class Place:
    """A service with everybody but the victim signed in."""

    url: str
    database: TestDatabase
    tokens: dict[str, str]


@pytest.fixture(scope="module")
def place(postgres_cluster: Cluster) -> Iterator[Place]:
    """One service for the whole module: each test makes a victim of its own."""
    with (
        fresh_database(postgres_cluster) as database,
        running_service(
            database,
            totp_key=SecretStr("k" * 40),
            openvidu_webhook_secret=SecretStr("w" * 40),
            # Nobody answers there.
            oidc_issuer="http://127.0.0.1:9",
            oidc_client_id="mikl-visio",
            oidc_client_secret=SecretStr("s" * 40),
        ) as service,
    ):
        for role, name in (("operator", "olga"), ("client", "cora")):
            provision(database, f"{name}@demo.visio", role, name.title())
        emails = {"alice": ALICE, "mikl": MIKL, "olga": "olga@demo.visio", "cora": "cora@demo.visio"}
        tokens = {name: sign_in(service.url, email)["access_token"] for name, email in emails.items()}
        # His token is valid for minutes; what it opens is nothing.
        database.admin("update public.clients set active = false where full_name = 'Cora'")
        yield Place(service.url, database, tokens)


@pytest.fixture
def victim(place: Place) -> Victim:
    """A new one."""
    word = f"zq{uuid.uuid4().hex[:12]}"
    email = f"{word}@demo.visio"
    account_id = provision(place.database, email, "client", f"Name {word}")
    with psycopg.connect(place.database.admin_dsn, row_factory=dict_row) as connection:
        client_id = value(connection, "select id from public.clients where auth_user_id = %s", [account_id])
        operator_id = place.database.operator_id(MIKL)
        planned, running = (
            value(
                connection,
                "insert into public.meetings (client_id, operator_id, title, description, scheduled_at)"
                " values (%s, %s, %s, %s, now() + interval '1 day') returning id",
                [client_id, operator_id, f"Title {word}", f"Agenda {word}"],
            )
            for _ in range(2)
        )
        connection.execute(
            "update public.meetings set status = 'in_progress', started_at = now(),"
            " session_id = 'mtg_' || replace(id::text, '-', '') where id = %s",
            [running],
        )
        connection.execute(
            "insert into public.meeting_notes (meeting_id, body) select unnest(%s::uuid[]), %s",
            [[planned, running], f"Note {word}"],
        )
        connection.execute(
            "insert into public.notifications (recipient, kind, meeting_id, body)"
            " values (%s, 'meeting.scheduled', %s, %s)",
            [account_id, planned, json.dumps({"title": word})],
        )
        connection.execute(
            "select private.emit(array[%s]::uuid[], 'meeting.scheduled', %s)",
            [account_id, json.dumps({"meeting_id": planned})],
        )
    tokens = sign_in(place.url, email)
    session_id = place.database.admin("select id from private.sessions where user_id = %s", (account_id,))
    return Victim(
        word, account_id, client_id, planned, running, str(session_id[0]["id"]), tokens["access_token"]
    )


def value(connection: psycopg.Connection[Any], query: str, parameters: list[Any]) -> str:
    row = connection.execute(query.encode(), parameters).fetchone()
    assert row is not None
    return str(next(iter(row.values())))


def provision(database: TestDatabase, email: str, role: str, name: str) -> str:
    """An account with the demo's password."""
    row = database.admin(
        "select private.provision_account(%s, %s, %s, %s) as id",
        (email, role, name, QUICK_HASHER.hash(PASSWORD)),
    )
    return str(row[0]["id"])


def sign_in(url: str, email: str) -> dict[str, Any]:
    """Tokens."""
    answer = httpx.post(
        f"{url}/v1/auth/login", json={"email": email, "password": PASSWORD}, trust_env=False, timeout=20
    )
    answer.raise_for_status()
    tokens: dict[str, Any] = answer.json()
    return tokens


BODIES: dict[str, dict[str, Any]] = {
    "POST /v1/auth/login": {"email": "{email}", "password": "not his password"},
    "POST /v1/auth/refresh": {"refresh_token": "x" * 72},
    "POST /v1/auth/logout": {"refresh_token": "x" * 72},
    "PATCH /v1/me": {"locale": "fr"},
    "POST /v1/clients": {"email": "{email}", "full_name": "Somebody"},
    "PATCH /v1/clients/{client_id}": {"locale": "en"},
    "POST /v1/auth/password-reset": {"email": "{email}"},
    "POST /v1/auth/password-reset/confirm": {"code": "x" * 43, "password": "correct horse battery staple"},
    "POST /v1/auth/invites/accept": {
        "code": "x" * 43,
        "password": "correct horse battery staple",
        "full_name": "Somebody",
    },
    "POST /v1/auth/company/start": {"challenge": "c" * 43},
    "POST /v1/auth/company/exchange": {"code": "x" * 43, "verifier": "v" * 43},
    "POST /v1/auth/password-check": {"password": "not his password"},
    "POST /v1/auth/password": {
        "old_password": "not his password",
        "password": "correct horse battery staple",
    },
    "POST /v1/auth/totp/confirm": {"code": "000000"},
    "POST /v1/meetings/series": {
        "client_id": "{client_id}",
        "title": "Series",
        "scheduled_at": "{soon}",
        "planned_minutes": 60,
        "count": 2,
    },
    "PATCH /v1/meetings/{planned}": {"title": "Taken over"},
    "POST /v1/meetings/{planned}/cancel": {"reason": "Taken over"},
    "POST /v1/meetings/{running}/extend": {"planned_minutes": 90},
    "PUT /v1/meetings/{running}/note": {"body": "Taken over"},
    "POST /v1/meetings/{running}/token": {"purpose": "screen"},
    "POST /v1/meetings/{planned}/delay": {"minutes": 5},
    "PUT /v1/meetings/{running}/rating": {"stars": 4, "comment": "Taken over"},
    "PUT /v1/meetings/{planned}/door": {"state": "held"},
    "POST /v1/meetings/{running}/left": {"seconds_ago": 3.5},
    "PUT /v1/meetings/{planned}/readiness": dict.fromkeys(
        ("microphone", "camera", "speaker", "network"), "ok"
    ),
    "POST /v1/meetings": {"client_id": "{client_id}", "title": "New", "scheduled_at": "{soon}"},
    "POST /v1/meetings/start-now": {"client_id": "{client_id}", "title": "Now"},
    "POST /v1/webhooks/openvidu": {"event": "sessionDestroyed", "timestamp": 1, "sessionId": "{room}"},
    "POST /v1/notifications/read": {"all": True},
}
QUERIES: dict[str, dict[str, str]] = {
    "GET /v1/meetings": {"client_id": "{client_id}"},
    "GET /v1/meetings/export.csv": {"client_id": "{client_id}"},
    "GET /v1/events/poll": {"after": "0", "wait_s": "0"},
    "DELETE /v1/auth/sessions": {"keep_current": "true"},
    "GET /v1/clients": {"inactive": "true"},
}


@pytest.mark.parametrize("route", list(lines()))
async def test_nothing_of_another_is_given_or_changed(place: Place, victim: Victim, route: str) -> None:
    """The strangers first; then those whose right it is, so that a 404 was no wrong path."""
    before = possessions(place, victim)
    for who, expected in zip(CALLERS, lines()[route], strict=True):
        if expected == "-":
            continue
        answer = await call(place, victim, who, route)
        shown = "*" if any(trace in answer.text for trace in victim.traces) else ""
        assert f"{answer.status_code}{shown}" == expected, (who, answer.text)
        if who in {"nobody", "cora", "alice"}:
            assert possessions(place, victim) == before, who
        if who == "olga":
            theirs = {"meetings", "notes", "sessions", "notifications"}
            now = possessions(place, victim)
            assert all(kept in now[part] for part in theirs for kept in before[part])


def test_every_path_has_a_line(place: Place) -> None:
    """A new one without fails."""
    paths = httpx.get(f"{place.url}/openapi.json", trust_env=False, timeout=60).json()["paths"]
    described = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    written = {
        route.replace("{planned}", "{meeting_id}").replace("{running}", "{meeting_id}") for route in lines()
    }
    assert written | {STREAMED} == described


async def test_a_stream_and_its_resumption_are_the_callers_own(place: Place, victim: Victim) -> None:
    """Also with a number of the victim's, and while something happens to him."""
    heads = {"Authorization": f"Bearer {place.tokens['alice']}", "Last-Event-ID": "0"}
    received = ""
    async with (
        client_without_tls(place.url, timeout=20) as http,
        http.stream("GET", "/v1/events", headers=heads) as stream,
    ):
        assert stream.status_code == 200
        pieces = stream.aiter_text()
        # The head of the stream: from here on it is live.
        received += await anext(pieces)
        changed = await call(place, victim, "mikl", "PATCH /v1/meetings/{planned}")
        assert changed.status_code == 200
        place.database.admin(
            "select private.emit(array[%s]::uuid[], 'notification.new', '{}')",
            (place.database.account_id(ALICE),),
        )
        while "notification.new" not in received:
            received += await anext(pieces)
    assert not any(trace in received for trace in victim.traces)


def possessions(place: Place, victim: Victim) -> dict[str, list[dict[str, Any]]]:
    """Everything of the victim, as it is in the database."""
    return {
        "meetings": place.database.admin(
            "select * from public.meetings where client_id = %s order by id", (victim.client_id,)
        ),
        "notes": place.database.admin(
            "select * from public.meeting_notes where meeting_id = any (%s::uuid[]) order by meeting_id",
            ([victim.planned, victim.running],),
        ),
        "client": place.database.admin("select * from public.clients where id = %s", (victim.client_id,)),
        "sessions": place.database.admin(
            "select id, revoked_at from private.sessions where user_id = %s order by id", (victim.account_id,)
        ),
        "notifications": place.database.admin(
            "select * from public.notifications where recipient = %s and kind = 'meeting.scheduled'"
            " and meeting_id = %s",
            (victim.account_id, victim.planned),
        ),
    }


async def call(
    place: Place, victim: Victim, who: str, route: str, *, body: dict[str, Any] | None = None
) -> httpx.Response:
    """One request, with the victim's ids wherever an id goes; `body` instead of the one in `BODIES`."""
    method, _, path = route.partition(" ")
    names = {
        "client_id": victim.client_id,
        "planned": victim.planned,
        "running": victim.running,
        "session_id": victim.session_id,
        "email": f"{victim.word}@demo.visio",
        "room": "mtg_" + victim.running.replace("-", ""),
        "soon": in_one_hour(),
    }

    def filled(text: str) -> str:
        for name, chosen in names.items():
            text = text.replace("{" + name + "}", chosen)
        return text

    token = victim.token if who == "victim" else place.tokens.get(who)
    headers = {"If-Match": '"v1"'} if method == "PATCH" and "meetings" in path else {}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    body = body or BODIES.get(route)
    async with client_without_tls(place.url, timeout=20) as http:
        return await http.request(
            method,
            filled(path),
            headers=headers,
            params={name: filled(text) for name, text in QUERIES.get(route, {}).items()},
            json=None if body is None else json.loads(filled(json.dumps(body))),
        )
