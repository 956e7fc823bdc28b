"""The jobs that have to do with OpenVidu, by kind.

media.close        {session_id}                               a meeting ended: close its room
media.disconnect   {session_id, connection_id, only_unused}   a connection gave way to a newer one
media.event        {event, session_id, reason}                a webhook came: ask OpenVidu back
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.jobs import Handler
from backend.meetings.presence import MEDIA_LOST_REASONS, Presence
from backend.meetings.reaper import Reaper
from backend.meetings.webhooks import SERVER_EVENTS
from backend.openvidu import MediaUnavailable, OpenVidu


def media_jobs(openvidu: OpenVidu, presence: Presence, reaper: Reaper) -> dict[str, Handler]:
    """The handlers; each raises `MediaUnavailable` to be tried again."""

    async def close(payload: Mapping[str, Any]) -> None:
        await openvidu.close_session(payload["session_id"])

    async def disconnect(payload: Mapping[str, Any]) -> None:
        session_id, connection_id = payload["session_id"], payload["connection_id"]
        if payload["only_unused"] and not await openvidu.is_unused(session_id, connection_id):
            return
        await openvidu.disconnect(session_id, connection_id)

    async def ask_back(payload: Mapping[str, Any]) -> None:
        if payload["event"] in SERVER_EVENTS:
            await reaper.look()
            return
        destroyed = payload["event"] == "sessionDestroyed"
        await presence.look_back(
            payload["session_id"], media_reason=destroyed and payload["reason"] in MEDIA_LOST_REASONS
        )

    return {"media.close": close, "media.disconnect": disconnect, "media.event": ask_back}


def jobs_without_media() -> dict[str, Handler]:
    """The same kinds where no OpenVidu is configured: they wait for one."""

    async def wait(_: Mapping[str, Any]) -> None:
        raise MediaUnavailable("no OpenVidu is configured")

    return dict.fromkeys(("media.close", "media.disconnect", "media.event"), wait)
