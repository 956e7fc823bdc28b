"""Encoding where the frame is, when that is quick: aiortc wakes a thread for each frame it sends."""

# Private members of aiortc's sender are this file's whole purpose.
# ruff: noqa: SLF001

from __future__ import annotations

import asyncio

from aiortc import RTCRtpSender
from aiortc.codecs.base import Encoder
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtcrtpsender import RTCEncodedFrame
from av.frame import Frame

from desktop.rtc.aiortc_internals import replace_private
from desktop.rtc.work_place import WorkPlace

QUICK_S, QUICK_AGAIN_S = 0.004, 0.003
"""An encoder may take longer than a decoder: there is one of it, and one frame in 33 ms."""

_FORCE_KEY_FRAME = "_RTCRtpSender__force_keyframe"
_TRACK = "_RTCRtpSender__track"


class Sending:
    """Gives a sender its next encoded frame, in the place of aiortc's own way.

    The level of a voice that aiortc computes for each frame is left out: OpenVidu does not negotiate the
    header extension that would carry it (RFC 6464).

    Args:
        sender: with a track and the encoder that `use_encoder` gave it, before its first frame.
        encoder: that encoder.
    """

    def __init__(self, sender: RTCRtpSender, encoder: Encoder) -> None:
        self._sender = sender
        self._encoder = encoder
        self._place = WorkPlace(QUICK_S, QUICK_AGAIN_S)
        replace_private(sender, "_next_encoded_frame", self._next)

    async def _next(self, codec: RTCRtpCodecParameters) -> RTCEncodedFrame | None:
        """Wait for the track's next frame and encode it; None when nothing is to be sent."""
        del codec  # the encoder was made for it
        frame = await getattr(self._sender, _TRACK).recv()
        if not self._sender._enabled or not isinstance(frame, Frame):
            return None
        force = bool(getattr(self._sender, _FORCE_KEY_FRAME))
        setattr(self._sender, _FORCE_KEY_FRAME, False)
        if self._place.here:
            payloads, timestamp = self._encode(frame, force)
        else:
            loop = asyncio.get_running_loop()
            payloads, timestamp = await loop.run_in_executor(None, self._encode, frame, force)
        if not payloads:
            return None
        return RTCEncodedFrame(payloads, timestamp, None)  # type: ignore[arg-type]  # aiortc's own for pictures

    def _encode(self, frame: Frame, force: bool) -> tuple[list[bytes], int]:
        with self._place:
            return self._encoder.encode(frame, force)
