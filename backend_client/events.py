"""Live events, delivered until the session ends, over whatever lets them through.

    stream (SSE) ──could not be opened, or nothing comes through──► long polling ──later──► stream
         │                                                                │
         └──────────── broke: wait with jitter, resume after the last number ────────────┘

Events are numbered per person without gaps, so nothing is told twice and a gap is noticed. Some
proxies hold a response back until it is complete: the stream then opens and stays silent, which
is why silence counts as failure.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass

import httpx
import httpx_sse
from pydantic import ValidationError

from backend_client.client import BackendClient
from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import EventKind, LiveEvent, LiveEvents
from backend_client.transport import transport_error

log = logging.getLogger(__name__)
_JITTER = random.SystemRandom()  # spreads callers out; a seedable generator would do as well

OnEvent = Callable[[LiveEvent], None]
OnOnline = Callable[[bool], None]


@dataclass(frozen=True, slots=True)
class FeedTimings:
    """How patient the feed is; the service sends a comment at once and then every 15 s.

    Attributes:
        first_bytes_s: a stream that has brought nothing by then is held back by somebody.
        silence_s: a stream that has fallen silent for so long is broken.
        reconnect_s: the first wait is drawn from 0 to here, each further one from twice that.
        reconnect_max_s: but never from more than this.
        stable_s: a connection that lived so long makes the next failure the first one again.
        poll_answer_s: longest wait for one poll, which the service holds for up to 25 s.
        poll_pause_s: shortest time between two polls that brought nothing.
        stream_again_s: polling is given up for another try of the stream after this, and after
            twice as long each time it fails.
        stream_again_max_s: but never later than this.
    """

    first_bytes_s: float = 8.0
    silence_s: float = 45.0
    reconnect_s: float = 5.0
    reconnect_max_s: float = 60.0
    stable_s: float = 10.0
    poll_answer_s: float = 40.0
    poll_pause_s: float = 1.0
    stream_again_s: float = 300.0
    stream_again_max_s: float = 3600.0


class _StreamUnusableError(Exception):
    """The stream cannot be opened or brings nothing; polling may still work."""


class EventFeed:
    """Delivers one person's live events.

    Args:
        client: signed in; its `sign_in` decides when the feed is over.
        timings: see there.
    """

    def __init__(self, client: BackendClient, timings: FeedTimings | None = None) -> None:
        self._client = client
        self._timings = timings or FeedTimings()

    async def run(self, on_event: OnEvent, on_online: OnOnline) -> None:
        """Deliver until the session ends; cancelling closes every connection.

        Args:
            on_event: called for each event once, in order. Kind `reset` means that events were
                lost: fetch everything anew. Unknown kinds are passed on.
            on_online: True at every connection, the first and each later one: fetch what is shown
                anew. False when the line was lost, once, until the next True.
        """
        await _Run(self._client, self._timings, on_event, on_online).until_session_ends()


class _Run:
    """One `EventFeed.run()`: where it stands in the numbering, and how well the line holds."""

    def __init__(
        self, client: BackendClient, timings: FeedTimings, on_event: OnEvent, on_online: OnOnline
    ) -> None:
        self._client = client
        self._timings = timings
        self._on_event = on_event
        self._on_online = on_online
        self._time = asyncio.get_running_loop().time
        self._last: int | None = None
        self._streaming = True
        self._stream_refusals = 0
        self._online = False
        self._connected_at: float | None = None
        self._failures = 0
        self._retry_s: float | None = None

    async def until_session_ends(self) -> None:
        """Connect, stay connected, connect again."""
        while True:
            self._connected_at = None
            self._retry_s = None
            try:
                await self._one_connection()
                pause_s = self._pause_after_end_s()
            except _StreamUnusableError as error:
                log.info("no event stream, polling: %s", error)
                self._streaming = False
                continue
            except ApiError as error:
                was_online = self._online
                self._offline()
                if error.code is ApiErrorCode.SESSION_ENDED:
                    return
                # One line for the loss, not one for every attempt of a long outage.
                log.log(logging.WARNING if was_online else logging.DEBUG, "no live events: %s", error)
                pause_s = max(self._pause_after_failure_s(), error.retry_after_s or 0.0)
            await asyncio.sleep(pause_s)

    async def _one_connection(self) -> None:
        """Stay connected one way until that ends.

        Raises:
            ApiError: the line was lost, or the session has ended.
            _StreamUnusableError: the other way should be tried at once.
        """
        if self._last is None:
            # Asked first and not left to the stream: what happens between this answer and the
            # beginning of the stream has a number and is caught up with.
            self._last = (await self._poll(None)).last
        if self._streaming:
            await self._follow_stream()
        else:
            await self._poll_for_a_while()

    # The stream

    async def _follow_stream(self) -> None:
        source: httpx_sse.EventSource | None = None

        def judge() -> None:
            if source is None or source.response.num_bytes_downloaded == 0:
                limit.reschedule(self._time())
            else:
                self._stream_refusals = 0

        try:
            async with asyncio.timeout(None) as limit:
                verdict = asyncio.get_running_loop().call_later(self._timings.first_bytes_s, judge)
                try:
                    async with self._client.open_events(
                        self._last, silence_s=self._timings.silence_s
                    ) as source:
                        self._connected()
                        await self._read_stream(source)
                finally:
                    verdict.cancel()
        except TimeoutError as error:
            raise _StreamUnusableError(f"silent for {self._timings.first_bytes_s:g} s") from error
        except httpx.RequestError as error:
            raise transport_error(error) from error
        except ApiError as error:
            nobody_answered = error.code is ApiErrorCode.UNREACHABLE and error.status is None
            if source is not None or nobody_answered or error.code is ApiErrorCode.SESSION_ENDED:
                raise
            raise _StreamUnusableError(str(error)) from error

    async def _read_stream(self, source: httpx_sse.EventSource) -> None:
        async with aclosing(source.aiter_sse()) as items:
            async for item in items:
                if item.retry is not None:
                    self._retry_s = item.retry / 1000
                if not item.data:
                    continue  # a heartbeat: the id of the last event and nothing else
                event = _stream_event(item)
                if event is None:
                    # Not understood, so something is missing: the caller fetches everything anew.
                    log.warning("a live event was not understood: id %.20r, kind %.40r", item.id, item.event)
                    self._on_event(LiveEvent(seq=self._last or 0, kind=EventKind.RESET))
                    continue
                self._deliver(event)
                if event.kind == EventKind.SESSION_REVOKED:
                    await self._client.sign_in.check()  # this session, or another of the same person

    # Polling

    async def _poll_for_a_while(self) -> None:
        timings = self._timings
        self._streaming = True  # whatever ends the polling, the stream is tried next
        newest = (await self._poll(None)).last
        if self._last is not None and newest < self._last:
            self._deliver(LiveEvent(seq=newest, kind=EventKind.RESET))
        self._connected()
        until = self._time() + min(
            timings.stream_again_s * 2 ** min(self._stream_refusals, 10), timings.stream_again_max_s
        )
        self._stream_refusals += 1
        while self._time() < until:
            asked_at = self._time()
            answer = await self._poll(self._last)
            for event in answer.events:
                self._deliver(event)
                if event.kind == EventKind.SESSION_REVOKED:
                    await self._client.sign_in.check()
            if self._last is None or answer.last > self._last:
                self._deliver(LiveEvent(seq=answer.last, kind=EventKind.RESET))
            if not answer.events:
                await asyncio.sleep(max(0.0, asked_at + timings.poll_pause_s - self._time()))

    async def _poll(self, after: int | None) -> LiveEvents:
        return await self._client.poll_events(after, answer_s=self._timings.poll_answer_s)

    # What the caller is told

    def _deliver(self, event: LiveEvent) -> None:
        if event.kind != EventKind.RESET and self._last is not None:
            if event.seq <= self._last:
                return
            if event.seq > self._last + 1:
                log.warning("live events %d to %d are missing", self._last + 1, event.seq - 1)
                self._on_event(LiveEvent(seq=event.seq - 1, kind=EventKind.RESET))
        self._last = event.seq
        self._on_event(event)

    def _connected(self) -> None:
        self._connected_at = self._time()
        self._online = True
        self._on_online(True)

    def _offline(self) -> None:
        if self._online:
            self._online = False
            self._on_online(False)

    # How long to wait

    def _pause_after_end_s(self) -> float:
        """The other side ended in good order: at once when it held, else as it asks or as after a failure."""
        if self._retry_s is not None:
            return self._retry_s
        return 0.0 if self._was_stable() else self._pause_after_failure_s()

    def _pause_after_failure_s(self) -> float:
        """Full jitter: all apps lose the service at the same moment and must not come back at one."""
        if self._was_stable():
            self._failures = 0
        longest_s = min(
            self._timings.reconnect_s * 2 ** min(self._failures, 10), self._timings.reconnect_max_s
        )
        self._failures += 1
        return _JITTER.uniform(0.0, longest_s)

    def _was_stable(self) -> bool:
        return self._connected_at is not None and self._time() - self._connected_at >= self._timings.stable_s


def _stream_event(item: httpx_sse.ServerSentEvent) -> LiveEvent | None:
    """One item of the stream as an event: number in `id`, kind in `event`, the rest in `data`."""
    try:
        data = json.loads(item.data)
        return LiveEvent.model_validate({**data, "seq": item.id, "kind": item.event})
    except (ValidationError, ValueError, TypeError):
        return None
