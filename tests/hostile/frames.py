"""Hostile frames, the same ones for the same seed: broken text, wrong types, wrong order, too much.

A frame is made by taking a well-formed message and damaging it, so that most of them get past the first
check and reach the code behind it; a few are noise.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from typing import Any

Json = Any
USUAL_FRAMES = 2_000
FRAMES = int(os.environ.get("VISIO_HOSTILE_FRAMES", str(USUAL_FRAMES)))
"""How many frames a test sends; more are asked for by the environment."""
SEED = int(os.environ.get("VISIO_HOSTILE_SEED", "20261122"))

_SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=sendonly\r\na=mid:0\r\na=rtcp-mux\r\n"
    "a=rtpmap:96 opus/48000/2\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"
    f"a=fingerprint:sha-256 {':'.join(['AB'] * 32)}\r\na=setup:actpass\r\n"
)
_CANDIDATE = "candidate:4f2a 1 udp 2130706431 192.0.2.15 50214 typ host"
_ODD_TEXTS = (
    "",
    "\x00",
    "\ud7ff￿",
    "../../etc/passwd",
    "con_",
    "str_CAM_con_con_con_",
    "signal:",
    '{"to":',
    "[" * 200,
    "9" * 400,
    "A" * 5000,
    "\u202e👩‍👩‍👧",
)
_ODD_VALUES: tuple[Json, ...] = (
    None,
    True,
    -1,
    2**70,
    10**4000,
    1e308,
    float("nan"),
    [],
    {},
    [[[[]]]],
    {"": None},
    {"sessionId": 1},
)


class Generator:
    """An endless supply of frames.

    Attributes:
        ids: ids of connections and streams that exist, to be named among those that do not.
    """

    def __init__(self, seed: int = SEED) -> None:
        self.ids: list[str] = ["con_AAAAAAAAAA", "str_CAM_AAAA_con_AAAAAAAAAA", "RECORDER"]
        self._random = random.Random(seed)

    def requests(self, count: int) -> Iterator[str]:
        """What a hostile client may send to a server."""
        for _ in range(count):
            chosen = self._random.choice(sorted(_REQUESTS))
            message = {
                "jsonrpc": "2.0",
                "id": self._random.randrange(1_000_000),
                "method": chosen,
                "params": {name: self._value(name) for name in _REQUESTS[chosen]},
            }
            yield self._damaged(message)

    def announcements(self, count: int) -> Iterator[str]:
        """What a hostile server may send to a client: notifications and replies nobody asked for."""
        for _ in range(count):
            if self._random.random() < 0.25:
                message = {"id": self._random.randrange(40), self._random.choice(("result", "error")): {}}
                message |= {"jsonrpc": "2.0", "sessionId": self._text()}
            else:
                chosen = self._random.choice(sorted(_ANNOUNCEMENTS))
                params = {name: self._value(name) for name in _ANNOUNCEMENTS[chosen]}
                message = {"method": chosen, "params": params, "jsonrpc": "2.0"}
            yield self._damaged(message)

    def _value(self, name: str) -> Json:
        if name in _BOOLEANS:
            return self._random.random() < 0.5
        if name in _NUMBERS:
            return self._random.randrange(-3, 4000)
        if name in ("sdpOffer", "sdpAnswer", "sdpString"):
            return self._mangled(_SDP)
        if name == "candidate":
            return self._mangled(_CANDIDATE)
        if name == "streams":
            return [{"id": self._id(), "hasAudio": True, "hasVideo": self._odd()}]
        if name == "newValue":
            return self._random.choice(("false", '"{\\"width\\":-1}"', '"' * 99, self._odd()))
        if name == "message":
            text = json.dumps({"to": [self._id()], "data": self._text(), "type": "signal:chat"})
            return self._mangled(text)
        return self._id() if self._random.random() < 0.7 else self._text()

    def _damaged(self, message: dict[str, Json]) -> str:
        roll = self._random.random()
        if roll < 0.3:
            return json.dumps(message)
        if roll < 0.7:
            place = message
            if isinstance(message.get("params"), dict) and message["params"] and self._random.random() < 0.8:
                place = message["params"]
            name = self._random.choice(sorted(place))
            if self._random.random() < 0.3:
                del place[name]
            else:
                place[name] = self._odd()
            return json.dumps(message)
        if roll < 0.95:
            return self._mangled(json.dumps(message))
        return self._random.choice((*_NOISE, json.dumps(self._odd())))

    def _mangled(self, text: str) -> str:
        """Text with a piece cut out, doubled or replaced; sometimes as it was."""
        if self._random.random() < 0.3:
            return text
        start = self._random.randrange(len(text))
        end = min(len(text), start + self._random.randrange(1, 30))
        piece = self._random.choice(("", text[start:end] * 2, self._text()))
        return text[:start] + piece + text[end:]

    def _id(self) -> str:
        return self._random.choice(self.ids)

    def _text(self) -> str:
        return self._random.choice(_ODD_TEXTS)

    def _odd(self) -> Json:
        return self._random.choice((*_ODD_VALUES, self._text()))


_NOISE = (
    "",
    "[]",
    "null",
    "{" * 5000,
    "[" * 20000,
    '{"a":' * 5000,
    f'{{"id":{"9" * 5000},"result":{{}}}}',
    '{"id":NaN,"result":{}}',
    '{"method":"participantLeft","method":"participantJoined","params":{"id":"con_AAAAAAAAAA"}}',
)
_BOOLEANS = frozenset(
    {
        "doLoopback",
        "hasAudio",
        "hasVideo",
        "audioActive",
        "videoActive",
        "reconnect",
        "forciblyReconnect",
        "recorder",
        "stt",
    }
)
_NUMBERS = frozenset({"interval", "sdpMLineIndex", "frameRate", "height", "width", "createdAt"})
_MEDIA = ("doLoopback", "hasAudio", "hasVideo", "audioActive", "videoActive", "typeOfVideo", "frameRate")
_REQUESTS: dict[str, tuple[str, ...]] = {
    "ping": ("interval",),
    "connect": ("sessionId", "reconnect"),
    "echo": (),
    "joinRoom": ("token", "session", "platform", "metadata", "secret", "sdkVersion", "recorder", "stt"),
    "publishVideo": ("sdpOffer", *_MEDIA, "videoDimensions", "filter"),
    "unpublishVideo": (),
    "receiveVideoFrom": ("sender", "sdpOffer", "sdpAnswer"),
    "prepareReceiveVideoFrom": ("sender", "reconnect"),
    "unsubscribeFromVideo": ("sender",),
    "onIceCandidate": ("endpointName", "candidate", "sdpMid", "sdpMLineIndex"),
    "reconnectStream": ("stream", "sdpString", "sdpOffer", "forciblyReconnect"),
    "streamPropertyChanged": ("streamId", "property", "newValue", "reason"),
    "videoData": ("height", "width", "videoActive", "audioActive"),
    "sendMessage": ("message",),
    "forceUnpublish": ("streamId",),
    "forceDisconnect": ("connectionId",),
    "applyFilter": ("streamId", "type", "options"),
    "removeFilter": ("streamId",),
    "execFilterMethod": ("streamId", "method", "params"),
    "addFilterEventListener": ("streamId", "eventType"),
    "removeFilterEventListener": ("streamId", "eventType"),
    "subscribeToSpeechToText": ("connectionId", "lang"),
    "unsubscribeFromSpeechToText": ("connectionId",),
    "selfDestruct": ("now",),
}
_ANNOUNCEMENTS: dict[str, tuple[str, ...]] = {
    "participantJoined": ("id", "createdAt", "metadata"),
    "participantPublished": ("id", "streams"),
    "participantUnpublished": ("connectionId", "reason"),
    "participantLeft": ("connectionId", "reason"),
    "participantEvicted": ("connectionId", "reason"),
    "iceCandidate": ("senderConnectionId", "endpointName", "candidate", "sdpMid", "sdpMLineIndex"),
    "sendMessage": ("data", "type", "from"),
    "streamPropertyChanged": ("connectionId", "streamId", "property", "newValue", "reason"),
    "forciblyReconnectSubscriber": ("connectionId", "streamId", "sdpOffer"),
    "recordingStarted": ("id", "name"),
    "recordingStopped": ("id", "name", "reason"),
    "broadcastStarted": (),
    "broadcastStopped": (),
    "connectionPropertyChanged": ("property", "newValue"),
    "networkQualityLevelChanged": ("connectionId", "newValue", "oldValue"),
    "mediaError": ("error",),
    "speechToTextMessage": ("connectionId", "text", "reason", "lang", "raw"),
    "speechToTextDisconnected": ("message",),
    "masterNodeCrashedNotification": (),
    "filterEventDispatched": ("connectionId", "streamId", "data"),
    "somethingNew": ("id",),
}
