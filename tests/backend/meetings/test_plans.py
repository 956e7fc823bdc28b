"""How PostgreSQL answers every list at 100,000 meetings: by index, whoever asks for whatever."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from backend.embedded.cluster import Cluster
from backend.meetings import queries
from backend.meetings.file_routes import FEED_BACK, FEED_MAX
from backend.meetings.queries import Filter, Viewer
from backend_client.models import Meeting, MeetingStatus, Person, Role
from tests.backend.people import ALICE, MIKL
from tests.support.service import TestDatabase, become, fresh_database

NOW = datetime.now(UTC)
FILTERS = {
    "all": Filter(None, None, None, None, newest_first=False, cursor=None, limit=50),
    "newest": Filter(None, None, None, None, newest_first=True, cursor=None, limit=50),
    "coming": Filter(
        [MeetingStatus.SCHEDULED, MeetingStatus.IN_PROGRESS], NOW, None, None,
        newest_first=False, cursor=None, limit=50,
    ),
    "history": Filter(
        [MeetingStatus.COMPLETED], None, NOW, None, newest_first=True, cursor=None, limit=50
    ),
    "history of a year": Filter(
        [MeetingStatus.COMPLETED, MeetingStatus.CANCELLED], NOW - timedelta(days=365), NOW, None,
        newest_first=True, cursor=None, limit=50,
    ),
    "next page": Filter(
        None, None, None, None, newest_first=True,
        cursor=queries.make_cursor(NOW, UUID(int=1)), limit=50,
    ),
    "table": Filter(None, None, None, None, newest_first=False, cursor=None, limit=500),
    "calendar": Filter(
        None, NOW - FEED_BACK, None, None, newest_first=True, cursor=None, limit=FEED_MAX
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def crowded(postgres_cluster: Cluster) -> Iterator[TestDatabase]:
    """100,000 meetings of a thousand clients, all but a few with MiKL: one operator, as in life."""
    with fresh_database(postgres_cluster) as database:
        database.admin(
            "with u as (insert into auth.users (email) select 'c' || g || '@demo.visio'"
            " from generate_series(1, 1000) g returning id)"
            " insert into public.clients (auth_user_id, full_name) select id, 'C' from u"
        )
        database.admin(
            "select private.provision_account('chief@demo.visio', 'operator', 'Chief', 'no hash',"
            " p_is_admin => true)"
        )
        # Nothing of this is looked at by the trigger or the foreign keys: half the time.
        with psycopg.connect(database.admin_dsn) as connection:
            connection.execute("set session_replication_role = replica")
            connection.execute(
                "insert into public.meetings (client_id, operator_id, title, scheduled_at, status,"
                " started_at, ended_at, end_reason, session_id, id)"
                " select client, operator, 'M', at,"
                "  case when at < now() then 'completed' else 'scheduled' end,"
                "  case when at < now() then at end, case when at < now() then at + interval '1 hour' end,"
                "  case when at < now() then 'host' end,"
                "  case when at < now() then 'mtg_' || replace(id::text, '-', '') end, id"
                " from (select gen_random_uuid() as id, now() + (g - 90000) * interval '10 minutes' as at,"
                "   (array(select id from public.clients order by id))[1 + g %% 1000] as client,"
                "   case when g %% 100 = 0 then %s else %s end as operator"
                "  from generate_series(1, 100000) g) m",
                [database.operator_id("chief@demo.visio"), database.operator_id(MIKL)],
            )
        database.admin(
            "analyze public.meetings, public.clients, public.operators, public.meeting_waits,"
            " public.meeting_readiness, public.meeting_doors, public.meeting_ratings"
        )
        yield database


@pytest.mark.parametrize("email", [ALICE, MIKL, "chief@demo.visio"])
def test_no_list_reads_the_whole_table(crowded: TestDatabase, email: str) -> None:
    """A client, the operator of nearly everything, an administrator of all; each list, each order."""
    reader = reader_of(crowded, email)
    client = crowded.client_id(ALICE)
    wanted = {
        **FILTERS,
        "one client": Filter(None, None, None, client, newest_first=True, cursor=None, limit=50),
    }
    for name, filter_ in wanted.items():
        query, values = queries.list_query(reader, filter_)
        explain(crowded, email, name, query, values)


def test_looking_for_overlaps_reads_an_index(crowded: TestDatabase) -> None:
    """At planning and moving, under the operator's claims."""
    meeting = Meeting(
        id=uuid4(),
        client=Person(id=uuid4(), full_name="C"),
        operator=Person(id=crowded.operator_id(MIKL), full_name="MiKL"),
        title="x",
        description="",
        status=MeetingStatus.SCHEDULED,
        scheduled_at=NOW,
        planned_minutes=60,
        version=1,
        my_role=Role.OPERATOR,
    )
    query, values = queries.conflict_query(meeting)
    explain(crowded, MIKL, "overlaps", query, values)


def test_a_list_without_an_index_is_noticed(crowded: TestDatabase) -> None:
    """The check itself: an order that no index has reads everything."""
    with pytest.raises(AssertionError, match="by title"):
        explain(crowded, MIKL, "by title", "select * from public.meetings order by title limit 50", {})


def reader_of(database: TestDatabase, email: str) -> Viewer:
    """The person as the service's queries see him."""

    async def read() -> Viewer:
        async with await psycopg.AsyncConnection.connect(
            database.api_dsn, row_factory=dict_row
        ) as connection:
            claims = json.dumps({"sub": str(database.account_id(email)), "role": "authenticated"})
            await connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
            await connection.execute("set local role authenticated")
            return await queries.viewer(connection)

    return asyncio.run(read())


def explain(database: TestDatabase, email: str, name: str, query: Any, values: dict[str, object]) -> None:
    """Fail when the plan reads `meetings` from one end to the other."""
    with psycopg.connect(database.api_dsn, row_factory=dict_row) as connection:
        become(connection, database.account_id(email))
        row = connection.execute("explain (format json) " + query, values).fetchone()
    assert row is not None
    assert "meetings" not in sequential_scans(row["QUERY PLAN"][0]["Plan"]), f"{name}: {json.dumps(row)}"


def sequential_scans(node: dict[str, Any]) -> set[str]:
    """Tables that a plan reads from one end to the other."""
    found = {node["Relation Name"]} if node["Node Type"] == "Seq Scan" else set()
    for child in node.get("Plans", []):
        found |= sequential_scans(child)
    return found
