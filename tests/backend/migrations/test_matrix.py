"""The policy matrix: every caller × every table × every verb × every row, each cell tried for real.

Tables, columns and functions are read from the catalogue, so that what is new without an expectation
fails. The default expectation is "denied": what is allowed stands in the tables below and nowhere else.
The same on the wheel's PostgreSQL, on Debian's, and on databases prepared as Supabase prepares them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest

from backend.embedded.binaries import find_programs
from backend.embedded.cluster import Cluster
from backend.migrate import LOGIN_ROLES, migrate, set_login_passwords
from tests.backend.migrations.actions import ACTIONS, SEEN, rows_of
from tests.backend.migrations.supabase import prepare_database, prepare_roles
from tests.backend.migrations.world import CALLERS, CLIENTS, PEOPLE, SCHEMAS, World, build

ALL = set(CLIENTS)
_MEETING_OF = {"alice": {"alice"}, "bob": {"bob"}, "mikl": {"alice"}, "olga": {"bob"}, "chief": ALL}
_HOSTED_BY = {"mikl": {"alice"}, "olga": {"bob"}}

VISIBLE: dict[str, dict[str, set[str]]] = {
    "public.clients": {"alice": {"alice"}, "bob": {"bob"}, "mikl": ALL, "olga": ALL, "chief": ALL},
    # Named after the client: `alice` is the row of mikl.
    "public.operators": {"alice": {"alice"}, "bob": {"bob"}, "mikl": ALL, "olga": ALL, "chief": ALL},
    "public.meetings": _MEETING_OF,
    "public.meeting_changes": _MEETING_OF,
    "public.meeting_doors": {"alice": {"alice"}, "bob": {"bob"}, **_HOSTED_BY},
    "public.meeting_notes": _HOSTED_BY,
    "public.meeting_participants": _MEETING_OF,
    "public.meeting_ratings": _HOSTED_BY,
    "public.meeting_readiness": _HOSTED_BY,
    "public.meeting_waits": _HOSTED_BY,
    "public.notifications": {"alice": {"alice"}, "bob": {"bob"}, "mikl": {"mikl"}},
    "public.user_events": {"alice": {"alice"}, "bob": {"bob"}, "mikl": {"mikl"}},
}
"""Readable tables: caller → the rows he sees. Every other person sees none of them, every role is denied."""

WRITABLE: dict[str, dict[str, set[str]]] = {
    "public.clients.full_name": {"alice": {"alice"}, "bob": {"bob"}},
    "public.clients.locale": {"alice": {"alice"}, "bob": {"bob"}},
    "public.clients.time_zone": {"alice": {"alice"}, "bob": {"bob"}},
    "public.meeting_notes.body": _HOSTED_BY,
}
"""Columns that may be written without a function: caller → the rows he may change."""

INSERTABLE: dict[str, dict[str, set[str]]] = {"public.meeting_notes": _HOSTED_BY}

DENIED = "denied"
Outcome = int | str
SIGNED_IN = {*PEOPLE, "nobody"}
"""Callers whose role is `authenticated`."""


DATABASES = ["wheel", "wheel as at Supabase", "Debian"]
if os.environ.get("VISIO_WHOLE_MATRIX"):
    DATABASES.append("Debian as at Supabase")


@pytest.fixture(scope="module", params=DATABASES)
def world(request: pytest.FixtureRequest, postgres_cluster: Cluster) -> Iterator[World]:
    """The scene, on each kind of database; VISIO_WHOLE_MATRIX=1 adds the last of them."""
    with ExitStack() as stack:
        cluster = postgres_cluster
        if request.param != "wheel":
            bin_dir = debian() if request.param.startswith("Debian") else None
            cluster = stack.enter_context(Cluster(durable=False, bin_dir=bin_dir))
        administrator = cluster.dsn(database="matrix")
        if request.param.endswith("Supabase"):
            prepare_roles(cluster)
            if request.param.startswith("Debian"):
                # Before PostgreSQL 16 only a superuser makes roles that bypass row security; at Supabase
                # an extension of its own lets the project's administrator do it.
                with psycopg.connect(cluster.dsn(), autocommit=True) as connection:
                    connection.execute("alter role project_postgres superuser")
            administrator = prepare_database(cluster, "matrix")
        else:
            cluster.make_database("matrix")
        stack.callback(cluster.drop_database, "matrix")
        assert migrate(administrator)
        if cluster is not postgres_cluster:
            set_login_passwords(cluster.dsn(database="matrix"), cluster.login_passwords)
        logins = (cluster.dsn(role, "matrix") for role in LOGIN_ROLES)
        yield build(cluster.dsn(database="matrix"), *logins)


def debian() -> Path:
    """Where Debian's PostgreSQL is; skips without."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        pytest.skip("Debian's PostgreSQL is not installed")
    return find_programs(found[0]).bin_dir


@pytest.fixture(scope="module")
def attempts(world: World) -> Iterator[Attempts]:
    """Tries statements as anybody."""
    with world.connections() as connections:
        yield Attempts(world, connections)


class Attempts:
    """Statements, each in a transaction of its own that is rolled back."""

    def __init__(self, world: World, connections: dict[str, psycopg.Connection[Any]]) -> None:
        self._world = world
        self._connections = connections

    def outcome(self, caller: str, statement: str) -> Outcome:
        """Rows that the statement met, `denied`, or the SQLSTATE of another refusal."""
        connection = self._connections[self._world.login_of(caller)]
        try:
            # What the one before left is rolled back on the way: one message for each cell.
            cursor = connection.execute(
                f"rollback; begin; {self._world.becoming(caller)}; {statement}".encode()
            )
            while cursor.nextset():
                pass
            return cursor.rowcount
        except psycopg.errors.InsufficientPrivilege:
            return DENIED
        except psycopg.Error as error:
            return error.sqlstate or type(error).__name__


def tables(world: World) -> list[str]:
    """Every table, view and the like of our schemas."""
    with psycopg.connect(world.admin_dsn) as connection:
        rows = connection.execute(
            "select n.nspname || '.' || c.relname from pg_class c"
            " join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = any (%s) and c.relkind in ('r', 'p', 'v', 'm', 'f')"
            " and pg_get_userbyid(c.relowner) <> 'supabase_auth_admin' order by 1",
            [SCHEMAS],
        )
        ours = {str(row[0]) for row in rows}
    # At Supabase `auth.users` is somebody else's and still not to be seen.
    return sorted(ours | {"auth.users"})


def columns(world: World, table: str) -> dict[str, bool]:
    """Column → whether it can only be set to its default."""
    with psycopg.connect(world.admin_dsn) as connection:
        rows = connection.execute(
            "select attname::text, attgenerated <> '' or attidentity = 'a' from pg_attribute"
            " where attrelid = %s::regclass and attnum > 0 and not attisdropped",
            [table],
        )
        return {str(name): bool(fixed) for name, fixed in rows}


def at(world: World, table: str, row: str) -> str:
    return f"where ctid = '{world.rows[table][row]}'"


def test_every_table_has_rows_and_expectations(world: World) -> None:
    """A new table without a line in `world.ROWS` fails here."""
    assert sorted(world.rows) == tables(world)


def test_select(world: World, attempts: Attempts) -> None:
    """Who sees which row."""
    wrong = []
    for table, rows in world.rows.items():
        for caller in CALLERS:
            for row in rows:
                expected: Outcome = DENIED
                if table in VISIBLE and caller in SIGNED_IN:
                    expected = int(row in VISIBLE[table].get(caller, ()))
                met = attempts.outcome(caller, f"select from {table} {at(world, table, row)}")
                if met != expected:
                    wrong.append((caller, table, row, met))
    assert wrong == []


def test_update(world: World, attempts: Attempts) -> None:
    """Who changes which column of which row; moving a row to somebody else included."""
    wrong = []
    for table, rows in world.rows.items():
        is_open = any(place.startswith(f"{table}.") for place in WRITABLE)
        for column, fixed in columns(world, table).items():
            allowed = WRITABLE.get(f"{table}.{column}")
            value = "default" if fixed else f'"{column}"'
            for caller in CALLERS:
                # Without any right on the table the row does not matter: one of them is enough.
                for row in rows if is_open else list(rows)[:1]:
                    expected: Outcome = DENIED
                    if allowed is not None and caller in SIGNED_IN:
                        expected = int(row in allowed.get(caller, ()))
                    statement = f'update {table} set "{column}" = {value} {at(world, table, row)}'
                    met = attempts.outcome(caller, statement)
                    if met != expected:
                        wrong.append((caller, table, column, row, met))
    assert wrong == []


def test_insert(world: World, attempts: Attempts) -> None:
    """Who makes a row, for himself and for others."""
    wrong = []
    for table, rows in world.rows.items():
        for caller in CALLERS:
            for row in rows:
                expected: Outcome = DENIED
                statement = f"insert into {table} default values"
                if table in INSERTABLE:
                    meeting = world.bare_meetings[row]
                    statement = f"insert into {table} (meeting_id, body) values ('{meeting}', 'x')"
                    if row in INSERTABLE[table].get(caller, ()):
                        expected = 1
                met = attempts.outcome(caller, statement)
                if met != expected:
                    wrong.append((caller, table, row, met))
    assert wrong == []


@pytest.mark.parametrize("verb", ["delete from", "truncate"])
def test_delete(world: World, attempts: Attempts, verb: str) -> None:
    """Nobody, nothing."""
    wrong = []
    for table, rows in world.rows.items():
        for caller in CALLERS:
            for row in rows:
                place = at(world, table, row) if verb != "truncate" else ""
                met = attempts.outcome(caller, f"{verb} {table} {place}")
                if met != DENIED:
                    wrong.append((caller, table, row, met))
    assert wrong == []


def functions(world: World) -> list[tuple[str, str, set[str]]]:
    """Name, a call with nulls, and which of our roles may execute it."""
    roles = {
        "authenticated": "authenticated",
        "anon": "anon",
        "visio_worker": "worker",
        "visio_api": "login",
        "visio_jobs": "jobs login",
        "service_role": "service_role",
    }
    with psycopg.connect(world.admin_dsn) as connection:
        rows = connection.execute(
            "select n.nspname || '.' || p.proname, p.prorettype = 'trigger'::regtype,"
            " array(select format_type(t, null) from unnest(p.proargtypes::oid[]) t),"
            " array(select r from unnest(%s::text[]) r where has_function_privilege(r, p.oid, 'execute'))"
            " from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
            " where n.nspname = any (%s) and pg_get_userbyid(p.proowner) <> 'supabase_auth_admin'"
            " order by 1, 2",
            [list(roles), SCHEMAS],
        ).fetchall()
    return [
        (
            name,
            f"select {'' if is_trigger else 'from '}{name}({', '.join(f'null::{kind}' for kind in kinds)})",
            {roles[role] for role in may},
        )
        for name, is_trigger, kinds, may in rows
    ]


def test_functions_refuse_whom_they_are_not_for(world: World, attempts: Attempts) -> None:
    """Every function, called by every role without the right to: no internal one lies open."""
    wrong = []
    found = functions(world)
    for name, call, may in found:
        for caller in ("alice", "mikl", "nobody", "anon", "worker", "login", "jobs login", "service_role"):
            role = "authenticated" if caller in SIGNED_IN else caller
            met = attempts.outcome(caller, call) if role not in may else DENIED
            if met != DENIED:
                wrong.append((caller, name, met))
    assert wrong == []
    assert len(found) > 100
    assert not [
        name
        for name, _, may in found
        if may & {"anon", "login", "jobs login", "service_role"} and name != "auth.uid"
    ]


def test_functions_ask_who_is_calling(world: World, attempts: Attempts) -> None:
    """Every function that a signed-in person may call, by everybody, on a foreign and on his own."""
    wrong = []
    calls = rows_of(ACTIONS)
    for call, expected in calls.items():
        statement = "select from " + filled(world, call)
        for caller, wanted in zip(PEOPLE, expected, strict=True):
            met = attempts.outcome(caller, statement)
            short = "ok" if isinstance(met, int) else met.removeprefix("PT")
            if short != wanted:
                wrong.append((caller, call, met))
    assert wrong == []


def test_queries_give_each_person_his_own(world: World, attempts: Attempts) -> None:
    """How much each person gets of what policies and lists are made of."""
    wrong = []
    for query, expected in rows_of(SEEN).items():
        for caller, wanted in zip(PEOPLE, expected, strict=True):
            met = attempts.outcome(caller, f"select from {query} as v where v is distinct from null")
            if str(met) != wanted and not (wanted == "-" and met == "PT403"):
                wrong.append((caller, query, met))
    assert wrong == []


def test_every_function_of_signed_in_people_is_tried(world: World) -> None:
    """One without a line in `actions` fails here."""
    tried = {call.partition("(")[0] for call in (*rows_of(ACTIONS), *rows_of(SEEN))}
    granted = {name for name, _, may in functions(world) if "authenticated" in may and name != "auth.uid"}
    assert tried == granted


def test_accounts_can_be_made_and_made_again(world: World) -> None:
    """Also where `auth.users` is somebody else's, with an index of another shape."""
    with psycopg.connect(world.admin_dsn) as connection:
        connection.execute("set local role visio_definer")
        made = [
            connection.execute(
                "select private.provision_account('New@matrix.example', 'client', 'New', 'hash')"
            ).fetchone()
            for _ in range(2)
        ]
        assert made[0] == made[1]
        connection.rollback()


def filled(world: World, call: str) -> str:
    """A call with its ids."""
    names = {
        "meeting": f"'{world.meetings['alice']}'",
        "client": f"'{world.persons['alice']}'",
        "foreign_session": f"'{world.sessions['stranger']}'",
        "soon": "now() + interval '1 hour'",
    }
    for name, value in names.items():
        call = call.replace("{" + name + "}", value)
    return call
