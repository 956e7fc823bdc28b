"""Notices on the desktop, through whatever the system has for them on Linux (D-Bus).

Windows and macOS show notices through the tray icon (`desktop/app/tray.py`); on Linux the icon may
be missing while the desktop's own notices work, so they are asked directly.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, MessageType, message_bus, new_method_call
from jeepney.io.asyncio import DBusConnection, DBusRouter, Proxy, open_dbus_connection
from jeepney.wrappers import DBusErrorResponse

log = logging.getLogger(__name__)

_SERVICE = DBusAddress(
    "/org/freedesktop/Notifications",
    bus_name="org.freedesktop.Notifications",
    interface="org.freedesktop.Notifications",
)
ANSWER_S = 3.0
EXPIRE_DEFAULT = -1
"""The desktop decides how long a notice stays."""


class NoticeError(Exception):
    """This desktop shows no notices: no session bus, or nobody on it who shows them."""


class DesktopNotices:
    """The desktop's notices, over the session's bus (freedesktop.org, Desktop Notifications 1.2).

    Args:
        program: shown as the sender.
        icon: name or path of the sender's icon.
        on_opened: told the tag of a notice that was clicked.
    """

    def __init__(self, program: str, icon: str, on_opened: Callable[[str], None]) -> None:
        self._program = program
        self._icon = icon
        self._on_opened = on_opened
        self._connection: DBusConnection | None = None
        self._router: DBusRouter | None = None
        self._listening: asyncio.Task[None] | None = None
        self._tags: dict[int, str] = {}
        self._lock = asyncio.Lock()

    async def show(self, title: str, text: str, tag: str) -> None:
        """Show a notice; `tag` comes back when it is clicked.

        Raises:
            NoticeError: nobody here shows notices.
        """
        try:
            async with self._lock:
                router = await self._open()
            hints: dict[str, Any] = {}
            body = (self._program, 0, self._icon, title, text, ["default", ""], hints, EXPIRE_DEFAULT)
            call = new_method_call(_SERVICE, "Notify", "susssasa{sv}i", body)
            reply = await asyncio.wait_for(router.send_and_get_reply(call), ANSWER_S)
        except (OSError, KeyError, ValueError, TimeoutError, DBusErrorResponse) as error:
            # KeyError, ValueError: no session bus in the environment, or an address nobody understands.
            raise NoticeError(type(error).__name__) from error
        if reply.header.message_type is MessageType.error:
            raise NoticeError(str(reply.header.fields.get(HeaderFields.error_name, "")))
        self._tags[int(reply.body[0])] = tag

    async def close(self) -> None:
        """Leave the bus. Safe more than once."""
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening
            self._listening = None
        if self._router is not None and self._connection is not None:
            await self._router.__aexit__(None, None, None)
            await self._connection.close()
        self._router = self._connection = None

    async def _open(self) -> DBusRouter:
        if self._router is None:
            self._connection = await open_dbus_connection("SESSION")
            self._router = DBusRouter(self._connection)
            clicked = MatchRule(
                type="signal",
                interface="org.freedesktop.Notifications",
                member="ActionInvoked",
                path="/org/freedesktop/Notifications",
            )
            await Proxy(message_bus, self._router).AddMatch(clicked)
            self._listening = asyncio.create_task(self._listen(self._router, clicked), name="notices")
        return self._router

    async def _listen(self, router: DBusRouter, clicked: MatchRule) -> None:
        with router.filter(clicked) as arrived:
            while True:
                message: Message = await arrived.get()
                tag = self._tags.pop(int(message.body[0]), None)
                if tag is not None:
                    self._on_opened(tag)
