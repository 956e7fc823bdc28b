"""What a listener costs the database does not grow with the number of the others."""

from __future__ import annotations

import psycopg
from psycopg import sql
from psycopg.rows import DictRow, dict_row

from tests.backend.people import ALICE
from tests.support.service import TestDatabase, become

OTHERS = 200
PLANNED_ANEW = 8
"""The first five plans are made for their values."""


def calls(admin: psycopg.Connection[DictRow]) -> int:
    """How often the database was asked who is calling."""
    row = admin.execute(
        "select coalesce(sum(calls), 0)::int as n from pg_stat_user_functions"
        " where funcname = 'my_account_id'"
    ).fetchone()
    assert row is not None
    return int(row["n"])


def test_who_is_calling_is_asked_once_for_each_look(database: TestDatabase) -> None:
    """Also by a connection whose plans were made before anybody had events."""
    with psycopg.connect(database.admin_dsn, autocommit=True) as admin_of_all:
        name = sql.Identifier(database.name)
        admin_of_all.execute(sql.SQL("alter database {} set track_functions = 'all'").format(name))
    with (
        psycopg.connect(database.admin_dsn, row_factory=dict_row, autocommit=True) as admin,
        psycopg.connect(database.api_dsn, row_factory=dict_row) as reader,
    ):

        def look() -> int:
            with reader.transaction():
                become(reader, database.account_id(ALICE))
                row = reader.execute("select last_seq from private.my_event_bounds()").fetchone()
                assert row is not None
                reader.execute("select pg_stat_force_next_flush()")
            found: int = row["last_seq"]
            return found

        # It is known to be empty, and reading nothing is the cheapest plan.
        admin.execute("vacuum analyze private.event_cursors")
        # So often that PostgreSQL settles on one plan.
        assert [look() for _ in range(PLANNED_ANEW)] == [0] * PLANNED_ANEW
        admin.execute(
            "insert into auth.users (email) select 'c' || g || '@demo.visio' from generate_series(1, %s) g",
            [OTHERS],
        )
        admin.execute("insert into private.event_cursors (recipient, last_seq) select id, 1 from auth.users")
        before = calls(admin)
        assert look() == 1
        asked = calls(admin) - before
        assert 1 <= asked <= 2
