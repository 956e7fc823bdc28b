"""What a paid edition does when the media node of a subscription crashes, done with the local server's parts.

The server offers the stream to its receiver from another node, unasked (OpenVidu 2.32
`ProtocolElements.FORCIBLYRECONNECTSUBSCRIBER`); the Community Edition has no second node.
"""

from __future__ import annotations

from openvidu_local.model import Subscription
from openvidu_local.server import OpenViduServer


async def lose_media_node(
    server: OpenViduServer, session_id: str, *, receiver_id: str, sender_id: str
) -> None:
    """End what `receiver_id` gets from `sender_id`, and offer it anew by a notification."""
    session = server.rooms.sessions[session_id]
    receiver, sender = session.connections[receiver_id], session.connections[sender_id]
    stream, line = sender.stream, receiver.line
    assert stream is not None
    assert line is not None
    server.rooms.unsubscribe(receiver, sender_id, None)
    endpoint = server.rooms.relay.subscriber(stream.media)
    receiver.subscriptions[sender_id] = Subscription(stream=stream, endpoint=endpoint)
    published = (("audio", stream.has_audio), ("video", stream.has_video))
    kinds = tuple(kind for kind, there in published if there)
    offer = await endpoint.offer(server.rooms.codec_rule(session), kinds)
    params = {"connectionId": sender_id, "streamId": stream.id, "sdpOffer": offer}
    line.notify("forciblyReconnectSubscriber", dict(params))
