"""Reading the bodies and query flags of REST requests, with OpenVidu's status 400 for what does not fit.

What may stand in a body, and what of it is shown again, is that of the `fromJson` and `toJson` of
OpenVidu 2.32's SessionProperties, RecordingProperties, ConnectionProperties, KurentoOptions and
IceServerProperties.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any, cast

from aiohttp import web

from openvidu_local import identifiers
from openvidu_local.model import Connection, Role, Session
from openvidu_local.parameters import Json, JsonObject

BODY_LIMIT_S = 20.0
"""How long a client may take to send its body."""

_TURN_URL = re.compile(r"turns?:(?P<address>[^?]+)(?:\?transport=(?:udp|tcp))?")
_STUN_URL = re.compile(r"stuns?:(?P<address>[^?]+)")
_ADDRESS = re.compile(r"(?:\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._-]+)(?::(?P<port>\d{1,5}))?")
_RTSP_URL = re.compile(r"(?:rtsps?|https?|file)://\S+")
_BANDWIDTHS = (
    "videoMaxRecvBandwidth",
    "videoMinRecvBandwidth",
    "videoMaxSendBandwidth",
    "videoMinSendBandwidth",
)
_RECORDING_NAME = re.compile(r"[a-zA-Z0-9_~-]+")
_RESOLUTION = re.compile(r"(?:[1-9]\d{2}|1\d{3})x(?:[1-9]\d{2}|1\d{3})")
_OUTPUT_MODES = ("COMPOSED", "COMPOSED_QUICK_START", "INDIVIDUAL")
_LAYOUTS = ("BEST_FIT", "PICTURE_IN_PICTURE", "VERTICAL_PRESENTATION", "HORIZONTAL_PRESENTATION", "CUSTOM")
_LEAST_SHARED_MEMORY_BYTES = 134_217_728


class BadRequestError(Exception):
    """The body is no JSON object or a member does not fit: status 400 with the message."""


class SlowBodyError(Exception):
    """The body did not come in time: status 408."""


class NoPlayerError(Exception):
    """An IP camera is asked for: status 500 with the message, as where OpenVidu cannot play one."""


def recording_properties(body: JsonObject) -> JsonObject:
    """`defaultRecordingProperties` with its defaults, showing what its kind of recording has.

    Raises:
        BadRequestError: a member does not fit, or there is nothing to record.
    """
    name = member(body, "name", str, "")
    if name and not _RECORDING_NAME.fullmatch(name):
        raise BadRequestError("Parameter 'name' is wrong. Must be an alphanumeric string [a-zA-Z0-9_-~]")
    has_audio, has_video = member(body, "hasAudio", bool, True), member(body, "hasVideo", bool, True)
    if not has_audio and not has_video:
        raise BadRequestError("A recording needs 'hasAudio' or 'hasVideo'")
    mode = choice(body, "outputMode", _OUTPUT_MODES)
    ignoring = member(body, "ignoreFailedStreams", bool, False)
    picture = _recorded_picture(body)
    shown: JsonObject = {"name": name, "hasAudio": has_audio, "hasVideo": has_video, "outputMode": mode}
    if mode == "INDIVIDUAL":
        return shown | {"ignoreFailedStreams": ignoring}
    return shown | picture if has_video else shown


def _recorded_picture(body: JsonObject) -> JsonObject:
    """The members that only a composed recording with a picture has.

    Raises:
        BadRequestError: one does not fit.
    """
    resolution = member(body, "resolution", str, "1280x720")
    if not _RESOLUTION.fullmatch(resolution):
        raise BadRequestError("Wrong 'resolution': 100 to 1999 for both width and height")
    frame_rate = number(body, "frameRate", 25)
    if not 1 <= frame_rate <= 120:
        raise BadRequestError("Wrong 'frameRate': 1 to 120")
    shared_bytes = number(body, "shmSize", 536_870_912)
    if shared_bytes < _LEAST_SHARED_MEMORY_BYTES:
        raise BadRequestError("Wrong 'shmSize': at least 134217728")
    layout = choice(body, "recordingLayout", _LAYOUTS)
    custom = member(body, "customLayout", str, "")
    picture: JsonObject = {
        "recordingLayout": layout,
        "resolution": resolution,
        "frameRate": frame_rate,
        "shmSize": shared_bytes,
    }
    return picture | {"customLayout": custom} if layout == "CUSTOM" else picture


def check_media_node(body: JsonObject) -> None:
    """Look at `mediaNode`, which only the paid editions use and every edition reads.

    Raises:
        BadRequestError: it is no object with an `id`.
    """
    node = member(body, "mediaNode", dict, None)
    if node is not None and member(node, "id", str, None) is None:
        raise BadRequestError("Error in parameter 'mediaNode'. Property 'id' not found")


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
    """`kurentoOptions` without what OpenVidu does not know.

    Raises:
        BadRequestError: a bandwidth is no integer, or the filters are no list of strings.
    """
    if options is None:
        return None
    kept: JsonObject = {
        name: number(options, name, 0) for name in _BANDWIDTHS if options.get(name) is not None
    }
    filters = member(options, "allowedFilters", list, None)
    if filters is not None:
        if not all(isinstance(name, str) for name in filters):
            raise BadRequestError("Wrong type of 'allowedFilters'")
        kept["allowedFilters"] = filters
    return kept


def _ice_server(server: Json) -> JsonObject:
    """One checked entry of `customIceServers`, a shared secret being turned into credentials.

    Raises:
        BadRequestError: not a STUN or TURN server with the credentials its kind needs.
    """
    if not isinstance(server, dict):
        raise BadRequestError("Wrong 'customIceServers'")
    url = member(server, "url", str, "")
    username, credential = member(server, "username", str, None), member(server, "credential", str, None)
    secret = member(server, "staticAuthSecret", str, None)
    turn = _TURN_URL.fullmatch(url)
    found = turn or _STUN_URL.fullmatch(url)
    address = _ADDRESS.fullmatch(found["address"]) if found else None
    if address is None or not 1 <= int(address["port"] or 1) <= 65535:
        raise BadRequestError(f"Not a valid TURN/STUN uri provided: '{url}'")
    if turn is None:
        if username is not None or credential is not None or secret is not None:
            raise BadRequestError("Credentials can not be defined while using stun.")
        return {"url": url}
    if secret is not None:
        if username is not None or credential is not None:
            raise BadRequestError("Either 'staticAuthSecret' or 'username' and 'credential'")
        username, credential = identifiers.turn_credentials(secret)
    if username is None or credential is None:
        raise BadRequestError("Credentials must be defined while using turn")
    return {"url": url, "username": username, "credential": credential}


async def read_body(request: web.Request) -> JsonObject:
    """The request's JSON object, `{}` when there is no body.

    Raises:
        BadRequestError: something else.
        SlowBodyError: the client does not send it.
        HTTPRequestEntityTooLarge: it is longer than aiohttp's limit of one mebibyte.
    """
    try:
        async with asyncio.timeout(BODY_LIMIT_S):
            text = await request.text()
    except TimeoutError as error:
        raise SlowBodyError from error
    except (UnicodeDecodeError, LookupError) as error:  # the latter for an unknown charset
        raise BadRequestError("The body is no text") from error
    if not text:
        return {}
    try:
        body: Json = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequestError("The body is no JSON") from error
    if not isinstance(body, dict):
        raise BadRequestError("The body is no JSON object")
    return body


def _no_constant(name: str) -> Json:
    """Refuse NaN and the infinities, which Python reads and JSON does not have."""
    raise ValueError(name)


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


def choice(body: JsonObject, name: str, choices: tuple[str, ...]) -> str:
    """One of some words; the first when the member is missing or null.

    Raises:
        BadRequestError: it is something else.
    """
    value = member(body, name, str, choices[0])
    if value not in choices:
        raise BadRequestError(f"Wrong value of '{name}'")
    return cast("str", value)


def number(body: JsonObject, name: str, default: int) -> int:
    """An integer member, or `default` when it is missing or null; 25.0 is 25.

    Raises:
        BadRequestError: it is no integer.
    """
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):  # an int for Python, not for JSON
        raise BadRequestError(f"Wrong type of '{name}'")
    return value


def flag(request: web.Request, name: str, *, default: bool) -> bool:
    """A boolean of the query."""
    value = request.query.get(name)
    return default if value is None else value.lower() == "true"
