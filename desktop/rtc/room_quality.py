"""A room's care for its streams: measured every second, judged in words, and our own fitted to the line.

Puts `Measurement`, `quality.py` and `Adaptation` together, so that the room has one thing to start and
to ask.
"""

from __future__ import annotations

from collections.abc import Callable

from desktop.rtc.adaptation import Adaptation, SteeredCamera
from desktop.rtc.measurement import Measurement
from desktop.rtc.peer import Peer
from desktop.rtc.place import Place
from desktop.rtc.quality import SteadyQuality, judge
from desktop.rtc.roster import Roster
from desktop.rtc.state import BEST, Quality, StreamKind
from desktop.rtc.statistics import RoomStatistics
from desktop.rtc.subscriptions import Subscriptions

OWN_STREAM = ""


class RoomQuality:
    """Looks after the streams of a room.

    Args:
        place: over whose connection our own stream goes.
        subscriptions: by which the others' streams come.
        roster: what the others say of their streams; another one after a comeback.
        camera: what is seen of us; None when nothing is.
        on_quality: told when somebody's quality (by stream id) or our own (`""`) is another.
        on_picture: told when our picture is to go, or may come back; see `Adaptation`.
    """

    def __init__(
        self,
        place: Place,
        subscriptions: Subscriptions,
        roster: Callable[[], Roster],
        *,
        camera: SteeredCamera | None,
        on_quality: Callable[[str, Quality], None],
        on_picture: Callable[[bool], None],
    ) -> None:
        self._place = place
        self._subscriptions = subscriptions
        self._roster = roster
        self._camera = camera
        self._on_quality = on_quality
        self._measurement = Measurement(self._peers, self._looked)
        self._adaptation = Adaptation(camera, on_picture)
        self._steady: dict[str, SteadyQuality] = {}

    @property
    def statistics(self) -> RoomStatistics:
        """The last second and the last minute."""
        return self._measurement.now

    async def run(self) -> None:
        """Look every second until cancelled."""
        await self._measurement.run()

    def set_economy(self, on: bool) -> None:
        """See `Adaptation.economy`."""
        self._adaptation.economy = on

    def show_again(self) -> None:
        """See `Adaptation.show_again`."""
        self._adaptation.show_again()

    def _peers(self) -> dict[str, Peer]:
        """What carries each stream of the moment, by its id."""
        peers = {each.stream_id: each.peer for each in self._subscriptions.running if each.peer is not None}
        if (own := self._place.connection.publication.peer) is not None:
            peers[OWN_STREAM] = own
        return peers

    def _looked(self, room: RoomStatistics) -> None:
        peers = self._peers()
        for gone in self._steady.keys() - room.streams.keys():
            del self._steady[gone]
        for stream_id, now in room.streams.items():
            history = room.history[stream_id]
            before = history[-2] if len(history) > 1 else None
            camera_on = self._camera_on(stream_id)
            if not camera_on:
                self._forget_pause(peers.get(stream_id))
            steady = self._steady.setdefault(stream_id, SteadyQuality())
            told = steady.current
            if steady.take(judge(now, before, camera_on=camera_on)) != told:
                self._on_quality(stream_id, steady.current)
        own = peers.get(OWN_STREAM)
        if own is not None and own.connected and OWN_STREAM in room.streams:
            self._adaptation.look(room.streams[OWN_STREAM], own.taps)

    def quality(self, stream_id: str) -> Quality:
        """What is told of a stream; the best while nothing is known."""
        steady = self._steady.get(stream_id)
        return steady.current if steady is not None else BEST

    def _camera_on(self, stream_id: str) -> bool:
        if stream_id == OWN_STREAM:
            return self._camera is not None and self._camera.on
        stream = self._roster().stream(stream_id)
        # A screen that stands still sends little, and is not late for that.
        return stream is not None and stream.kind is StreamKind.CAMERA and stream.camera_on

    @staticmethod
    def _forget_pause(peer: Peer | None) -> None:
        for tap in peer.taps if peer is not None else ():
            tap.forget_pause()
