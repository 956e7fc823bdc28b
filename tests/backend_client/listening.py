"""A caller of the event feed that keeps what it was told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from backend_client.client import BackendClient
from backend_client.events import EventFeed, FeedTimings
from backend_client.models import LiveEvent


@dataclass
class Heard:
    """What a caller of the feed was told, in order: events, `online` and `offline`."""

    events: list[LiveEvent] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def on_event(self, event: LiveEvent) -> None:
        self.events.append(event)
        self.log.append(f"{event.seq} {event.kind}")

    def on_online(self, online: bool) -> None:
        self.log.append("online" if online else "offline")

    @property
    def seqs(self) -> list[int]:
        return [event.seq for event in self.events]

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]


@asynccontextmanager
async def following(
    client: BackendClient, heard: Heard, timings: FeedTimings
) -> AsyncIterator[asyncio.Task[None]]:
    """The feed runs while the block does."""
    task = asyncio.create_task(EventFeed(client, timings).run(heard.on_event, heard.on_online))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.result()
