"""Posts events to an application's server, one after the other.

As OpenVidu 2.32's HttpWebhookSender does: one queue keeps the order, a connection that fails is tried
again a few times, an answer of any status is final, any TLS certificate is accepted, and nothing is
signed: the receiver knows the sender by the headers it was told to expect.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping

import aiohttp

from openvidu_local.options import WEBHOOK_EVENTS
from openvidu_local.parameters import JsonObject, to_json

log = logging.getLogger(__name__)

RETRY_DELAYS_S = (0.2, 0.5, 1.0)
"""Pauses before a post that could not be delivered is tried again."""

_QUEUED_EVENTS = 1000
"""A receiver that is away for longer loses events."""
_POST_LIMIT_S = 30.0
_DRAIN_LIMIT_S = 3.0
"""How long `stop` waits for what is still queued."""


class Webhook:
    """One receiver of events."""

    def __init__(
        self, url: str, headers: Mapping[str, str], events: Collection[str] = WEBHOOK_EVENTS
    ) -> None:
        """Args: `headers` are sent with every post, beside the content type; `events` are wanted."""
        self._url = url
        self._events = frozenset(events)
        self._headers = {"Content-Type": "application/json", **headers}
        self._queue: asyncio.Queue[JsonObject] = asyncio.Queue(_QUEUED_EVENTS)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to deliver."""
        self._task = asyncio.get_running_loop().create_task(self._deliver(), name="webhook")

    async def stop(self) -> None:
        """Deliver what is queued, for a moment only, and end; twice is once."""
        task, self._task = self._task, None
        if task is None:
            return
        try:
            await asyncio.wait_for(self._queue.join(), _DRAIN_LIMIT_S)
        except TimeoutError:
            log.warning("%d webhook events were not delivered", self._queue.qsize())
        task.cancel()
        await asyncio.wait([task])

    def send(self, event: JsonObject) -> None:
        """Queue one event, if it is wanted."""
        if event["event"] not in self._events:
            return
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            log.warning("the webhook's receiver is away: %s is lost", event["event"])

    async def _deliver(self) -> None:
        timeout = aiohttp.ClientTimeout(total=_POST_LIMIT_S)
        async with aiohttp.ClientSession(headers=self._headers, timeout=timeout) as http:
            while True:
                event = await self._queue.get()
                try:
                    await self._post(http, event)
                finally:
                    self._queue.task_done()

    async def _post(self, http: aiohttp.ClientSession, event: JsonObject) -> None:
        name = event["event"]
        for delay_s in (*RETRY_DELAYS_S, None):
            try:
                body = to_json(event).encode()
                # A redirection is an answer like any other.
                async with http.post(self._url, data=body, ssl=False, allow_redirects=False) as answer:
                    if answer.status != 200:
                        log.error("the webhook's receiver answered %s with %d", name, answer.status)
                    return
            except (aiohttp.ClientError, TimeoutError) as error:
                log.warning("the webhook's receiver did not take %s: %s", name, type(error).__name__)
            if delay_s is not None:
                await asyncio.sleep(delay_s)
        log.error("webhook event %s is given up", name)
