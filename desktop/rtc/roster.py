"""Who else is in the room: OpenVidu's messages in, frozen participants out.

A person who shares a screen has two connections, since a connection publishes one stream. The service
marks the second one (`"purpose": "screen"` in the server data), and the roster shows both as one
person. Two connections of one account without that mark are two devices, and stay two.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from desktop.rtc.messages import (
    METADATA_SEPARATOR,
    ParticipantInfo,
    StreamInfo,
    StreamPropertyChanged,
)
from desktop.rtc.state import BEST, ParticipantState, Quality, StreamKind, StreamPhase, StreamState

log = logging.getLogger(__name__)

MAX_NAME_CHARACTERS = 100
MAX_METADATA_CHARACTERS = 8_192

MAX_MEMBERS = 100
"""Connections of others that are taken in; each may cost a peer connection, and none is asked for it."""

MAX_STREAMS_EACH = 4
"""Streams of one connection; OpenVidu allows one."""

# The separator may also stand inside a name; more often than this it is no accident.
_MAX_PARTS = 8

_KINDS = {"CAMERA": StreamKind.CAMERA, "SCREEN": StreamKind.SCREEN, "": StreamKind.AUDIO}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a connection is.

    Attributes:
        name: for people; "" when nobody said it.
        account_id: from the service; "" when it did not say.
        is_screen: the service gave this connection for a shared screen.
        screen_of: whose screen it is, a connection id. From the client: believed only of two
            connections of one account.
        is_moderator: from the service.
    """

    name: str = ""
    account_id: str = ""
    is_screen: bool = False
    screen_of: str = ""
    is_moderator: bool = False


@dataclass(frozen=True, slots=True)
class _Member:
    """One connection of somebody else's."""

    connection_id: str
    identity: Identity
    streams: tuple[StreamState, ...] = ()
    hand_raised: bool = False
    quality: Quality = BEST


class Roster:
    """The others, in the order of arrival. Messages about ourselves or nobody change nothing.

    Args:
        own_ids: connection ids that are or were ours, shared screens included.
        own_identity: ours, as the server sees it.
    """

    def __init__(self, own_ids: Collection[str] = (), own_identity: Identity | None = None) -> None:
        self._own_ids = set(own_ids)
        self._own_identity = own_identity or Identity()
        self._members: dict[str, _Member] = {}

    @property
    def participants(self) -> tuple[ParticipantState, ...]:
        """Everybody else, screens with those who share them."""
        people: dict[str, ParticipantState] = {}
        screens: list[_Member] = []
        for member in self._members.values():
            if member.identity.is_screen and member.identity.account_id:
                screens.append(member)
            else:
                people[member.connection_id] = _participant(member)
        for screen in screens:
            sharer = self._sharer(screen, people)
            if sharer is None:
                people[screen.connection_id] = _participant(screen)
            else:
                people[sharer.connection_id] = replace(
                    sharer,
                    streams=sharer.streams + screen.streams,
                    quality=max(sharer.quality, screen.quality, key=lambda quality: quality.word),
                    screen_connection_ids=(*sharer.screen_connection_ids, screen.connection_id),
                )
        return tuple(people.values())

    @property
    def streams(self) -> tuple[StreamState, ...]:
        """Every stream of everybody else."""
        return tuple(stream for _, stream in self.owned_streams)

    @property
    def owned_streams(self) -> tuple[tuple[str, StreamState], ...]:
        """The same, each with the id of the connection that publishes it."""
        return tuple(
            (member.connection_id, stream) for member in self._members.values() for stream in member.streams
        )

    def stream(self, stream_id: str) -> StreamState | None:
        """A stream by its id; None when it is gone."""
        return next((stream for stream in self.streams if stream.stream_id == stream_id), None)

    def identity(self, connection_id: str) -> Identity | None:
        """Who a connection is, ours included; None for one that is not in the room."""
        if connection_id in self._own_ids:
            return self._own_identity
        member = self._members.get(connection_id)
        return member.identity if member is not None else None

    def connections_of(self, connection_id: str) -> tuple[str, ...]:
        """A person's connections, that one first; of a shared screen itself alone. () when unknown."""
        if connection_id not in self._members:
            return ()
        for person in self.participants:
            if person.connection_id == connection_id:
                return tuple(dict.fromkeys((connection_id, *person.screen_connection_ids)))
        return (connection_id,)

    def start(self, own_id: str, present: tuple[ParticipantInfo, ...]) -> None:
        """Take over who was there before us."""
        self._own_ids.add(own_id)
        for person in present:
            self.joined(person.id, person.metadata)
            self.published(person.id, person.streams)

    def joined(self, connection_id: str, metadata: str) -> None:
        """Somebody came in."""
        identity = read_metadata(metadata)
        if connection_id in self._own_ids or connection_id in self._members or self._is_own_screen(identity):
            return
        if len(self._members) >= MAX_MEMBERS:
            log.debug("more than %d others in the room: one more is left out", MAX_MEMBERS)
            return
        self._members[connection_id] = _Member(connection_id, identity)

    def hide(self, connection_id: str) -> None:
        """A connection turned out to be ours: nobody meets a second self."""
        self._own_ids.add(connection_id)
        self._members.pop(connection_id, None)

    def published(self, connection_id: str, streams: tuple[StreamInfo, ...]) -> None:
        """Somebody publishes; streams that we know already are not taken twice."""
        member = self._members.get(connection_id)
        if member is None:
            return
        known = {stream.stream_id for stream in self.streams}
        fresh = tuple(_stream_state(stream) for stream in streams if stream.id not in known)
        self._members[connection_id] = replace(member, streams=(member.streams + fresh)[:MAX_STREAMS_EACH])

    def unpublished(self, connection_id: str) -> None:
        """Somebody's streams are gone."""
        member = self._members.get(connection_id)
        if member is not None:
            self._members[connection_id] = replace(member, streams=())

    def left(self, connection_id: str) -> None:
        """Somebody is gone."""
        self._members.pop(connection_id, None)

    def clear(self) -> None:
        """We are gone ourselves."""
        self._members.clear()

    def set_hand(self, connection_id: str, raised: bool) -> None:
        """Somebody raised or lowered a hand."""
        member = self._members.get(connection_id)
        if member is not None:
            self._members[connection_id] = replace(member, hand_raised=raised)

    def changed(self, message: StreamPropertyChanged) -> None:
        """Somebody muted, unmuted or resized a stream."""
        member = self._members.get(message.connection_id)
        if member is None:
            return
        changes: dict[str, Any] = {}
        if message.audio_active is not None:
            changes["microphone_on"] = message.audio_active
        if message.video_active is not None:
            changes["camera_on"] = message.video_active
        if message.size_px is not None:
            changes["width_px"], changes["height_px"] = message.size_px
        # A connection has one stream, and the server fills in its id: an empty one means the same.
        self._change(member, message.stream_id, changes)

    def set_phase(self, stream_id: str, phase: StreamPhase) -> None:
        """A stream of somebody connected or failed."""
        for member in tuple(self._members.values()):
            if any(stream.stream_id == stream_id for stream in member.streams):
                self._change(member, stream_id, {"phase": phase})

    def set_quality(self, stream_id: str, quality: Quality) -> None:
        """A stream of somebody is received better or worse."""
        for member in tuple(self._members.values()):
            if any(stream.stream_id == stream_id for stream in member.streams):
                self._members[member.connection_id] = replace(member, quality=quality)

    def _change(self, member: _Member, stream_id: str, changes: dict[str, Any]) -> None:
        streams = tuple(
            replace(stream, **changes) if stream_id in {"", stream.stream_id} else stream
            for stream in member.streams
        )
        self._members[member.connection_id] = replace(member, streams=streams)

    def _is_own_screen(self, identity: Identity) -> bool:
        """Our screen's connection may be announced before its own join is answered."""
        return (
            identity.is_screen
            and identity.account_id == self._own_identity.account_id != ""
            and identity.screen_of in self._own_ids
        )

    @staticmethod
    def _sharer(screen: _Member, people: dict[str, ParticipantState]) -> ParticipantState | None:
        """Who shares it: on two devices of one account, the one it names, else the first."""
        account_id = screen.identity.account_id
        named = people.get(screen.identity.screen_of)
        if named is not None and named.account_id == account_id:
            return named
        return next((person for person in people.values() if person.account_id == account_id), None)


def own_metadata(name: str, screen_of: str = "") -> str:
    """What we say of ourselves when we join: client data, in the form that `read_metadata` reads."""
    return json.dumps({"name": name} | ({"screen_of": screen_of} if screen_of else {}))


def read_metadata(metadata: str) -> Identity:
    """Who a connection is, from what client and service said of it.

    OpenVidu joins what the client says and what the service says as `client%/%service`. Only the
    service's part is to be believed, and it comes last: the shortest tail that is a JSON object.
    A lone part may be either; ours always has the service's.
    """
    tail, rest = "", metadata[:MAX_METADATA_CHARACTERS]
    service: dict[str, Any] | None = None
    for _ in range(_MAX_PARTS):
        rest, separator, part = rest.rpartition(METADATA_SEPARATOR)
        tail = part + (METADATA_SEPARATOR + tail if tail else "")
        service = _json_object(tail)
        if service is not None or not separator:
            break
    client = _json_object(rest) if rest else None
    return Identity(
        name=_text(service, "name") or _text(client, "name"),
        account_id=_text(service, "account"),
        is_screen=_text(service, "purpose") == "screen",
        screen_of=_text(client, "screen_of"),
        is_moderator=_text(service, "role") == "MODERATOR",
    )


def _json_object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _text(value: dict[str, Any] | None, member: str) -> str:
    """A member as one printable line of bounded length."""
    text = (value or {}).get(member)
    if not isinstance(text, str):
        return ""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:MAX_NAME_CHARACTERS]


def _participant(member: _Member) -> ParticipantState:
    alone = member.identity.is_screen
    return ParticipantState(
        connection_id=member.connection_id,
        name=member.identity.name,
        account_id=member.identity.account_id,
        streams=member.streams,
        hand_raised=member.hand_raised,
        quality=member.quality,
        screen_connection_ids=(member.connection_id,) if alone else (),
        is_moderator=member.identity.is_moderator,
    )


def _stream_state(stream: StreamInfo) -> StreamState:
    width_px, height_px = stream.size_px
    kind = _KINDS.get(stream.type_of_video, StreamKind.CAMERA) if stream.has_video else StreamKind.AUDIO
    return StreamState(
        stream_id=stream.id,
        kind=kind,
        has_audio=stream.has_audio,
        has_video=stream.has_video,
        microphone_on=stream.has_audio and stream.audio_active,
        camera_on=stream.has_video and stream.video_active,
        width_px=width_px,
        height_px=height_px,
    )
