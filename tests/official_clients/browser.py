"""A participant of openvidu-browser in a page, as seen from a test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, cast

from desktop.devices.frame_code import FrameCode
from desktop.devices.test_tone import TONE_LEVEL_DB, tone_frequency_hz
from tests.official_clients.chromium import Page

LIMIT_S = 40.0
"""How long something may take that must happen: the machine may be busy with other tests."""

TONE_RMS = 10 ** (TONE_LEVEL_DB / 20)
"""Of every tone, the browsers' and ours: root mean square, 1.0 being full scale."""


async def eventually(check: Callable[[], Awaitable[Any]], what: str, *, limit_s: float = LIMIT_S) -> Any:
    """Ask again and again until the answer is true; returns it.

    Raises:
        AssertionError: it did not become true in time.
    """
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + limit_s
    while not (answer := await check()):
        if loop.time() > deadline_s:
            raise AssertionError(f"{what} did not happen within {limit_s} s")
        await asyncio.sleep(0.05)
    return answer


class BrowserParticipant:
    """Drives `page/participant.js`.

    Attributes:
        page: the page it runs in.
        source_id: goes into its frame codes and decides its tone.
        connection_id: set by `join`.
    """

    def __init__(self, page: Page, source_id: int, variable: str = "participant") -> None:
        """Args: `variable` names the participant in the page."""
        self.page = page
        self.source_id = source_id
        self.connection_id = ""
        self._variable = variable

    async def second(self, source_id: int) -> BrowserParticipant:
        """Another participant in the same page, as one who shares a screen beside a camera has."""
        await self.page.evaluate("void (window.second = new participant.constructor())")
        return BrowserParticipant(self.page, source_id, "second")

    @property
    def frequency_hz(self) -> int:
        """Its tone."""
        return tone_frequency_hz(self.source_id)

    async def call(self, method: str, *arguments: Any) -> Any:
        """Call a method of the page's participant.

        Raises:
            PageError: it failed; the message has the name that openvidu-browser gave the failure.
        """
        listed = ", ".join(json.dumps(argument) for argument in (method, *arguments))
        return await self.page.evaluate(f"{self._variable}.call({listed})")

    async def join(self, token: str, name: str = "Web", *, watching: bool = True) -> None:
        """Join without publishing; `watching` subscribes to everybody."""
        self.connection_id = await self.call("join", token, json.dumps({"name": name}), watching)

    async def publish(self, *, width_px: int = 320, height_px: int = 240, frame_rate: int = 15) -> str:
        """Publish frame codes and a tone; returns the stream's id."""
        picture = self._picture(width_px, height_px, frame_rate)
        tone = {"frequency": self.frequency_hz, "rms": TONE_RMS}
        return cast("str", await self.call("publish", picture, tone))

    async def share_screen(self, *, width_px: int = 320, height_px: int = 240, frame_rate: int = 15) -> str:
        """Publish frame codes as a screen; returns the stream's id."""
        return cast("str", await self.call("shareScreen", self._picture(width_px, height_px, frame_rate)))

    async def events(self, *types: str, on: str = "session") -> list[dict[str, Any]]:
        """What the library told so far, oldest first; no types are all of them."""
        told = cast("list[dict[str, Any]]", await self.page.evaluate(f"{self._variable}.events"))
        return [event for event in told if event["on"] == on and (not types or event["type"] in types)]

    async def event(self, kind: str, *, on: str = "session", **members: Any) -> dict[str, Any]:
        """Wait for an event with these members."""

        async def found() -> dict[str, Any] | None:
            matching = (
                event
                for event in await self.events(kind, on=on)
                if all(event.get(name) == value for name, value in members.items())
            )
            return next(matching, None)

        return cast("dict[str, Any]", await eventually(found, f"{on} event {kind} {members}"))

    async def others(self) -> list[dict[str, Any]]:
        """Everybody else, as the library sees them."""
        return cast("list[dict[str, Any]]", await self.call("others"))

    async def frame_code(self, connection_id: str) -> FrameCode | None:
        """The code in somebody's picture now."""
        code = await self.call("frameCode", connection_id)
        return FrameCode(code["sourceId"], code["number"]) if code else None

    async def sees(self, connection_id: str, source_id: int) -> None:
        """Wait until somebody's picture is that source's, and moves on."""
        numbers: set[int] = set()

        async def moves() -> bool:
            code = await self.frame_code(connection_id)
            if code is not None and not numbers and code.source_id != source_id:
                return False  # the picture of before, until the first of the new source
            if code is not None:
                assert code.source_id == source_id
                assert not numbers or code.number >= max(numbers), "the picture went back"
                numbers.add(code.number)
            return len(numbers) >= 3

        await eventually(moves, f"moving picture {source_id} in the browser")

    async def sees_nothing(self, connection_id: str) -> None:
        """Wait until somebody's picture is black."""

        async def is_black() -> bool:
            brightness = await self.call("brightness", connection_id)
            return brightness is not None and brightness < 8

        await eventually(is_black, "black in the browser")

    async def hears(self, connection_id: str, frequency_hz: float) -> None:
        """Wait until a tone is clearly in what somebody sends."""

        async def loud() -> bool:
            return cast("float", await self.call("energyAt", connection_id, frequency_hz)) > TONE_RMS / 2

        await eventually(loud, f"{frequency_hz} Hz in the browser")

    async def hears_nothing(self, connection_id: str, frequency_hz: float) -> None:
        """Wait until a tone is gone from what somebody sends."""

        async def silent() -> bool:
            return cast("float", await self.call("energyAt", connection_id, frequency_hz)) < TONE_RMS / 20

        await eventually(silent, f"no {frequency_hz} Hz in the browser")

    def _picture(self, width_px: int, height_px: int, frame_rate: int) -> dict[str, int]:
        return {
            "sourceId": self.source_id,
            "width": width_px,
            "height": height_px,
            "frameRate": frame_rate,
        }

    async def faults(self) -> list[str]:
        """What a sound run never shows: uncaught errors and exception events."""
        exceptions = [event["exception"] for event in await self.events("exception")]
        return [*self.page.failures, *exceptions]
