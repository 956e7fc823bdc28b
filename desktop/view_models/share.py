"""Sharing a screen or a window: choosing with live pictures, one at a time, replaceable, ended visibly."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol
from uuid import UUID

from PySide6.QtCore import QObject, QTimer

from backend_client.errors import ApiError
from backend_client.models import RoomToken
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import PictureSlot, VideoSource
from desktop.rtc.state import RoomPhase, RoomState, StreamKind
from desktop.view_models.error_texts import text_for
from desktop.view_models.language import Language
from desktop.view_models.share_states import ShareChoice, ShareState
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel

log = logging.getLogger(__name__)

LOOK_MS = 1500
"""How often the open picker looks for windows that came or went."""

TOGETHER_S = 3.0
"""Two sharings that begin within this time began at once: neither could know of the other."""

FOLLOW_MS = 300
"""How often it is looked where a shared window is, so that its line stays around it."""


@dataclass(frozen=True, slots=True)
class ScreenInfo:
    """A screen or window as the machine lists it.

    Attributes:
        key: the same as long as it is there.
        name: a window's title; of a screen, its model or port.
        is_screen: a whole screen.
        is_ours: a window of this app.
        area: on the desktop: left, top, width, height; None where the system does not say.
    """

    key: str
    name: str
    is_screen: bool
    is_ours: bool = False
    area: tuple[int, int, int, int] | None = None


class ScreensPort(Protocol):
    """The machine's screens and windows. Main thread; nothing here waits."""

    def listed(self) -> tuple[ScreenInfo, ...]:
        """What can be shared now; empty where this system cannot capture."""

    def show_previews(self, on: bool) -> None:
        """Keep live pictures of what `listed` gave last, or stop."""

    def preview(self, key: str) -> PictureSlot:
        """The live picture of one."""

    def source(self, key: str) -> VideoSource | None:
        """What to share; None when it is not there any more."""

    async def close(self) -> None:
        """Stop everything."""


class SharingRoom(Protocol):
    """A live room, as far as sharing is concerned. Actions may raise `RtcError`."""

    changed: Any

    async def share_screen(self, token: str, source: VideoSource) -> None:
        """Share, or exchange what is shared."""

    async def stop_sharing(self) -> None:
        """End it."""


class ScreenTokens(Protocol):
    """The service's tokens. May raise `ApiError`."""

    async def room_token(
        self, meeting_id: UUID, *, purpose: Literal["camera", "screen"] = "camera"
    ) -> RoomToken:
        """One join of the meeting's room."""


class ShareViewModel(ViewModel[ShareState]):
    """Sharing in one meeting's room.

    Args:
        meeting_id: the meeting.
        tokens: the service.
        screens: the machine's.
        language: words.
        allowed: nobody has forbidden it (IT's policy).
        clock: monotonic seconds.
    """

    def __init__(
        self,
        meeting_id: UUID,
        tokens: ScreenTokens,
        screens: ScreensPort,
        language: Language,
        *,
        allowed: bool = True,
        clock: Callable[[], float] = time.monotonic,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(ShareState(), on_unexpected, parent)
        self._meeting_id = meeting_id
        self._tokens = tokens
        self._screens = screens
        self._allowed = allowed
        self._clock = clock
        self._room: SharingRoom | None = None
        self._room_state = RoomState()
        self._shared: ShareChoice | None = None
        self._their_screens: dict[str, str] = {}
        """Who else shares: name by stream."""
        self._began_s = -math.inf
        self._replaced = ""
        self._ticker = QTimer(self)
        self._ticker.setInterval(LOOK_MS)
        self._ticker.timeout.connect(self._look)
        self._follower = QTimer(self)
        self._follower.setInterval(FOLLOW_MS)
        self._follower.timeout.connect(self._follow)
        language.changed.connect(self._write)

    def attach(self, room: SharingRoom) -> None:
        """A room is made, perhaps in the place of another."""
        if self._room is not None:
            self._room.changed.disconnect(self._on_room)
        self._room = room
        room.changed.connect(self._on_room)

    def picture(self, key: str) -> PictureSlot:
        """The live picture of a choice."""
        return self._screens.preview(key)

    async def screen_token(self) -> str:
        """A token for the screen's own place in the room.

        Raises:
            ApiError: the service gives none.
        """
        return (await self._tokens.room_token(self._meeting_id, purpose="screen")).token

    async def close(self) -> None:
        """End with the room, which ends the sharing itself."""
        self._ticker.stop()
        self._follower.stop()
        await super().close()
        await self._screens.close()

    # ------------------------------------------------------------------ intentions

    def pick(self) -> None:
        """Open the picker; also to share something else."""
        if self._state.offered and not self._state.picking:
            self._set(picking=True, error="")
            self._look()
            self._screens.show_previews(True)
            self._ticker.start()

    def cancel(self) -> None:
        """Close the picker."""
        if self._state.picking:
            self._ticker.stop()
            self._screens.show_previews(False)
            self._set(picking=False, error="", choices=())

    def share(self, key: str) -> None:
        """Share this from now on, in the place of what is shared already."""
        choice = next((each for each in self._state.choices if each.key == key), None)
        if choice is not None and self._room is not None and not self._state.busy:
            self._set(busy=True, error="")
            self._scope.start(self._share(choice, self._room), name="share screen")

    def stop(self) -> None:
        """End the sharing."""
        if self._room is not None:
            self._scope.start(self._room.stop_sharing(), name="stop sharing")

    # ------------------------------------------------------------------ work

    async def _share(self, choice: ShareChoice, room: SharingRoom) -> None:
        try:
            source = self._screens.source(choice.key)
            if source is None:
                raise RtcError(RtcErrorCode.SCREEN_GONE)
            self._screens.show_previews(False)  # two captures of one window disturb each other
            token = "" if self._room_state.sharing else await self.screen_token()
            await room.share_screen(token, source)
        except (ApiError, RtcError) as error:
            log.info("sharing did not begin: %s", error.code.value)
            if error.code is not RtcErrorCode.CLOSED:
                self._set(error=text_for(error.code).sentence)
                self._screens.show_previews(self._state.picking)
        else:
            self._shared = choice
            self.cancel()
        finally:
            self._set(busy=False)
            self._write()

    def _on_room(self, state: RoomState) -> None:
        theirs = {
            stream.stream_id: person.name
            for person in state.participants
            for stream in person.streams
            if stream.kind is StreamKind.SCREEN
        }
        fresh = [name for stream_id, name in theirs.items() if stream_id not in self._their_screens]
        shared_before = self._room_state.sharing
        self._room_state, self._their_screens = state, theirs
        if state.sharing and not shared_before:
            self._began_s, self._replaced = self._clock(), ""
        if state.sharing and shared_before and fresh:
            self._give_way(fresh[-1])
        if state.phase is RoomPhase.LEFT:
            self.cancel()
        if not state.sharing and not self._state.busy:
            self._shared = None
        self._write()

    def _give_way(self, name: str) -> None:
        """One share at a time: the newer one goes on. Of two that begin together, the host's."""
        together = self._clock() - self._began_s < TOGETHER_S
        if not (together and self._room_state.is_moderator):
            self._replaced = self.tr("{name} is sharing now: your sharing has ended.").format(name=name)
            self.stop()

    def _look(self) -> None:
        """Read the lists anew."""
        found = self._screens.listed()
        screens = sum(each.is_screen for each in found)
        choices, number = [], 0
        for each in found:
            number += each.is_screen
            choices.append(self._choice(each, number, screens))
        nothing = "" if found else self.tr("This system gives no picture of its screens or windows.")
        self._set(choices=tuple(choices), nothing=nothing)

    def _follow(self) -> None:
        """Look where the shared window is now."""
        shared = self._shared
        if shared is not None:
            area = next((each.area for each in self._screens.listed() if each.key == shared.key), None)
            self._shared = replace(shared, area=area)
            self._write()

    def _choice(self, info: ScreenInfo, number: int, screens: int) -> ShareChoice:
        if info.is_screen:
            name = (
                self.tr("Whole screen") if screens == 1 else self.tr("Screen {number}").format(number=number)
            )
            kind = ""
        else:
            name = info.name or self.tr("Window without a title")
            kind = self.tr("window")
        ours = self.tr("this meeting itself") if info.is_ours else ""
        spoken = ", ".join(part for part in (name, kind, ours) if part)
        return ShareChoice(info.key, name, info.is_screen, info.is_ours, info.area, spoken)

    def _whose_ends(self) -> str:
        if not self._their_screens or self._room_state.sharing:
            return ""
        name = list(self._their_screens.values())[-1]
        return self.tr("{name} is sharing: yours takes its place.").format(name=name)

    def _write(self) -> None:
        state = self._room_state
        inside = state.phase in (RoomPhase.CONNECTED, RoomPhase.RECONNECTING)
        shared = self._shared if state.sharing else None
        if shared is None or shared.is_screen:
            self._follower.stop()
        elif not self._follower.isActive():
            self._follower.start()
        sentence = ""
        if state.sharing:
            name = shared.name if shared is not None else self.tr("your screen")
            sentence = self.tr("You are sharing “{name}”").format(name=name)
        self._set(
            offered=self._allowed and inside,
            replaces=self._whose_ends(),
            replaced=self._replaced if inside and not state.sharing else "",
            sharing=state.sharing,
            shared_key=shared.key if shared is not None else "",
            sentence=sentence,
            area=shared.area if shared is not None else None,
        )
