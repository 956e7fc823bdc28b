"""Reading the bodies and query flags of REST requests, with OpenVidu's status 400 for what does not fit."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from aiohttp import web

from openvidu_local.model import Connection, Role, Session
from openvidu_local.parameters import Json, JsonObject

_ICE_URL = re.compile(r"(?:stuns?:[^?]+|turns?:[^?]+(?:\?transport=(?:udp|tcp))?)")


class BadRequestError(Exception):
    """The body is no JSON object or a member does not fit: status 400 with the message."""


def new_connection(session: Session, body: JsonObject) -> Connection:
    """A pending connection as the body describes it.

    Raises:
        BadRequestError: a member does not fit.
    """
    kind = member(body, "type", str, "WEBRTC")
    if kind != "WEBRTC":
        raise BadRequestError("Only connections of type 'WEBRTC' can be made here")
    role = member(body, "role", str, Role.PUBLISHER.value)
    if role not in Role.__members__:
        raise BadRequestError("Wrong value of 'role'")
    servers = [_ice_server(server) for server in member(body, "customIceServers", list, [])]
    return Connection(
        session=session,
        role=Role(role),
        server_data=member(body, "data", str, ""),
        record=member(body, "record", bool, True),
        kurento_options=member(body, "kurentoOptions", dict, None),
        ice_servers=servers,
    )


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
    except ValueError as error:
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


def flag(request: web.Request, name: str, *, default: bool) -> bool:
    """A boolean of the query."""
    value = request.query.get(name)
    return default if value is None else value.lower() == "true"
