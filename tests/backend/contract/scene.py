"""A service with something behind every id: what generated requests need to get past a 404.

Requests made from a description alone only ever meet "not found" and "signed out". The scene keeps
meetings in every state, of two clients, notices, invitations and sign-ins, and mends itself between
operations: generated requests end sessions, close accounts and use codes up.
"""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, field
from typing import Any, LiteralString
from uuid import UUID

import httpx
import psycopg
from psycopg.rows import DictRow, dict_row

from backend.demo_accounts import PASSWORD
from tests.backend.people import ALICE, BOB, MIKL
from tests.support.service import QUICK_HASHER, TestDatabase, become

CALLERS = {"anonymous": None, "client": ALICE, "operator": MIKL}
_BEGIN: LiteralString = "select public.begin_meeting(%s)"
_END: LiteralString = "select public.end_meeting(%s)"
_CANCEL: LiteralString = "select public.cancel_meeting(%s, 'x', false)"
_STATES = {"in_progress": [_BEGIN], "scheduled": [], "completed": [_BEGIN, _END], "cancelled": [_CANCEL]}


@dataclass(slots=True)
class Scene:
    """What generated requests may name.

    Attributes:
        http: a client of the service.
        admin: a connection above row security, in autocommit.
        people: address → account id.
        guests: ids of the two clients who have meetings.
        clients: theirs, and one who was invited and has not come yet.
        meetings: ids, in every state, of both guests.
        sessions: sign-ins of the caller and of somebody else.
        refresh_tokens: of those that live.
        codes: an invitation's and a reset's.
        notices: ids of the caller's.
        valid: the requests that are being made shall be right.
    """

    http: httpx.Client
    admin: psycopg.Connection[DictRow]
    people: dict[str, UUID]
    guests: list[UUID]
    clients: list[UUID] = field(default_factory=list)
    meetings: list[UUID] = field(default_factory=list)
    sessions: list[UUID] = field(default_factory=list)
    refresh_tokens: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    notices: list[UUID] = field(default_factory=list)
    valid: bool = True

    @classmethod
    def on(cls, url: str, database: TestDatabase) -> Scene:
        """The scene of a running service; to be closed."""
        admin = psycopg.connect(database.admin_dsn, row_factory=dict_row, autocommit=True)
        return cls(
            http=httpx.Client(base_url=url, timeout=20, trust_env=False, verify=False),
            admin=admin,
            people={email: database.account_id(email) for email in (MIKL, ALICE, BOB)},
            guests=[database.client_id(email) for email in (ALICE, BOB)],
        )

    def close(self) -> None:
        """Let go of the connections."""
        self.http.close()
        self.admin.close()

    def mend(self, caller: str) -> str | None:
        """Make everything alive again; the caller's access token, None for nobody."""
        self.admin.execute("delete from private.attempts")
        self.admin.execute("update public.clients set active = true")
        self.admin.execute(
            "update private.credentials set password_hash = %s, totp_secret = null", [_PASSWORD_HASH]
        )
        # Of those that were invited meanwhile, a few are enough.
        self.admin.execute(
            "update private.jobs set done_at = now() where done_at is null and kind like 'mail%'"
        )
        self._make_meetings()
        email = CALLERS[caller]
        tokens = [self._log_in(who) for who in (email or ALICE, email or ALICE, BOB)]
        self.refresh_tokens = [answer["refresh_token"] for answer in tokens]
        others, second, first = self.admin.execute(
            "select id from private.sessions order by created_at desc limit 3"
        ).fetchall()
        # His own last: whoever ends that one asks nothing more.
        self.sessions = [second["id"], others["id"], first["id"]]
        self.notices = [
            row["id"]
            for row in self.admin.execute(
                "select id from public.notifications order by created_at desc limit 8"
            )
        ]
        self.codes = [self._invitation(), self._reset()]
        return None if email is None else str(tokens[0]["access_token"])

    def _log_in(self, email: str) -> dict[str, Any]:
        answer = self.http.post("/v1/auth/login", json={"email": email, "password": PASSWORD})
        while answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            # The flood limit in memory, which forgets within a second.
            answer = self.http.post("/v1/auth/login", json={"email": email, "password": PASSWORD})
        answer.raise_for_status()
        tokens: dict[str, Any] = answer.json()
        return tokens

    def _make_meetings(self) -> None:
        """One in each state, of each client."""
        self.meetings = []
        with self.admin.transaction():
            become(self.admin, self.people[MIKL])
            for client_id, state in itertools.product(self.guests, _STATES):
                row = self.admin.execute(
                    "select public.create_meeting(%s, 'Point', '', now() + interval '1 hour', 60) as id",
                    [client_id],
                ).fetchone()
                assert row is not None
                for action in _STATES[state]:
                    self.admin.execute(action, [row["id"]])
                self.meetings.append(row["id"])

    def _invitation(self) -> str:
        account = self.admin.execute(
            "insert into auth.users (id, email) values (gen_random_uuid(), %s) returning id",
            [f"{secrets.token_hex(8)}@demo.visio"],
        ).fetchone()
        assert account is not None
        client = self.admin.execute(
            "insert into public.clients (auth_user_id, full_name) values (%s, 'Nouveau') returning id",
            [account["id"]],
        ).fetchone()
        assert client is not None
        self.clients = [*self.guests, client["id"]]
        code = secrets.token_urlsafe(32)
        self.admin.execute("select private.issue_invite(%s, %s)", [account["id"], code])
        return code

    def _reset(self) -> str:
        code = secrets.token_urlsafe(32)
        self.admin.execute(
            "insert into private.one_time_codes (sha256, kind, user_id, expires_at)"
            " values (private.digest(%s), 'reset', %s, now() + interval '10 minutes')",
            [code, self.people[BOB]],
        )
        return code


_PASSWORD_HASH = QUICK_HASHER.hash(PASSWORD)
