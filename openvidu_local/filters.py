"""Server-side filters: rights, errors and announcements as in OpenVidu 2.32, without the effect.

A relay that never decodes cannot change a picture. What a filter method may do, how it fails and
what others hear of it is the real thing, so that a client's handling can be tested.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from openvidu_local import identifiers
from openvidu_local.errors import Code, RpcError
from openvidu_local.model import Connection, Stream
from openvidu_local.parameters import JsonObject, json_object
from openvidu_local.rooms import Rooms
from openvidu_local.rpc import Call


class Filters:
    """`applyFilter` and its relatives."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def table(self) -> Mapping[str, Callable[[Call], Awaitable[None]]]:
        """The methods by their wire names."""
        return {
            "applyFilter": self._apply,
            "removeFilter": self._remove,
            "execFilterMethod": self._execute,
            "addFilterEventListener": self._listen,
            "removeFilterEventListener": self._stop_listening,
        }

    async def _apply(self, call: Call) -> None:
        kind = call.params.string("type")
        owner, stream = self._target(call, kind=kind)
        options = _options(call.params.string("options"))
        if stream.filter:
            raise RpcError(Code.EXISTING_FILTER_ALREADY_APPLIED, "The stream has a filter already.")
        stream.filter = {"type": kind, "options": options}
        self._finish(call, owner, stream, "applyFilter")

    async def _remove(self, call: Call) -> None:
        owner, stream = self._filtered(call)
        stream.filter = {}
        stream.listeners.clear()
        self._finish(call, owner, stream, "removeFilter")

    async def _execute(self, call: Call) -> None:
        owner, stream = self._filtered(call)
        params = _options(call.params.string("params"))
        stream.filter["lastExecMethod"] = {"method": call.params.string("method"), "params": params}
        self._finish(call, owner, stream, "execFilterMethod")

    async def _listen(self, call: Call) -> None:
        _, stream = self._filtered(call)
        stream.listeners.add(call.params.string("eventType"))
        call.reply()

    async def _stop_listening(self, call: Call) -> None:
        _, stream = self._filtered(call)
        event = call.params.string("eventType")
        if event not in stream.listeners:
            raise RpcError(Code.FILTER_EVENT_LISTENER_NOT_FOUND, f"Nobody listens to '{event}'.")
        stream.listeners.discard(event)
        call.reply()

    def _filtered(self, call: Call) -> tuple[Connection, Stream]:
        owner, stream = self._target(call, kind=None)
        if not stream.filter:
            raise RpcError(Code.FILTER_NOT_APPLIED, "The stream has no filter.")
        return owner, stream

    @staticmethod
    def _target(call: Call, *, kind: str | None) -> tuple[Connection, Stream]:
        """The stream a call is about, once its rights are checked; `kind` only when one is applied."""
        caller = call.connection
        stream_id = call.params.string("streamId")
        owner = caller.session.connections.get(identifiers.stream_owner(stream_id))
        own = owner is caller and (kind is None or kind in caller.allowed_filters)
        if not caller.may_moderate and not own:
            raise RpcError(Code.USER_UNAUTHORIZED, "Unable to use this filter. The token does not allow it.")
        if owner is None:
            raise RpcError(Code.USER_NOT_FOUND, f"The owner of '{stream_id}' is not in the session.")
        if owner.stream is None or not owner.stream.ready:
            raise RpcError(Code.USER_NOT_STREAMING, f"'{owner.id}' is not streaming.")
        return owner, owner.stream

    def _finish(self, call: Call, owner: Connection, stream: Stream, reason: str) -> None:
        call.reply()
        self._rooms.change_property(owner, "filter", dict(stream.filter), reason, caller=call.connection)


def _options(text: str) -> JsonObject:
    options = json_object(text)
    if options is None:
        raise RpcError(Code.FILTER_NOT_APPLIED, "The options are no JSON object.")
    return options
