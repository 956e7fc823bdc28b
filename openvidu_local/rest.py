"""The REST API below `/openvidu/api` that an application's server uses.

Status codes, bodies and quirks are those of OpenVidu 2.32's SessionRestController: most errors have
an empty body, absent values are an explicit null, and an existing `customSessionId` gives 409.
Two calls of our own below `/openvidu-local` turn faults on and cut sockets while the server runs.
"""

from __future__ import annotations

import base64
import hmac
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from openvidu_local.faults import FaultError, Faults
from openvidu_local.identifiers import now_ms
from openvidu_local.model import Reason, Session
from openvidu_local.options import HTTPS_PORT, VERSION, Options
from openvidu_local.parameters import Json, JsonObject
from openvidu_local.rest_bodies import (
    BadRequestError,
    NoPlayerError,
    SlowBodyError,
    check_media_node,
    choice,
    flag,
    member,
    new_connection,
    read_body,
    recording_properties,
)
from openvidu_local.rest_objects import connection_object, session_object
from openvidu_local.rooms import Rooms, SessionExistsError
from openvidu_local.rpc import RpcServer

log = logging.getLogger(__name__)

USER = "OPENVIDUAPP"
"""User name of the Basic authentication."""

_BASE = "/openvidu/api"
_SESSION_ID = re.compile(r"[a-zA-Z0-9_-]+")
_OPEN_PATHS = frozenset(
    {
        "/openvidu",
        "/openvidu/accept-certificate",
        "/accept-certificate",
        f"{_BASE}/config/openvidu-publicurl",
        "/config/openvidu-publicurl",
    }
)
_CODECS = ("MEDIA_SERVER_PREFERRED", "NONE", "VP8", "VP9", "H264")
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "*",
    "Access-Control-Allow-Headers": "*",
}


@dataclass(frozen=True)
class Rest:
    """The REST API of one server."""

    rooms: Rooms
    rpc: RpcServer
    faults: Faults
    options: Options
    public_url: Callable[[], str]

    def routes(self) -> list[web.RouteDef]:
        """Every route; also without the `/openvidu` prefix, as old clients call them.

        The old paths are those that OpenVidu's ApiRestPathRewriteFilter translates.
        """
        routes = [
            web.put("/openvidu-local/faults", self._set_faults),
            web.post("/openvidu-local/drop-sockets", self._drop_sockets),
        ]
        for base in ("/openvidu", ""):
            routes += [
                web.get(f"{base}/accept-certificate", self._empty),
                web.get(f"{base}/recordings{{rest:.*}}", self._no_file),
            ]
        for base in (f"{_BASE}/config", "/config"):
            routes += [
                web.get(base, self._config),
                web.get(f"{base}/openvidu-version", self._version),
                web.get(f"{base}/openvidu-publicurl", self._public_url),
                web.get(f"{base}/openvidu-recording", self._off),
                web.get(f"{base}/openvidu-cdr", self._off),
            ]
        for base in (_BASE, "/api"):
            session, connection = f"{base}/sessions/{{session}}", f"{base}/sessions/{{session}}/connection"
            routes += [
                web.post(f"{base}/sessions", self._create_session),
                web.get(f"{base}/sessions", self._list_sessions),
                web.get(session, self._get_session),
                web.delete(session, self._delete_session),
                web.post(connection, self._create_connection),
                web.get(connection, self._list_connections),
                web.get(f"{connection}/{{connection}}", self._get_connection),
                web.delete(f"{connection}/{{connection}}", self._delete_connection),
                web.delete(f"{session}/stream/{{stream}}", self._delete_stream),
                web.post(f"{base}/tokens", self._create_token),
                web.post(f"{base}/signal", self._signal),
                web.route("*", f"{base}/recordings{{rest:.*}}", self._no_recordings),
            ]
        return routes

    def middleware(self) -> Middleware:
        """Authentication, CORS, the `rest-status` fault and the shape of errors."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path == "/openvidu":
                return await handler(request)
            if request.method == "OPTIONS":
                return web.Response(headers=_CORS)
            response = await self._guarded(request, handler)
            response.headers.update(_CORS)
            return response

        return guard

    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path not in _OPEN_PATHS and not self._is_authorised(request):
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="OpenVidu"'})
        status = self.faults.rest_status
        if status is not None and not request.path.startswith("/openvidu-local"):
            return web.Response(status=status)
        try:
            return await handler(request)
        except BadRequestError as error:
            return _failure(request, HTTPStatus.BAD_REQUEST, str(error))
        except NoPlayerError as error:
            return _failure(request, HTTPStatus.INTERNAL_SERVER_ERROR, str(error))
        except SlowBodyError:
            answer = web.Response(status=HTTPStatus.REQUEST_TIMEOUT)
            answer.force_close()
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed, web.HTTPRequestEntityTooLarge) as error:
            # Among the second is PATCH of a connection, which the Community Edition does not have.
            answer = _failure(request, HTTPStatus(error.status), "")
            if "Allow" in error.headers:
                answer.headers["Allow"] = error.headers["Allow"]
        return answer

    def _is_authorised(self, request: web.Request) -> bool:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        expected = base64.b64encode(f"{USER}:{self.options.secret}".encode())
        # A header is any bytes, which aiohttp hides in surrogates where they are no text.
        is_known = hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), expected)
        return is_known and scheme.lower() == "basic"

    # Sessions

    async def _create_session(self, request: web.Request) -> web.Response:
        has_body = request.can_read_body
        body = await read_body(request)
        custom_id = member(body, "customSessionId", str, "")
        if custom_id and not _SESSION_ID.fullmatch(custom_id):
            raise BadRequestError(
                "Parameter 'customSessionId' is wrong. Must be an alphanumeric string [a-zA-Z0-9_-]"
            )
        check_media_node(body)
        codec = choice(body, "forcedVideoCodec", _CODECS)
        properties: JsonObject = {
            "mediaMode": choice(body, "mediaMode", ("ROUTED", "RELAYED")),
            "recordingMode": choice(body, "recordingMode", ("MANUAL", "ALWAYS")),
            "defaultRecordingProperties": recording_properties(
                member(body, "defaultRecordingProperties", dict, {})
            ),
            "customSessionId": custom_id,
            "forcedVideoCodec": codec,
            "allowTranscoding": member(body, "allowTranscoding", bool, False),
        }
        try:
            # OpenVidu forces a codec for the body `{}`, but not for no body at all.
            session = self.rooms.create_session(
                properties, custom_id=custom_id, codec=codec if has_body else "NONE"
            )
        except SessionExistsError:
            return web.Response(status=409)
        return web.json_response(session_object(session))

    async def _list_sessions(self, request: web.Request) -> web.Response:
        wanted = _wanted(request, pending=False)
        found = [session_object(session, **wanted) for session in self.rooms.sessions.values()]
        return web.json_response({"numberOfElements": len(found), "content": found})

    async def _get_session(self, request: web.Request) -> web.Response:
        session = self._session(request)
        if session is None:
            return web.Response(status=404)
        return web.json_response(session_object(session, **_wanted(request, pending=False)))

    async def _delete_session(self, request: web.Request) -> web.Response:
        session = self._session(request)
        if session is None:
            return web.Response(status=404)
        self.rooms.close_session(session, Reason.SESSION_CLOSED_BY_SERVER)
        return web.Response(status=204)

    # Connections

    async def _create_connection(self, request: web.Request) -> web.Response:
        session = self._session(request)
        if session is None:
            return web.Response(status=404)
        connection = new_connection(session, await read_body(request))
        self.rooms.add_pending(connection)
        return web.json_response(connection_object(connection))

    async def _create_token(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        session_id = member(body, "session", str, None)
        if session_id is None:
            raise BadRequestError('"session" parameter is mandatory')
        session = self.rooms.sessions.get(session_id)
        if session is None:
            return web.Response(status=404)
        connection = new_connection(session, body)
        self.rooms.add_pending(connection)
        answer = {
            "id": connection.token,
            "token": connection.token,
            "connectionId": connection.id,
            "session": session.id,
            "role": connection.role.value,
            "data": connection.server_data,
            "record": connection.record,
            "kurentoOptions": connection.kurento_options,
        }
        return web.json_response(answer)

    async def _list_connections(self, request: web.Request) -> web.Response:
        session = self._session(request)
        if session is None:
            return web.Response(status=404)
        return web.json_response(session_object(session, **_wanted(request, pending=True))["connections"])

    async def _get_connection(self, request: web.Request) -> web.Response:
        session = self._session(request)
        if session is None:
            return web.Response(status=400)
        connection = session.find(request.match_info["connection"])
        if connection is None:
            return web.Response(status=404)
        stats = flag(request, "webRtcStats", default=False)
        return web.json_response(connection_object(connection, stats=stats))

    async def _delete_connection(self, request: web.Request) -> web.Response:
        session = self._session(request)
        if session is None:
            return web.Response(status=400)
        connection = session.find(request.match_info["connection"])
        if connection is None:
            return web.Response(status=404)
        self.rooms.evict(connection, Reason.FORCE_DISCONNECT_BY_SERVER)
        return web.Response(status=204)

    async def _delete_stream(self, request: web.Request) -> web.Response:
        session = self._session(request)
        if session is None:
            return web.Response(status=400)
        stream_id = request.match_info["stream"]
        for connection in session.connections.values():
            if connection.stream is not None and connection.stream.id == stream_id:
                self.rooms.unpublish(connection, Reason.FORCE_UNPUBLISH_BY_SERVER)
                return web.Response(status=204)
        return web.Response(status=404)

    # The rest

    async def _signal(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        session_id = member(body, "session", str, "")
        if not session_id:
            raise BadRequestError('"session" parameter is mandatory')
        receivers = member(body, "to", list, [])
        if not all(isinstance(receiver, str) for receiver in receivers):
            raise BadRequestError("Wrong type of 'to'")
        message: JsonObject = {
            "data": member(body, "data", str, None),
            "type": member(body, "type", str, None),
        }
        session = self.rooms.sessions.get(session_id)
        if session is None:
            return web.Response(status=404)
        active = session.connections
        if not active or any(receiver not in active for receiver in receivers):
            return web.Response(status=406)
        chosen = [active[cast("str", receiver)] for receiver in receivers]
        self.rooms.signal(session, chosen, message)
        return web.Response()

    async def _config(self, _: web.Request) -> web.Response:
        bandwidth = self.options.bandwidth
        maximum_kbps, minimum_kbps = bandwidth.max_bps // 1000, bandwidth.min_bps // 1000
        url = self.public_url()
        answer: JsonObject = {
            "VERSION": VERSION,
            "DOMAIN_OR_PUBLIC_IP": self.options.public_host or self.options.host,
            "HTTPS_PORT": urlsplit(url).port or HTTPS_PORT,
            "OPENVIDU_PUBLICURL": url,
            "OPENVIDU_CDR": False,
            "OPENVIDU_STREAMS_VIDEO_MAX_RECV_BANDWIDTH": maximum_kbps,
            "OPENVIDU_STREAMS_VIDEO_MIN_RECV_BANDWIDTH": minimum_kbps,
            "OPENVIDU_STREAMS_VIDEO_MAX_SEND_BANDWIDTH": maximum_kbps,
            "OPENVIDU_STREAMS_VIDEO_MIN_SEND_BANDWIDTH": minimum_kbps,
            "OPENVIDU_STREAMS_FORCED_VIDEO_CODEC": "MEDIA_SERVER_PREFERRED",
            "OPENVIDU_STREAMS_ALLOW_TRANSCODING": False,
            "OPENVIDU_SESSIONS_GARBAGE_INTERVAL": int(self.options.timing.garbage_interval_s),
            "OPENVIDU_SESSIONS_GARBAGE_THRESHOLD": int(self.options.timing.garbage_age_s),
            "OPENVIDU_RECORDING": False,
            "OPENVIDU_WEBHOOK": self.options.webhook_url is not None,
        }
        if self.options.webhook_url is not None:
            headers: list[Json] = [f"{name}: {value}" for name, value in self.options.webhook_headers]
            answer |= {
                "OPENVIDU_WEBHOOK_ENDPOINT": self.options.webhook_url,
                "OPENVIDU_WEBHOOK_HEADERS": headers,
                "OPENVIDU_WEBHOOK_EVENTS": list(self.options.webhook_events),
            }
        return web.json_response(answer)

    async def _version(self, _: web.Request) -> web.Response:
        return web.Response(text=VERSION)

    async def _public_url(self, _: web.Request) -> web.Response:
        return web.Response(text=self.public_url())

    async def _off(self, _: web.Request) -> web.Response:
        return web.json_response(False)

    async def _empty(self, _: web.Request) -> web.Response:
        return web.Response()

    async def _no_recordings(self, _: web.Request) -> web.Response:
        return web.Response(status=501)

    async def _no_file(self, _: web.Request) -> web.Response:
        return web.Response(status=404)

    async def _set_faults(self, request: web.Request) -> web.Response:
        switches = (await read_body(request)).get("faults")
        if not isinstance(switches, list) or not all(isinstance(switch, str) for switch in switches):
            raise BadRequestError("'faults' is a list of strings")
        try:
            self.faults.set(*cast("list[str]", switches))
        except FaultError as error:
            raise BadRequestError(str(error)) from error
        return web.json_response({"faults": list(self.faults.switches)})

    async def _drop_sockets(self, request: web.Request) -> web.Response:
        connection_id = member(await read_body(request), "connection", str, None)
        return web.json_response({"dropped": self.rpc.drop_sockets(connection_id)})

    def _session(self, request: web.Request) -> Session | None:
        return self.rooms.sessions.get(request.match_info["session"])


def _wanted(request: web.Request, *, pending: bool) -> dict[str, bool]:
    """What the query asks `session_object` for; `pending` when it does not say."""
    return {
        "pending": flag(request, "pendingConnections", default=pending),
        "stats": flag(request, "webRtcStats", default=False),
    }


def _failure(request: web.Request, status: HTTPStatus, message: str) -> web.Response:
    """An error in the form of OpenVidu's bodies."""
    body = {
        "timestamp": now_ms(),
        "status": status.value,
        "error": status.phrase,
        "message": message,
        "path": request.path,
    }
    return web.json_response(body, status=status)
