"""The session and connection objects of the REST API, absent values as explicit nulls."""

from __future__ import annotations

from openvidu_local.model import Connection, Session, Stream
from openvidu_local.parameters import Json, JsonObject
from openvidu_local.relay import Endpoint


def session_object(session: Session, *, pending: bool = False, stats: bool = False) -> JsonObject:
    """A session as the API shows it.

    Args:
        session: the session.
        pending: list connections whose token is unused, too.
        stats: say how each peer connection came about, too.
    """
    listed = [*session.visible(), *(session.pending.values() if pending else ())]
    return {
        "id": session.id,
        "object": "session",
        "sessionId": session.id,
        "createdAt": session.created_at_ms,
        "recording": False,
        "broadcasting": False,
        **session.properties,
        "connections": {
            "numberOfElements": len(listed),
            "content": [connection_object(connection, stats=stats) for connection in listed],
        },
    }


def connection_object(connection: Connection, *, stats: bool = False) -> JsonObject:
    """A connection as the API shows it, pending or active; `stats` as for `session_object`."""
    active = bool(connection.active_at_ms)
    return {
        "id": connection.id,
        "object": "connection",
        "status": "active" if active else "pending",
        "connectionId": connection.id,
        "sessionId": connection.session.id,
        "createdAt": connection.created_at_ms,
        "type": "WEBRTC",
        "record": connection.record,
        "role": connection.role.value,
        "kurentoOptions": connection.kurento_options,
        "customIceServers": list(connection.ice_servers),
        "rtspUri": None,
        "adaptativeBitrate": None,
        "onlyPlayWithSubscribers": None,
        "networkCache": None,
        "serverData": connection.server_data,
        "token": connection.token,
        "activeAt": connection.active_at_ms if active else None,
        # Without GeoIP, a paid feature, OpenVidu knows no place.
        "location": "unknown" if active else None,
        "ip": connection.ip if active else None,
        "platform": connection.platform if active else None,
        "clientData": connection.client_data if active else None,
        "publishers": _publishers(connection.stream, stats=stats) if active else None,
        "subscribers": _subscribers(connection, stats=stats) if active else None,
    }


def _subscribers(connection: Connection, *, stats: bool) -> list[Json]:
    return [
        {
            "createdAt": subscription.created_at_ms,
            "streamId": subscription.stream.id,
            **(_stats(subscription.endpoint, f"{connection.id}_{subscription.stream.id}") if stats else {}),
        }
        for subscription in connection.subscriptions.values()
    ]


def _publishers(stream: Stream | None, *, stats: bool) -> list[Json]:
    if stream is None or not stream.ready:
        return []
    options: JsonObject = {
        "hasAudio": stream.has_audio,
        "audioActive": stream.audio_active,
        "hasVideo": stream.has_video,
        "videoActive": stream.video_active,
        "typeOfVideo": stream.type_of_video,
        "frameRate": stream.frame_rate,
        "videoDimensions": stream.video_dimensions,
        "filter": stream.filter,
    }
    told = _stats(stream.endpoint, stream.id) if stats else {}
    return [{"createdAt": stream.created_at_ms, "streamId": stream.id, "mediaOptions": options, **told}]


def _stats(endpoint: Endpoint, name: str) -> JsonObject:
    """What `webRtcStats=true` adds for one endpoint, in the words of OpenVidu's MediaEndpoint."""
    return {
        "webrtcEndpointName": name,
        "remoteSdp": endpoint.remote_sdp,
        "localSdp": endpoint.local_sdp,
        "receivedCandidates": list(endpoint.received_candidates),
        "localCandidate": endpoint.selected_candidates[0],
        "remoteCandidate": endpoint.selected_candidates[1],
        "events": [],
    }
