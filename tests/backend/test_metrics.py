"""Prometheus' numbers: where they are, what they say, and what they never hold."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from backend.metrics import KEPT_S
from tests.backend.people import ALICE, MIKL, Person, plan, signed_in
from tests.support.fake_openvidu import SECRET, FakeOpenVidu
from tests.support.http import client_without_tls
from tests.support.service import RunningService, TestDatabase, running_service

Numbers = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


@pytest.fixture
def metrics_port() -> int:
    return free_port()


@pytest.fixture
def service(database: TestDatabase, openvidu: FakeOpenVidu, metrics_port: int) -> Iterator[RunningService]:
    """A service that shows its numbers."""
    with running_service(
        database,
        openvidu_url=openvidu.url,
        openvidu_secret=SECRET,
        job_poll_s=0.05,
        metrics_port=metrics_port,
    ) as running:
        yield running


async def numbers(port: int) -> tuple[str, Numbers]:
    """What is shown, as text and by name and labels."""
    async with client_without_tls(f"http://127.0.0.1:{port}") as http:
        answer = await http.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return answer.text, {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def labelled(name: str, **labels: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    return name, tuple(sorted(labels.items()))


async def test_they_say_what_happens(
    service: RunningService, database: TestDatabase, openvidu: FakeOpenVidu, metrics_port: int, mikl: Person
) -> None:
    """Requests by pattern, listeners, meetings, pools, and OpenVidu's failures."""
    first = await plan(mikl, database.client_id(ALICE))
    await plan(mikl, database.client_id(ALICE), title="Second")
    assert (await mikl.post(f"/meetings/{first['id']}/start")).status_code == 200
    openvidu.status = 500
    assert (await mikl.post(f"/meetings/{first['id']}/token")).status_code == 503
    await mikl.get("/nowhere")
    await mikl.http.request("PROPFIND", "/v1/me")
    async with mikl.http.stream("GET", "/v1/events"):
        _, found = await numbers(metrics_port)
    assert found[labelled("visio_sse_listeners")] == 1
    assert found[labelled("visio_meetings", status="in_progress")] == 1
    assert found[labelled("visio_meetings", status="scheduled")] == 1
    assert found[labelled("visio_meetings", status="cancelled")] == 0
    assert found[labelled("visio_database_up")] == 1
    assert found[labelled("visio_events_connected")] == 1
    assert found[labelled("visio_openvidu_failures_total", method="POST", reason="500")] >= 1
    count = "visio_http_request_duration_seconds_count"
    start = "/v1/meetings/{meeting_id}/start"
    assert found[labelled(count, method="POST", route=start, status="200")] == 1
    assert found[labelled(count, method="GET", route="none", status="404")] == 1
    assert found[labelled(count, method="other", route="/v1/me", status="405")] == 1
    for pool, size in (("api", 4), ("jobs", 2)):
        used, free = (
            found[labelled("visio_pool_connections", pool=pool, state=state)] for state in ("used", "free")
        )
        assert used + free == size
        assert found[labelled("visio_pool_waiting", pool=pool)] == 0


async def test_jobs_that_wait_and_fail_are_counted(
    service: RunningService, database: TestDatabase, metrics_port: int
) -> None:
    """By lane; how long the oldest one is due says whether anybody works at all."""
    database.admin(
        "insert into private.jobs (kind, key, run_at, last_error, locked_until) values"
        " ('mail.invite', 'a', now() - interval '90 s', null, now() + interval '1 h'),"
        " ('mail.invite', 'b', now(), 'smtp 451', now() + interval '1 h'),"
        " ('media.close', 'c', now(), null, now() + interval '1 h')"
    )
    _, found = await numbers(metrics_port)
    assert found[labelled("visio_jobs_waiting", lane="mails")] == 2
    assert found[labelled("visio_jobs_waiting", lane="others")] == 1
    assert found[labelled("visio_jobs_failing", lane="mails")] == 1
    assert found[labelled("visio_jobs_failing", lane="others")] == 0
    assert found[labelled("visio_jobs_oldest_due_seconds")] >= 90


async def test_nothing_private_is_shown(
    service: RunningService, database: TestDatabase, metrics_port: int, mikl: Person
) -> None:
    """No id, address, name or title in any label, whatever was asked for."""
    meeting = await plan(mikl, database.client_id(ALICE), title="Confidential")
    await mikl.get(f"/meetings/{meeting['id']}")
    await mikl.get("/meetings", cursor="not-a-cursor", status="x")
    await mikl.http.get(f"/v1/{ALICE}/{meeting['id']}")
    await mikl.http.get(f"/v1/meetings/{ALICE}")
    text, found = await numbers(metrics_port)
    values = {value for _, labels in found for _, value in labels}
    assert "Confidential" not in text
    assert "@" not in text
    assert not [value for value in values if re.search(r"[0-9a-f]{8}-?[0-9a-f]{4}", value)]
    assert {name for _, labels in found for name, _ in labels} <= {
        *("method", "route", "status", "le", "reason", "pool", "state", "lane"),
    }


async def test_they_are_nowhere_on_the_public_port(service: RunningService) -> None:
    """Not even for somebody who is signed in."""
    async with signed_in(service.url, MIKL) as mikl:
        for path in ("/metrics", "/v1/metrics"):
            assert (await mikl.http.get(path)).status_code == 404


async def test_the_database_away_shows(
    service: RunningService, database: TestDatabase, metrics_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own numbers vanish, the others stay: old ones would look like life."""
    monkeypatch.setattr("backend.metrics.KEPT_S", 0.0)
    _, before = await numbers(metrics_port)
    assert before[labelled("visio_database_up")] == 1
    database.admin(
        "create or replace function private.measurements() returns table (name text, label text,"
        " value double precision) language plpgsql as"
        " $$ begin raise exception using errcode = 'query_canceled'; end $$"
    )
    _, after = await numbers(metrics_port)
    assert after[labelled("visio_database_up")] == 0
    assert not [name for name, _ in after if name.startswith(("visio_meetings", "visio_jobs"))]
    assert after[labelled("visio_sse_listeners")] == 0


def test_without_a_port_there_are_none(database: TestDatabase) -> None:
    """And a port in use is no silent loss: the service does not start."""
    port = free_port()
    with running_service(database), pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False)
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(RuntimeError, match="did not start"),
        running_service(database, metrics_port=port),
    ):
        pass
    assert KEPT_S > 0
