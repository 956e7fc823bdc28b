"""Numbers for Prometheus: how long requests take, who listens, what waits, what fails.

Labels are patterns and states only (`/v1/meetings/{meeting_id}`, `in_progress`): no id, address or
name of anybody can become one. `metrics_server.py` shows them at a place of their own.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from backend.database import Connection, Database
from backend.errors import ServiceError
from backend.events.hub import EventHub

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
KEPT_S = 30.0
"""How long the numbers of the database are shown before they are asked for again: counting reads tables."""


class Metrics:
    """What is counted where it happens, in one process.

    Attributes:
        registry: everything that is shown.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Histogram(
            "visio_http_request_duration_seconds",
            "Time to the first byte of the answer, by the route's pattern.",
            ("method", "route", "status"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._openvidu_failures = Counter(
            "visio_openvidu_failures",
            "Calls to OpenVidu that did not do what was asked.",
            ("method", "reason"),
            registry=self.registry,
        )

    def observe_request(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """One request was answered; `route` is the pattern, None where none matched."""
        # Anybody may invent a method: it must not become a label.
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route or "none", str(status)).observe(seconds)

    def count_openvidu_failure(self, method: str, reason: str) -> None:
        """A call to OpenVidu failed: `reason` is `timeout`, `connection`, or the status it answered."""
        self._openvidu_failures.labels(method, reason).inc()


class ServiceCollector(Collector):
    """What is looked up when somebody asks: pools, listeners, and the database's own numbers."""

    def __init__(self, database: Database, hub: EventHub) -> None:
        self._database = database
        self._hub = hub
        self._rows: list[dict[str, Any]] = []
        self._read_at: float | None = None
        self._answers = False

    async def refresh(self) -> None:
        """Ask the database, if its numbers are old; without it the others are still shown."""
        if self._read_at is not None and time.monotonic() - self._read_at < KEPT_S:
            return

        async def read(connection: Connection) -> list[dict[str, Any]]:
            return await (await connection.execute("select * from private.measurements()")).fetchall()

        try:
            self._rows = await self._database.as_worker(read)
            self._read_at = time.monotonic()
            self._answers = True
        except ServiceError:
            # Old numbers would look like a service that lives.
            self._rows, self._read_at, self._answers = [], None, False

    def collect(self) -> Iterable[Metric]:
        """Everything, as it is now (called by prometheus_client)."""
        yield _gauge("visio_sse_listeners", "Open event streams and held polls.", self._hub.listeners)
        yield _gauge(
            "visio_events_connected", "Whether PostgreSQL's notifications arrive.", int(self._hub.connected)
        )
        yield _gauge("visio_database_up", "Whether the database answered the last time.", int(self._answers))
        yield from self._pools()
        yield from self._database_numbers()

    def _pools(self) -> Iterator[Metric]:
        connections = GaugeMetricFamily(
            "visio_pool_connections", "Database connections by pool.", labels=("pool", "state")
        )
        waiting = GaugeMetricFamily(
            "visio_pool_waiting", "Requests that wait for a connection.", labels=("pool",)
        )
        for pool, use in self._database.pool_use().items():
            connections.add_metric((pool, "used"), use.used)
            connections.add_metric((pool, "free"), use.free)
            waiting.add_metric((pool,), use.waiting)
        yield connections
        yield waiting

    def _database_numbers(self) -> Iterator[Metric]:
        meetings = GaugeMetricFamily("visio_meetings", "Meetings by state.", labels=("status",))
        waiting = GaugeMetricFamily("visio_jobs_waiting", "Jobs that are not done.", labels=("lane",))
        failing = GaugeMetricFamily(
            "visio_jobs_failing", "Of these, the ones that have failed at least once.", labels=("lane",)
        )
        oldest = GaugeMetricFamily(
            "visio_jobs_oldest_due_seconds", "For how long the oldest job has been due.", labels=()
        )
        families = {
            "meetings": meetings,
            "jobs_waiting": waiting,
            "jobs_failing": failing,
            "jobs_oldest_due_seconds": oldest,
        }
        for row in self._rows:
            families[row["name"]].add_metric((row["label"],) if row["label"] else (), row["value"])
        yield from families.values()


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)
