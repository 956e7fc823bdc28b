"""One share at a time between two apps' rooms, and the host's *Stop the sharing*, with the real parts.

Service and tokens from PostgreSQL, the media server's own wire, the media thread, bridges and view-models;
only the machine's screens are generated.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

import pytest
from pytestqt.qtbot import QtBot

from desktop.app.media_thread import MediaThread, RoomBridge
from desktop.rtc.media import PictureSlot, VideoSource
from desktop.rtc.room import RoomDevices
from desktop.rtc.rooms import open_room
from desktop.rtc.state import RoomPhase, StreamKind
from desktop.view_models.language import Language
from desktop.view_models.room import RoomViewModel
from desktop.view_models.room_states import PersonAction
from desktop.view_models.share import ScreenInfo, ShareViewModel
from tests.desktop.app.whole_rooms import (
    ALICE,
    OPERATOR,
    TRANSLATIONS,
    openvidu,
    service,
    signed_in,
    started_meeting,
    until_on_qt,
)
from tests.support.screens import CodedSource
from tests.support.service import RunningService, database, postgres_cluster
from tests.support.sources import GREEN, RED, BlocksCamera, ToneMicrophone

__all__ = ["database", "openvidu", "postgres_cluster", "service"]


class OneScreen:
    """A machine with one screen."""

    def __init__(self, number: int) -> None:
        self.shown = CodedSource(number)

    def listed(self) -> tuple[ScreenInfo, ...]:
        """It."""
        return (ScreenInfo("screen", "HDMI-1", is_screen=True),)

    def show_previews(self, on: bool) -> None:
        """Nobody looks."""

    def preview(self, key: str) -> PictureSlot:
        """Nothing."""
        return PictureSlot()

    def source(self, key: str) -> VideoSource | None:
        """Its picture."""
        return self.shown

    async def close(self) -> None:
        """Nothing runs."""


@dataclass
class Side:
    """One person's app."""

    room: RoomViewModel
    share: ShareViewModel

    def begin(self) -> None:
        """Share the screen."""
        self.share.pick()
        self.share.share("screen")

    @property
    def sees_a_screen(self) -> bool:
        """The other's screen is in the room."""
        streams = [stream for each in self.room.room_state.participants for stream in each.streams]
        return any(stream.kind is StreamKind.SCREEN for stream in streams)


@pytest.fixture
def thread() -> Iterator[MediaThread]:
    made = MediaThread()
    made.start()
    yield made
    made.stop()


@pytest.fixture
async def sides(
    service: RunningService, thread: MediaThread, qtbot: QtBot
) -> AsyncIterator[tuple[Side, Side]]:
    """MiKL's and Alice's, both in the room."""
    async with AsyncExitStack() as stack:
        mikls, mikl = await stack.enter_async_context(signed_in(service, OPERATOR))
        alices, alice = await stack.enter_async_context(signed_in(service, ALICE))
        meeting = await started_meeting(mikls)
        language = Language(TRANSLATIONS, "fr")
        stack.callback(language.close)
        made = []
        for number, (user, client, colour) in enumerate(((mikl, mikls, RED), (alice, alices, GREEN))):
            devices = RoomDevices(BlocksCamera(colour), ToneMicrophone(450.0), None)

            async def choose(devices: RoomDevices = devices) -> RoomDevices:
                return devices

            share = ShareViewModel(meeting.id, client, OneScreen(number), language)
            bridge = RoomBridge(thread, open_room, choose)
            share.attach(bridge)
            (row,) = await client.meetings()
            room = RoomViewModel(row, user, client, lambda bridge=bridge: bridge, language)  # type: ignore[misc]
            stack.push_async_callback(share.close)
            stack.push_async_callback(room.close)
            room.start()
            made.append(Side(room, share))
        for side in made:
            await until_on_qt(partial(_has_company, side), "both")
        yield made[0], made[1]


def _has_company(side: Side) -> bool:
    state = side.room.room_state
    return state.phase is RoomPhase.CONNECTED and len(state.participants) == 1


async def test_the_later_sharing_takes_the_place_and_the_host_stops_it(sides: tuple[Side, Side]) -> None:
    mikl, alice = sides
    alice.begin()
    await until_on_qt(lambda: mikl.sees_a_screen and alice.share.state.sharing, "Alice's screen at MiKL's")
    assert (
        mikl.share.state.replaces
        == "Alice Laurent partage en ce moment\u00a0: votre partage prendra sa place."
    )
    mikl.begin()
    await until_on_qt(lambda: alice.sees_a_screen, "MiKL's screen at Alice's")
    await until_on_qt(lambda: not alice.share.state.sharing, "the end of hers")
    assert alice.share.state.replaced == "MiKL partage maintenant\u00a0: votre partage est terminé."
    await until_on_qt(lambda: not mikl.sees_a_screen, "her screen gone at MiKL's")
    await until_on_qt(lambda: mikl.share.state.sharing, "his goes on")

    mikl.share.stop()
    await until_on_qt(lambda: not alice.sees_a_screen, "his screen gone at Alice's")
    alice.begin()
    await until_on_qt(lambda: mikl.sees_a_screen and alice.share.state.sharing, "hers again")
    people = mikl.room.people
    await until_on_qt(lambda: PersonAction.STOP_SHARE in people.state.rows[1].actions, "the host's choice")
    people.act(people.state.rows[1].key, PersonAction.STOP_SHARE)
    await until_on_qt(lambda: not alice.share.state.sharing, "stopped by the host")
    assert alice.room.room_state.phase is RoomPhase.CONNECTED
    assert alice.share.state.replaced == "", "nobody took its place"
