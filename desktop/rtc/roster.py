"""Who else is in the room: OpenVidu's messages in, frozen participants out."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from desktop.rtc.messages import (
    METADATA_SEPARATOR,
    ParticipantInfo,
    StreamInfo,
    StreamPropertyChanged,
)
from desktop.rtc.state import ParticipantState, StreamKind, StreamPhase, StreamState

MAX_NAME_CHARACTERS = 100
MAX_METADATA_CHARACTERS = 8_192

# The separator may also stand inside a name; more often than this it is no accident.
_MAX_PARTS = 8

_KINDS = {"CAMERA": StreamKind.CAMERA, "SCREEN": StreamKind.SCREEN, "": StreamKind.AUDIO}


class Roster:
    """The others, in the order of arrival. Messages about ourselves or nobody change nothing."""

    def __init__(self) -> None:
        self._own_id = ""
        self._participants: dict[str, ParticipantState] = {}

    @property
    def participants(self) -> tuple[ParticipantState, ...]:
        """Everybody else."""
        return tuple(self._participants.values())

    @property
    def streams(self) -> tuple[StreamState, ...]:
        """Every stream of everybody else."""
        return tuple(stream for person in self._participants.values() for stream in person.streams)

    def stream(self, stream_id: str) -> StreamState | None:
        """A stream by its id; None when it is gone."""
        return next((stream for stream in self.streams if stream.stream_id == stream_id), None)

    def start(self, own_id: str, present: tuple[ParticipantInfo, ...]) -> None:
        """Take over who was there before us."""
        self._own_id = own_id
        for person in present:
            self.joined(person.id, person.metadata)
            self.published(person.id, person.streams)

    def joined(self, connection_id: str, metadata: str) -> None:
        """Somebody came in."""
        if connection_id != self._own_id and connection_id not in self._participants:
            name, account_id = read_metadata(metadata)
            self._participants[connection_id] = ParticipantState(connection_id, name, account_id)

    def published(self, connection_id: str, streams: tuple[StreamInfo, ...]) -> None:
        """Somebody publishes; streams that we know already are not taken twice."""
        person = self._participants.get(connection_id)
        if person is None:
            return
        known = {stream.stream_id for stream in person.streams}
        fresh = tuple(_stream_state(stream) for stream in streams if stream.id not in known)
        self._participants[connection_id] = replace(person, streams=person.streams + fresh)

    def unpublished(self, connection_id: str) -> None:
        """Somebody's streams are gone."""
        person = self._participants.get(connection_id)
        if person is not None:
            self._participants[connection_id] = replace(person, streams=())

    def left(self, connection_id: str) -> None:
        """Somebody is gone."""
        self._participants.pop(connection_id, None)

    def clear(self) -> None:
        """We are gone ourselves."""
        self._participants.clear()

    def changed(self, message: StreamPropertyChanged) -> None:
        """Somebody muted, unmuted or resized a stream."""
        person = self._participants.get(message.connection_id)
        if person is None:
            return
        changes: dict[str, Any] = {}
        if message.audio_active is not None:
            changes["microphone_on"] = message.audio_active
        if message.video_active is not None:
            changes["camera_on"] = message.video_active
        if message.size_px is not None:
            changes["width_px"], changes["height_px"] = message.size_px
        # A connection has one stream, and the server fills in its id: an empty one means the same.
        self._change(person, message.stream_id, changes)

    def set_phase(self, stream_id: str, phase: StreamPhase) -> None:
        """A stream of somebody connected or failed."""
        for person in self.participants:
            if any(stream.stream_id == stream_id for stream in person.streams):
                self._change(person, stream_id, {"phase": phase})

    def _change(self, person: ParticipantState, stream_id: str, changes: dict[str, Any]) -> None:
        streams = tuple(
            replace(stream, **changes) if stream_id in {"", stream.stream_id} else stream
            for stream in person.streams
        )
        self._participants[person.connection_id] = replace(person, streams=streams)


def read_metadata(metadata: str) -> tuple[str, str]:
    """Name and account id of a participant; "" for what it does not say.

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
    name = _text(service, "name") or _text(client, "name")
    return name, _text(service, "account")


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
