"""The application methods of the RPC that concern media: publish, subscribe, candidates, reconnect.

While an SDP is negotiated the caller may be evicted or the publisher may go away; each method looks
again after every `await` and then either stays silent or fails, and never leaves an endpoint behind.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from openvidu_local import identifiers
from openvidu_local.errors import Code, MalformedRequestError, RpcError, UnansweredError
from openvidu_local.model import Connection, Reason, Stream, Subscription
from openvidu_local.parameters import JsonObject
from openvidu_local.relay import Candidate, Endpoint, StreamMedia
from openvidu_local.rooms import Rooms
from openvidu_local.rpc import Call

_Result = TypeVar("_Result")


class MediaMethods:
    """Publishing and subscribing."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._relay = rooms.relay

    def table(self) -> Mapping[str, Callable[[Call], Awaitable[None]]]:
        """The methods by their wire names."""
        return {
            "publishVideo": self._publish_video,
            "unpublishVideo": self._unpublish_video,
            "receiveVideoFrom": self._receive_video_from,
            "prepareReceiveVideoFrom": self._prepare_receive_video_from,
            "unsubscribeFromVideo": self._unsubscribe_from_video,
            "onIceCandidate": self._on_ice_candidate,
            "reconnectStream": self._reconnect_stream,
        }

    async def _publish_video(self, call: Call) -> None:
        connection, params = call.connection, call.params
        if not connection.may_publish:
            raise RpcError(
                Code.USER_UNAUTHORIZED, "Unable to publish video. The user does not have a valid token."
            )
        offer, loopback = params.string("sdpOffer"), params.boolean("doLoopback")
        has_audio, has_video = params.boolean("hasAudio"), params.boolean("hasVideo")
        type_of_video = params.string("typeOfVideo") if has_video else None
        _check_filter(params.optional_object("filter"), connection)
        if connection.stream is not None:
            raise RpcError(Code.USER_ALREADY_STREAMING, f"'{connection.id}' is streaming already.")
        media = StreamMedia(self._relay.faults)
        stream = Stream(
            id=identifiers.stream_id(connection.id, has_video=has_video, type_of_video=type_of_video),
            has_audio=has_audio,
            has_video=has_video,
            audio_active=params.optional_boolean("audioActive"),
            video_active=params.optional_boolean("videoActive"),
            type_of_video=type_of_video,
            frame_rate=params.optional_integer("frameRate", -1),
            video_dimensions=params.optional_string("videoDimensions"),
            media=media,
            endpoint=self._relay.publisher(media),
            filter=params.optional_object("filter") or {},
        )
        connection.stream = stream
        _hand_over_candidates(connection, connection.id, stream.endpoint)
        rule = replace(self._rooms.codec_rule(connection.session), video_expected=has_video)
        try:
            answer = await stream.endpoint.answer(offer, rule, loopback=loopback)
        except RpcError:
            if connection.stream is stream:
                connection.stream = None
                self._relay.close_later(stream.endpoint)
            _silent_when_gone(connection)
            raise
        if connection.stream is not stream:
            _silent_when_gone(connection)
            raise RpcError(Code.MEDIA_ENDPOINT, "The publication was ended meanwhile.")
        result: JsonObject = {"id": stream.id, "sdpAnswer": answer, "createdAt": stream.created_at_ms}
        _reply_among_candidates(call, result, stream.endpoint, owner=connection.id, name=stream.id)
        self._rooms.announce(connection)

    async def _unpublish_video(self, call: Call) -> None:
        connection = call.connection
        if connection.stream is None:
            raise RpcError(Code.USER_NOT_STREAMING, f"'{connection.id}' is not streaming.")
        self._rooms.unpublish(connection, Reason.UNPUBLISH)
        call.reply()

    async def _receive_video_from(self, call: Call) -> None:
        connection, params = call.connection, call.params
        sender = params.string("sender")
        offer, answer = params.optional_string("sdpOffer"), params.optional_string("sdpAnswer")
        if offer is not None:
            owner, stream = self._stream_to_receive(connection, sender)
            if owner.id in connection.subscriptions:
                raise RpcError(Code.MEDIA_ENDPOINT, f"'{connection.id}' receives '{stream.id}' already.")
            await self._subscribe(call, owner, stream, offer)
        elif answer is not None:
            owner, stream = self._stream_to_receive(connection, sender)
            await self._accept(call, owner, answer)
        else:
            raise UnansweredError("neither an offer nor an answer")

    async def _prepare_receive_video_from(self, call: Call) -> None:
        connection, params = call.connection, call.params
        sender, again = params.string("sender"), params.boolean("reconnect")
        owner, stream = self._stream_to_receive(connection, sender)
        if owner.id in connection.subscriptions and not again:
            raise RpcError(Code.MEDIA_ENDPOINT, f"'{connection.id}' receives '{stream.id}' already.")
        subscription = self._new_subscription(connection, owner, stream)
        kinds = tuple(
            kind
            for kind, published in (("audio", stream.has_audio), ("video", stream.has_video))
            if published
        )
        rule = self._rooms.codec_rule(connection.session)
        offer = await self._negotiate(
            connection, owner, subscription, subscription.endpoint.offer(rule, kinds)
        )
        call.reply({"sdpOffer": offer})

    async def _unsubscribe_from_video(self, call: Call) -> None:
        connection = call.connection
        owner = call.params.string("sender")
        if owner not in connection.session.connections:
            raise RpcError(Code.USER_NOT_FOUND, f"No connection '{owner}' in the session.")
        self._rooms.unsubscribe(connection, owner, Reason.UNSUBSCRIBE)
        call.reply()

    async def _on_ice_candidate(self, call: Call) -> None:
        connection, params = call.connection, call.params
        owner, text = params.string("endpointName"), params.string("candidate")
        params.string("sdpMid")
        params.integer("sdpMLineIndex")
        endpoint = self._endpoint(connection, owner)
        if endpoint is None:
            connection.keep_early_candidate(owner, text)
        else:
            await endpoint.add_candidate(text)
        call.reply()

    async def _reconnect_stream(self, call: Call) -> None:
        connection, params = call.connection, call.params
        stream_id = params.string("stream")
        offer, text = params.optional_string("sdpOffer"), params.optional_string("sdpString")
        if offer is None and text is None:
            raise MalformedRequestError("Request element 'sdpString' is missing")
        owner_id = identifiers.stream_owner(stream_id)
        if owner_id == connection.id:
            await self._republish(call, stream_id, offer or text or "")
            return
        owner = connection.session.connections.get(owner_id)
        if owner is None or owner.stream is None or not owner.stream.ready:
            raise RpcError(Code.USER_NOT_STREAMING, f"No stream '{stream_id}' in the session.")
        if offer is not None:
            await self._subscribe(call, owner, owner.stream, offer)
        else:
            await self._accept(call, owner, text or "")

    async def _republish(self, call: Call, stream_id: str, offer: str) -> None:
        connection = call.connection
        stream = connection.stream
        if stream is None or stream.id != stream_id:
            raise RpcError(Code.MEDIA_ENDPOINT, "The caller does not publish this stream.")
        # The new endpoint fills the same fan-outs: subscribers go on and others are not told.
        self._relay.close_later(stream.endpoint)
        stream.endpoint = endpoint = self._relay.publisher(stream.media)
        try:
            answer = await endpoint.answer(offer, self._rooms.codec_rule(connection.session))
        except RpcError:
            _silent_when_gone(connection)
            raise
        _silent_when_gone(connection)
        result: JsonObject = {"id": stream.id, "sdpAnswer": answer, "createdAt": stream.created_at_ms}
        _reply_among_candidates(call, result, endpoint, owner=connection.id, name=stream.id)

    async def _subscribe(self, call: Call, owner: Connection, stream: Stream, offer: str) -> None:
        connection = call.connection
        subscription = self._new_subscription(connection, owner, stream)
        rule = self._rooms.codec_rule(connection.session)
        answer = await self._negotiate(
            connection, owner, subscription, subscription.endpoint.answer(offer, rule)
        )
        self._rooms.subscribed(connection, owner.id)
        name = f"{connection.id}_{stream.id}"
        _reply_among_candidates(call, {"sdpAnswer": answer}, subscription.endpoint, owner=owner.id, name=name)

    async def _accept(self, call: Call, owner: Connection, answer: str) -> None:
        connection = call.connection
        subscription = connection.subscriptions.get(owner.id)
        if subscription is None:
            raise RpcError(Code.MEDIA_ENDPOINT, "No offer was made for this stream.")
        await self._negotiate(connection, owner, subscription, subscription.endpoint.accept(answer))
        self._rooms.subscribed(connection, owner.id)
        call.reply()

    async def _negotiate(
        self,
        connection: Connection,
        owner: Connection,
        subscription: Subscription,
        negotiation: Awaitable[_Result],
    ) -> _Result:
        """Await one step of a subscription; what fails is not left behind."""
        try:
            result = await negotiation
        except RpcError:
            if connection.subscriptions.get(owner.id) is subscription:
                self._rooms.unsubscribe(connection, owner.id, Reason.UNSUBSCRIBE)
            _silent_when_gone(connection)
            raise
        _silent_when_gone(connection)
        if connection.subscriptions.get(owner.id) is not subscription:
            raise RpcError(Code.MEDIA_ENDPOINT, "The publisher went away meanwhile.")
        return result

    def _new_subscription(self, connection: Connection, owner: Connection, stream: Stream) -> Subscription:
        """Make a subscription; one that is there already gives way and goes on in the new one."""
        renewed = connection.subscriptions.get(owner.id)
        subscription = Subscription(stream=stream, endpoint=self._relay.subscriber(stream.media))
        if renewed is not None:
            self._rooms.unsubscribe(connection, owner.id, None)
            subscription.told, subscription.created_at_ms = renewed.told, renewed.created_at_ms
        connection.subscriptions[owner.id] = subscription
        _hand_over_candidates(connection, owner.id, subscription.endpoint)
        return subscription

    @staticmethod
    def _stream_to_receive(connection: Connection, sender: str) -> tuple[Connection, Stream]:
        owner_id = identifiers.stream_owner(sender)
        owner = connection.session.connections.get(owner_id)
        if owner is None:
            raise RpcError(Code.USER_NOT_FOUND, f"No connection '{owner_id}' in the session.")
        stream = owner.stream
        if owner is connection or stream is None or not stream.ready:
            raise RpcError(Code.USER_NOT_STREAMING, f"'{owner_id}' has no stream to receive.")
        return owner, stream

    @staticmethod
    def _endpoint(connection: Connection, owner: str) -> Endpoint | None:
        if owner == connection.id:
            return connection.stream.endpoint if connection.stream is not None else None
        subscription = connection.subscriptions.get(owner)
        return subscription.endpoint if subscription is not None else None


def _hand_over_candidates(connection: Connection, owner: str, endpoint: Endpoint) -> None:
    endpoint.early_candidates = connection.early_candidates.pop(owner, [])


def _reply_among_candidates(
    call: Call, result: JsonObject, endpoint: Endpoint, *, owner: str, name: str
) -> None:
    """Reply, with the first m-line's candidates before it and the others' after it, as Kurento may."""

    def trickle(candidates: list[Candidate]) -> None:
        for candidate in candidates:
            call.session.notify(
                "iceCandidate",
                {
                    "senderConnectionId": owner,
                    "endpointName": name,
                    "sdpMLineIndex": candidate.index,
                    "sdpMid": candidate.mid,
                    "candidate": candidate.text,
                },
            )

    trickle([candidate for candidate in endpoint.candidates if candidate.index == 0])
    call.reply(result)
    trickle([candidate for candidate in endpoint.candidates if candidate.index > 0])


def _check_filter(wanted: JsonObject | None, connection: Connection) -> None:
    if wanted and not connection.may_moderate and wanted.get("type") not in connection.allowed_filters:
        raise RpcError(Code.FILTER_NOT_APPLIED, "The filter is not allowed by the token.")


def _silent_when_gone(connection: Connection) -> None:
    if connection.gone:
        raise UnansweredError("the caller was evicted meanwhile")
