"""Opens a room of the kind its token says."""

from __future__ import annotations

import logging
import ssl

from desktop.rtc.native_memory import NATIVE_MEMORY
from desktop.rtc.openvidu_room import OpenViduRoom
from desktop.rtc.room import OnSignal, OnState, Room, RoomDevices, RoomOptions, RoomRequest
from desktop.rtc.signalling import SignallingTimes
from desktop.rtc.token import parse_token


def open_room(
    request: RoomRequest,
    devices: RoomDevices,
    on_state: OnState,
    *,
    ssl_context: ssl.SSLContext | None = None,
    relay_only: bool = False,
    on_signal: OnSignal | None = None,
    times: SignallingTimes | None = None,
) -> Room:
    """Make a room, not joined yet; must be called on the loop the room will live on.

    Args:
        request: token, name and initial state.
        devices: camera, microphone and loudspeaker.
        on_state: told about every new state, on the room's loop.
        ssl_context: see `RoomOptions`.
        relay_only: see `RoomOptions`.
        on_signal: told about every signal, on the room's loop; None drops them.
        times: limits of the signalling; None takes OpenVidu's.

    Raises:
        RtcError: `bad-token` for a token of no kind that we know.
    """
    token = parse_token(request.token)
    NATIVE_MEMORY.limit_arenas()
    _keep_secrets_out_of_logs()
    options = RoomOptions(ssl_context=ssl_context, relay_only=relay_only)
    return OpenViduRoom(request, devices, on_state, token, on_signal=on_signal, options=options, times=times)


def _keep_secrets_out_of_logs() -> None:
    """At DEBUG, aiortc writes whole session descriptions; aioice writes credentials."""
    for name, level in (("aiortc", logging.INFO), ("aioice", logging.WARNING)):
        library_log = logging.getLogger(name)
        if library_log.level < level:
            library_log.setLevel(level)
