"""The application methods of the RPC that concern people: join, leave, force, signal, properties.

Media methods are in `media_methods.py`, filters in `filters.py`; `Methods.apply` knows them all. The
order of replies and notifications is that of OpenVidu 2.32's RpcHandler and SessionEventsHandler.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import cast

from openvidu_local import identifiers
from openvidu_local.errors import Code, MalformedRequestError, RpcError, UnansweredError
from openvidu_local.filters import Filters
from openvidu_local.media_methods import MediaMethods
from openvidu_local.model import Connection, Reason, Role
from openvidu_local.options import VERSION, Options
from openvidu_local.parameters import JsonObject, json_object, to_json
from openvidu_local.rooms import Rooms
from openvidu_local.rpc import Call

Handler = Callable[[Call], Awaitable[None]]

_SEMANTIC_VERSION = re.compile(r"\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]*)?")
_KEPT_PROPERTIES = {"audioActive": bool, "videoActive": bool, "videoDimensions": str}
"""Stream properties that later joiners are shown, and the type they must have."""


class Methods:
    """Every application method of one server."""

    def __init__(self, rooms: Rooms, options: Options) -> None:
        self._rooms = rooms
        self._options = options
        self._table: Mapping[str, Handler] = {
            "joinRoom": self._join_room,
            "leaveRoom": self._leave_room,
            "forceUnpublish": self._force_unpublish,
            "forceDisconnect": self._force_disconnect,
            "sendMessage": self._send_message,
            "streamPropertyChanged": self._stream_property_changed,
            "videoData": self._video_data,
            "echo": self._echo,
            "subscribeToSpeechToText": self._paid_only,
            "unsubscribeFromSpeechToText": self._paid_only,
            **MediaMethods(rooms).table(),
            **Filters(rooms).table(),
        }

    async def apply(self, call: Call) -> None:
        """Run one method.

        Raises:
            RpcError: it failed; 803 for anything before the first `joinRoom`.
            UnansweredError: the method is unknown or the caller is out.
        """
        if call.method == "joinRoom":
            call.session.join_tried = True
        elif not call.session.join_tried:
            raise RpcError(Code.TRANSPORT, f"'{call.method}' was called before 'joinRoom'.")
        elif call.method != "echo":
            _ = call.connection  # evicted callers hear nothing
        handler = self._table.get(call.method)
        if handler is None:
            raise UnansweredError("unknown method")
        await handler(call)

    async def _join_room(self, call: Call) -> None:
        params = call.params
        token, session_id = params.string("token"), params.string("session")
        platform, metadata = params.string("platform"), params.string("metadata")
        secret = params.string("secret")
        hidden = bool(params.optional_boolean("recorder")) or bool(params.optional_boolean("stt"))
        current = call.session.connection
        if secret and secret == self._options.secret:
            session = self._rooms.session(session_id)
            connection = Connection(session=session, role=Role.SUBSCRIBER, trusted=True, hidden=hidden)
            if hidden:
                connection.id = "SPEECH_TO_TEXT" if params.optional_boolean("stt") else "RECORDER"
        else:
            connection = self._rooms.use_token(session_id, token)
        # OpenVidu looks at the rest only now: the token is burnt already.
        version = params.optional_string("sdkVersion")
        if version is not None and not _SEMANTIC_VERSION.fullmatch(version):
            raise MalformedRequestError("'sdkVersion' is no semantic version")
        if current is not None and not current.gone:
            raise RpcError(Code.GENERIC, "This socket has joined already.")
        connection.platform, connection.client_data = platform, metadata
        connection.ip = call.session.ip
        connection.line = call.session
        call.session.connection = connection
        before = self._rooms.join(connection)
        call.reply(self._join_result(call, connection, before))

    def _join_result(self, call: Call, connection: Connection, before: list[Connection]) -> JsonObject:
        result: JsonObject = {
            "id": connection.id,
            "finalUserId": call.session.final_user_id,
            "createdAt": connection.active_at_ms,
            "metadata": connection.metadata,
            "value": [other.info() for other in before],
            "session": connection.session.id,
            "version": VERSION,
            "mediaServer": self._options.mode.value,
            "videoSimulcast": False,
            "record": connection.record,
            "role": connection.role.value,
            "customIceServers": list(connection.ice_servers),
        }
        host = self._options.coturn_host
        if host:
            username, credential = identifiers.turn_credentials(self._options.secret)
            result |= {
                "coturnIp": host,
                "coturnPort": self._options.coturn_port,
                "turnUsername": username,
                "turnCredential": credential,
            }
            if not connection.ice_servers:
                server: JsonObject = {"url": f"turn:{host}:{self._options.coturn_port}", "username": username}
                result["customIceServers"] = [server | {"credential": credential}]
        return result

    async def _leave_room(self, call: Call) -> None:
        self._rooms.leave(call.connection, Reason.DISCONNECT)
        call.reply()

    async def _force_unpublish(self, call: Call) -> None:
        connection = call.connection
        _moderators_only(connection, "force a stream to be unpublished")
        stream_id = call.params.string("streamId")
        target = connection.session.connections.get(identifiers.stream_owner(stream_id))
        if target is None or target.stream is None or target.stream.id != stream_id:
            raise UnansweredError("no such stream")
        call.reply()
        self._rooms.unpublish(target, Reason.FORCE_UNPUBLISH_BY_USER)

    async def _force_disconnect(self, call: Call) -> None:
        connection = call.connection
        _moderators_only(connection, "force a connection to be closed")
        target = connection.session.connections.get(call.params.string("connectionId"))
        if target is None:
            raise RpcError(Code.USER_NOT_FOUND, "The connection to be closed is not in the session.")
        self._rooms.evict(target, Reason.FORCE_DISCONNECT_BY_USER, between=call.reply)

    async def _send_message(self, call: Call) -> None:
        connection = call.connection
        message = json_object(call.params.string("message"))
        if message is None:
            raise RpcError(Code.SIGNAL_FORMAT_INVALID, "The signal is no JSON object.")
        everybody = connection.session.connections
        receivers = message.get("to") or []
        if not isinstance(receivers, list) or not all(
            isinstance(receiver, str) and receiver in everybody for receiver in receivers
        ):
            raise RpcError(Code.SIGNAL_TO_INVALID, "The signal is not for connections of this session.")
        # Named twice is named once.
        chosen = [everybody[receiver] for receiver in dict.fromkeys(cast("list[str]", receivers))]
        kind = _text(message, "type")
        signal: JsonObject = {"data": _text(message, "data"), "type": kind, "from": connection.id}
        self._rooms.signal(connection.session, chosen, signal)
        call.reply()
        if kind is None:
            # OpenVidu delivers such a signal and then trips over it in its event log.
            raise MalformedRequestError("the signal has no type")

    async def _stream_property_changed(self, call: Call) -> None:
        connection, params = call.connection, call.params
        params.string("streamId")  # compulsory, and replaced by the caller's own
        name, reason = params.string("property"), params.string("reason")
        value = params.value("newValue")
        stream = connection.stream
        if stream is None:
            raise MalformedRequestError("the caller does not publish")
        wanted = _KEPT_PROPERTIES.get(name)
        if wanted is not None and not isinstance(value, wanted):
            raise MalformedRequestError(f"'newValue' does not fit '{name}'")
        if name == "audioActive":
            stream.audio_active = bool(value)
        elif name == "videoActive":
            stream.video_active = bool(value)
        elif name == "videoDimensions":
            stream.video_dimensions = str(value)
        call.reply()
        self._rooms.change_property(connection, name, value, reason, caller=connection)

    async def _video_data(self, call: Call) -> None:
        params = call.params
        call.connection.video_data = {
            "height": params.integer("height"),
            "width": params.integer("width"),
            "videoActive": params.boolean("videoActive"),
            "audioActive": params.boolean("audioActive"),
        }
        call.reply()

    async def _echo(self, call: Call) -> None:
        call.reply()

    async def _paid_only(self, call: Call) -> None:
        raise RpcError(Code.WRONG_OPENVIDU_EDITION, f"'{call.method}' is not part of the Community edition.")


def _moderators_only(connection: Connection, action: str) -> None:
    if not connection.may_moderate:
        raise RpcError(Code.USER_UNAUTHORIZED, f"Unable to {action}. The user is no moderator.")


def _text(message: JsonObject, name: str) -> str | None:
    """A member of a signal as text: a number and a truth value become theirs; None when it is absent.

    Raises:
        MalformedRequestError: null, a list or an object, which Gson's `getAsString` refuses.
    """
    if name not in message:
        return None
    value = message[name]
    if value is None or isinstance(value, list | dict):
        raise MalformedRequestError(f"the signal's '{name}' is no text")
    return value if isinstance(value, str) else to_json(value)
