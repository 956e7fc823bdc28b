"""Everybody else's streams as we receive them: one subscription, picture and level for each."""

from __future__ import annotations

import asyncio

from desktop.rtc.connection import Connection
from desktop.rtc.media import AudioLevel, PictureSlot
from desktop.rtc.mixer import Mixer
from desktop.rtc.room import OWN_PICTURE, OWN_SCREEN
from desktop.rtc.roster import Roster
from desktop.rtc.state import StreamState
from desktop.rtc.subscription import OnPhase, Subscription
from desktop.rtc.tasks import OwnedTasks


class Subscriptions:
    """Subscribes to what the roster has, and ends what it has no longer.

    Pictures and levels are kept by stream id and outlive a connection: a stream that is subscribed to
    again after a comeback goes on in the tile it had.

    Args:
        mixer: where everybody is heard.
        on_phase: told when a stream connects, fails, or is tried again.
    """

    def __init__(self, mixer: Mixer, on_phase: OnPhase) -> None:
        self._mixer = mixer
        self._on_phase = on_phase
        self._slots = {OWN_PICTURE: PictureSlot(), OWN_SCREEN: PictureSlot()}
        self._levels = {OWN_PICTURE: AudioLevel()}
        self._unwatched: set[str] = set()
        self._running: dict[str, tuple[Subscription, asyncio.Task[None]]] = {}
        self._tasks = OwnedTasks()

    @property
    def running(self) -> tuple[Subscription, ...]:
        """The subscriptions of the moment."""
        return tuple(subscription for subscription, _ in self._running.values())

    def picture(self, stream_id: str) -> PictureSlot:
        """The slot that a stream is painted from; `OWN_PICTURE` and `OWN_SCREEN` are ours."""
        return self._slots.setdefault(stream_id, PictureSlot())

    def audio_level(self, stream_id: str) -> AudioLevel:
        """The loudness of a stream; `""` is our own microphone."""
        return self._levels.setdefault(stream_id, AudioLevel())

    def watch_video(self, stream_id: str, on: bool) -> None:
        """Decode a stream's pictures, or leave them; holds over a comeback until the stream is gone."""
        if on:
            self._unwatched.discard(stream_id)
        elif stream_id in self._running:
            self._unwatched.add(stream_id)
            self.picture(stream_id).clear()

    def follow(self, roster: Roster, connection: Connection) -> None:
        """Subscribe to what is new, drop what is gone."""
        present = {stream.stream_id for stream in roster.streams}
        for stream_id in [known for known in self._running if known not in present]:
            _, task = self._running.pop(stream_id)
            self._tasks.stop(task)  # its path is closed by the task itself
        self._forget_but(present)
        for owner_id, stream in roster.owned_streams:
            if stream.stream_id not in self._running:
                self._subscribe(owner_id, stream, roster, connection)

    def add_candidate(self, connection_id: str, text: str) -> None:
        """Take a candidate of the server for the stream of a connection."""
        for subscription in self.running:
            if subscription.connection_id == connection_id:
                subscription.add_candidate(text)

    @property
    def frames_received(self) -> int | None:
        """Pictures and pieces of sound that have come so far; None while nobody is received."""
        counts = [subscription.frames_received for subscription in self.running]
        return sum(counts) if counts else None

    def renew(self, stream_id: str, offer: str) -> None:
        """Receive a stream anew from the server's offer: its media node has gone."""
        if (found := self._running.get(stream_id)) is not None:
            found[0].renew(offer)

    def restart(self) -> None:
        """Negotiate all of them anew: the paths in use are known to be dead."""
        for subscription in self.running:
            subscription.restart()

    async def drop(self) -> None:
        """End all subscriptions: their connection is gone. What is painted stays."""
        tasks = [task for _, task in self._running.values()]
        self._running.clear()
        for task in tasks:
            self._tasks.stop(task)
        if tasks:
            await asyncio.wait(tasks)

    async def close(self) -> None:
        """End everything; nothing is painted any more. Safe twice."""
        await self._tasks.close()
        self._running.clear()
        for slot in self._slots.values():
            slot.clear()

    def _subscribe(self, owner_id: str, stream: StreamState, roster: Roster, connection: Connection) -> None:
        joined = connection.joined
        subscription = Subscription(
            connection.signalling,
            owner_id,
            stream,
            current=roster.stream,
            ice_servers=connection.ice_servers,
            server_offers=joined is not None and joined.server_offers,
            slot=self.picture(stream.stream_id),
            level=self.audio_level(stream.stream_id),
            mixer=self._mixer,
            on_phase=self._on_phase,
            wants_pictures=lambda: stream.stream_id not in self._unwatched,
        )
        task = self._tasks.start(subscription.run(), name=f"stream {stream.stream_id}")
        if task is not None:
            self._running[stream.stream_id] = (subscription, task)

    def _forget_but(self, present: set[str]) -> None:
        """Drop the pictures and levels of streams that are gone; our own stay."""
        kept = present | {OWN_PICTURE, OWN_SCREEN}
        self._unwatched &= present
        for stream_id in [known for known in self._slots if known not in kept]:
            self._slots.pop(stream_id).clear()
        for stream_id in [known for known in self._levels if known not in kept]:
            del self._levels[stream_id]
