"""People and rows for the policy matrix: in every table one row of each, with nothing in common.

    alice  client, meets mikl      bob    client, meets olga      cora   deactivated client, meets otto
    mikl   operator                olga   operator                otto   deactivated operator
    chief  administrator           stranger   an account without a person behind it

A row is named after the client whose it is; `mikl` and `otto` have rows where operators are recipients.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql

SCHEMAS = ["public", "private", "auth"]
CLIENTS = {"alice": "mikl", "bob": "olga", "cora": "otto"}
"""Client → the operator of his meeting."""
OPERATORS = ("mikl", "olga", "otto", "chief")
INACTIVE = ("cora", "otto")
PEOPLE = (*CLIENTS, *OPERATORS, "stranger")
ROLES = ("nobody", "anon", "worker", "login", "jobs login", "service_role")
"""Callers who are nobody: without claims, and every other role a query can run in."""
CALLERS = (*PEOPLE, *ROLES)

_ROLE_OF = {
    "anon": "anon",
    "worker": "visio_worker",
    "service_role": "service_role",
    "login": None,
    "jobs login": None,
}
Values = dict[str, Any]


@dataclass
class World:
    """The scene.

    Attributes:
        admin_dsn: superuser.
        api_dsn: `visio_api`.
        jobs_dsn: `visio_jobs`.
        accounts: account of each person.
        sessions: a sign-in session of each.
        persons: id of each client's or operator's row.
        meetings: the meeting of each client; `rows` hang on these.
        bare_meetings: another one of each, without a note.
        rows: table → name → place of the row (`ctid`).
    """

    admin_dsn: str
    api_dsn: str
    jobs_dsn: str
    accounts: dict[str, UUID] = field(default_factory=dict)
    sessions: dict[str, UUID] = field(default_factory=dict)
    persons: dict[str, UUID] = field(default_factory=dict)
    meetings: dict[str, UUID] = field(default_factory=dict)
    bare_meetings: dict[str, UUID] = field(default_factory=dict)
    rows: dict[str, dict[str, str]] = field(default_factory=dict)

    @contextmanager
    def connections(self) -> Iterator[dict[str, psycopg.Connection[Any]]]:
        """One connection for each way to log in."""
        with (
            psycopg.connect(self.api_dsn, autocommit=True) as api,
            psycopg.connect(self.jobs_dsn, autocommit=True) as jobs,
            psycopg.connect(self.admin_dsn, autocommit=True) as admin,
        ):
            yield {"api": api, "jobs": jobs, "admin": admin}

    def login_of(self, caller: str) -> str:
        """Which of `connections` a caller comes by."""
        return {"worker": "jobs", "jobs login": "jobs", "service_role": "admin"}.get(caller, "api")

    def becoming(self, caller: str) -> str:
        """The statements that put an open transaction into a caller's shoes."""
        role = _ROLE_OF.get(caller, "authenticated")
        claims: Values = {"role": role}
        if caller in self.accounts:
            claims |= {"sub": str(self.accounts[caller]), "session_id": str(self.sessions[caller])}
        setting = sql.SQL("select set_config('request.jwt.claims', {}, true)").format(json.dumps(claims))
        return "; ".join(([f"set local role {role}"] if role else []) + [setting.as_string(None)])


def build(admin_dsn: str, api_dsn: str, jobs_dsn: str) -> World:
    """Make everybody and everything, as superuser."""
    world = World(admin_dsn, api_dsn, jobs_dsn)
    with psycopg.connect(admin_dsn) as connection:
        for name in PEOPLE:
            world.accounts[name], world.sessions[name] = uuid4(), uuid4()
            put(connection, "auth.users", id=world.accounts[name], email=f"{name}@matrix.example")
            put(
                connection,
                "private.sessions",
                id=world.sessions[name],
                user_id=world.accounts[name],
                idle_until="infinity",
                expires_at="infinity",
                password_at="now",
            )
            if name != "stranger":
                world.persons[name] = uuid4()
                put(
                    connection,
                    "public.clients" if name in CLIENTS else "public.operators",
                    id=world.persons[name],
                    auth_user_id=world.accounts[name],
                    full_name=name.title(),
                    active=name not in INACTIVE,
                    **({"is_admin": True} if name == "chief" else {}),
                )
        for client, operator in CLIENTS.items():
            for meetings in (world.meetings, world.bare_meetings):
                meetings[client] = uuid4()
                put(
                    connection,
                    "public.meetings",
                    id=meetings[client],
                    client_id=world.persons[client],
                    operator_id=world.persons[operator],
                    title=f"Meeting of {client}",
                    scheduled_at="tomorrow",
                )
        for table, rows in ROWS.items():
            world.rows[table] = {
                name: put(connection, table, **values)
                if values is not None
                else find(connection, table, world, name)
                for name, values in rows(world).items()
            }
    return world


def put(connection: psycopg.Connection[Any], table: str, **values: Any) -> str:
    """Insert one row; its place."""
    query = sql.SQL("insert into {} ({}) values ({}) returning ctid::text").format(
        sql.Identifier(*table.split(".")),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(map(sql.Placeholder, values)),
    )
    row = connection.execute(query, values).fetchone()
    assert row is not None
    return str(row[0])


_KEYS: dict[str, tuple[str, Callable[[World, str], UUID]]] = {
    "auth.users": ("id", lambda world, name: world.accounts[name]),
    "private.sessions": ("id", lambda world, name: world.sessions[name]),
    "public.clients": ("id", lambda world, name: world.persons[name]),
    "public.operators": ("id", lambda world, name: world.persons[CLIENTS[name]]),
    "public.meetings": ("id", lambda world, name: world.meetings[name]),
}


def find(connection: psycopg.Connection[Any], table: str, world: World, name: str) -> str:
    """The place of a row that is there already."""
    if table == "private.media_watch":
        row = connection.execute("select ctid::text from private.media_watch").fetchone()
    else:
        column, key = _KEYS[table]
        query = sql.SQL("select ctid::text from {} where {} = %s").format(
            sql.Identifier(*table.split(".")), sql.Identifier(column)
        )
        row = connection.execute(query, [key(world, name)]).fetchone()
    assert row is not None, (table, name)
    return str(row[0])


def _there_already(_: World) -> dict[str, Values | None]:
    return dict.fromkeys(CLIENTS)


def _of_account(**values: Any) -> Callable[[World], dict[str, Values | None]]:
    """One row for each client's account; `{}` in a text is his name."""

    def rows(world: World) -> dict[str, Values | None]:
        return {
            name: {
                key: world.accounts[name]
                if value is _ACCOUNT
                else world.persons[name]
                if value is _CLIENT
                else world.meetings[name]
                if value is _MEETING
                else world.accounts[CLIENTS[name]]
                if value is _HOST
                else value.replace("{}", name)
                if isinstance(value, str)
                else value
                for key, value in values.items()
            }
            for name in CLIENTS
        }

    return rows


def _of_recipients(**values: Any) -> Callable[[World], dict[str, Values | None]]:
    def rows(world: World) -> dict[str, Values | None]:
        return {name: {**values, "recipient": world.accounts[name]} for name in (*CLIENTS, "mikl", "otto")}

    return rows


_ACCOUNT, _CLIENT, _MEETING, _HOST = object(), object(), object(), object()
_DIGEST = {"alice": "a" * 64, "bob": "b" * 64, "cora": "c" * 64}


def _codes(world: World) -> dict[str, Values | None]:
    return {
        name: {
            "sha256": digest,
            "kind": "reset",
            "user_id": world.accounts[name],
            "expires_at": "infinity",
        }
        for name, digest in _DIGEST.items()
    }


ROWS: dict[str, Callable[[World], dict[str, Values | None]]] = {
    "auth.users": _there_already,
    "public.clients": _there_already,
    "public.operators": _there_already,
    "public.meetings": _there_already,
    "public.meeting_doors": _of_account(
        meeting_id=_MEETING, client_id=_CLIENT, operator_account=_HOST, state="held"
    ),
    "public.meeting_changes": _of_account(meeting_id=_MEETING, changed_by="operator", kind="edited"),
    "public.meeting_notes": _of_account(meeting_id=_MEETING, body="Note about {}"),
    "public.meeting_participants": _of_account(
        meeting_id=_MEETING, connection_id="con_{}", auth_user_id=_ACCOUNT, role="PUBLISHER"
    ),
    "public.meeting_ratings": _of_account(
        meeting_id=_MEETING, operator_account=_HOST, stars=4, comment="Rating of {}", rated_at="now"
    ),
    "public.meeting_readiness": _of_account(
        meeting_id=_MEETING,
        operator_account=_HOST,
        microphone="ok",
        camera="missing",
        speaker="ok",
        network="ok",
        checked_at="now",
    ),
    "public.meeting_waits": _of_account(
        meeting_id=_MEETING, operator_account=_HOST, since="now", seen_at="now", told_at="now"
    ),
    "public.notifications": _of_recipients(kind="meeting.scheduled"),
    "public.user_events": _of_recipients(seq=1, kind="meeting.scheduled"),
    "private.event_cursors": _of_recipients(last_seq=1),
    "private.sessions": _there_already,
    "private.credentials": lambda world: {
        name: {"user_id": world.accounts[name], "password_hash": "x"} for name in (*CLIENTS, *OPERATORS)
    },
    "private.one_time_codes": _codes,
    "private.company_logins": lambda world: {
        name: {
            "state_sha256": digest,
            "nonce": "n",
            "verifier": "v",
            "challenge": "c" * 43,
            "expires_at": "infinity",
            "user_id": world.accounts[name],
            "code_sha256": digest,
        }
        for name, digest in _DIGEST.items()
    },
    "private.company_people": _of_account(issuer="https://login.example", subject="{}", user_id=_ACCOUNT),
    "private.known_addresses": lambda world: {
        name: {"user_id": world.accounts[name], "address_sha256": digest} for name, digest in _DIGEST.items()
    },
    "private.attempts": _of_account(key="login:{}", window_start="now", count=1),
    "private.server_keys": _of_account(name="key of {}", value="secret"),
    "private.audit_log": _of_account(actor=_ACCOUNT, action="matrix"),
    "private.jobs": _of_account(kind="mail.invite", key="{}"),
    "private.idempotency": _of_account(user_id=_ACCOUNT, key="key-{}", operation="x", request_sha256="y"),
    "private.webhook_events": _of_account(dedupe="event of {}", body="{}".replace("{}", '{"event": "x"}')),
    "private.room_connections": _of_account(
        connection_id="con_{}", meeting_id=_MEETING, auth_user_id=_ACCOUNT, role="PUBLISHER", purpose="camera"
    ),
    "private.stray_rooms": _of_account(session_id="mtg_{}"),
    "private.schema_migrations": lambda _: {
        name: {"version": f"0000_{name}", "sha256": digest} for name, digest in _DIGEST.items()
    },
    "private.media_watch": lambda _: {"alice": None},
}
"""Table → the row of each person; None for rows that are there already. A new table needs a line."""
