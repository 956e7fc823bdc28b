"""Reading the bodies and query flags of REST requests, with OpenVidu's status 400 for what does not fit."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from aiohttp import web

from openvidu_local.model import Connection, Role, Session
from openvidu_local.parameters import Json, JsonObject

_ICE_URL = re.compile(r"(?:stuns?:[^?]+|turns?:[^?]+(?:\?transport=(?:udp|tcp))?)")


_RTSP_URL = re.compile(r"(?:rtsps?|https?|file)://\S+")
_BANDWIDTHS = (
    "videoMaxRecvBandwidth",
    "videoMinRecvBandwidth",
    "videoMaxSendBandwidth",
    "videoMinSendBandwidth",
)


class BadRequestError(Exception):
    """The body is no JSON object or a member does not fit: status 400 with the message."""


class NoPlayerError(Exception):
    """An IP camera is asked for: status 500 with the message, as where OpenVidu cannot play one."""


def new_connection(session: Session, body: JsonObject) -> Connection:
    """A pending connection as the body describes it.

    Raises:
        BadRequestError: a member does not fit.
        NoPlayerError: everything fits, and it is an IP camera.
    """
    kind = member(body, "type", str, "WEBRTC")
    if kind == "IPCAM":
        _check_camera(body)
        raise NoPlayerError("This server cannot play IP cameras")
    if kind != "WEBRTC":
        raise BadRequestError("Wrong value of 'type'")
    role = member(body, "role", str, Role.PUBLISHER.value)
    if role not in Role.__members__:
        raise BadRequestError("Wrong value of 'role'")
    servers = [_ice_server(server) for server in member(body, "customIceServers", list, [])]
    return Connection(
        session=session,
        role=Role(role),
        server_data=member(body, "data", str, ""),
        record=member(body, "record", bool, True),
        kurento_options=_kurento_options(member(body, "kurentoOptions", dict, None)),
        ice_servers=servers,
    )


def _check_camera(body: JsonObject) -> None:
    """Look at the members of an IP camera.

    Raises:
        BadRequestError: one is missing or does not fit.
    """
    if not _RTSP_URL.fullmatch(member(body, "rtspUri", str, "")):
        raise BadRequestError("Wrong or missing 'rtspUri'")
    member(body, "adaptativeBitrate", bool, True)
    member(body, "onlyPlayWithSubscribers", bool, True)
    if number(body, "networkCache", 2000) < 0:
        raise BadRequestError("Wrong value of 'networkCache'")


def _kurento_options(options: JsonObject | None) -> JsonObject | None:
    """Checked `kurentoOptions`.

    Raises:
        BadRequestError: a bandwidth is no integer, or the filters are no list of strings.
    """
    if options is not None:
        for name in _BANDWIDTHS:
            number(options, name, 0)
        names = member(options, "allowedFilters", list, [])
        if not all(isinstance(name, str) for name in names):
            raise BadRequestError("Wrong type of 'allowedFilters'")
    return options


def _ice_server(server: Json) -> JsonObject:
    """One checked entry of `customIceServers`.

    Raises:
        BadRequestError: not a STUN or TURN server with the credentials its kind needs.
    """
    if not isinstance(server, dict) or not isinstance(server.get("url"), str):
        raise BadRequestError("Wrong 'customIceServers'")
    url = cast("str", server["url"])
    has_credentials = bool(server.get("username")) and bool(server.get("credential"))
    is_turn = url.startswith("turn")
    if not _ICE_URL.fullmatch(url) or is_turn is not has_credentials:
        raise BadRequestError("Wrong 'customIceServers'")
    return {name: server[name] for name in ("url", "username", "credential") if name in server}


async def read_body(request: web.Request) -> JsonObject:
    """The request's JSON object, `{}` when there is no body.

    Raises:
        BadRequestError: something else.
    """
    text = await request.text()
    if not text:
        return {}
    try:
        body: Json = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequestError("The body is no JSON") from error
    if not isinstance(body, dict):
        raise BadRequestError("The body is no JSON object")
    return body


def member(body: JsonObject, name: str, kind: type, default: object) -> Any:
    """A member of a body, or `default` when it is missing or null.

    Raises:
        BadRequestError: it is not of `kind`.
    """
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, kind):
        raise BadRequestError(f"Wrong type of '{name}'")
    return value


def number(body: JsonObject, name: str, default: int) -> int:
    """An integer member, or `default` when it is missing or null.

    Raises:
        BadRequestError: it is no integer.
    """
    value = member(body, name, int, default)
    if isinstance(value, bool):  # an int for Python, not for JSON
        raise BadRequestError(f"Wrong type of '{name}'")
    return cast("int", value)


def flag(request: web.Request, name: str, *, default: bool) -> bool:
    """A boolean of the query."""
    value = request.query.get(name)
    return default if value is None else value.lower() == "true"
