"""What aiortc's senders and receivers do, seen cheaply: taps for the statistics.

aiortc's own statistics make an object per report and leave out what was asked for again, how long
decoding took and when pictures stood still. Besides `aiortc_internals.py` this is the one file that
reaches into aiortc's private parts.
"""

# Private members are this file's whole purpose.
# ruff: noqa: SLF001

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import av
from aiortc import RTCRtpReceiver, RTCRtpSender
from aiortc.codecs import get_decoder
from aiortc.codecs.base import Decoder, Encoder
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtp import (
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSrPacket,
)
from av.frame import Frame

from desktop.rtc.aiortc_internals import ENCODER, replace_private
from desktop.rtc.freezes import FreezeMeter
from desktop.rtc.work_place import WorkPlace

log = logging.getLogger(__name__)

_SENT_PACKETS = "_RTCRtpSender__packet_count"
_SENT_OCTETS = "_RTCRtpSender__octet_count"
_ROUND_TRIP = "_RTCRtpSender__rtt"
_REPEATS = "_RTCRtpReceiver__rtx_ssrc"
_STREAMS = "_RTCRtpReceiver__remote_streams"
_KIND = "_RTCRtpReceiver__kind"
_DECODER_ERROR = "_RTCRtpReceiver__decoder_error"
_DECODER_QUEUE = "_RTCRtpReceiver__decoder_queue"


ASK_AGAIN = 30
"""Pictures between two requests for a complete one, after pictures were left out."""


class SenderTap:
    """What a sender is told by the other side, counted as it comes.

    Costs one comparison per RTCP packet, of which there are a few a second.

    Attributes:
        nacks: packets asked for again.
        picture_requests: key frames asked for (PLI and FIR).
        loss: share of our packets that the last report says were lost since the one before.
        jitter_ticks: jitter at the other side, in ticks of the RTP clock.
        reports: receiver reports so far.
    """

    def __init__(self, sender: RTCRtpSender) -> None:
        self._sender = sender
        self.kind: str = sender.kind
        self.nacks = 0
        self.picture_requests = 0
        self.loss = 0.0
        self.jitter_ticks = 0
        self.reports = 0
        self._handle: Callable[[AnyRtcpPacket], Awaitable[None]] = sender._handle_rtcp_packet
        replace_private(sender, "_handle_rtcp_packet", self._look)

    @property
    def packets(self) -> int:
        """Packets sent, those sent again not counted."""
        return int(getattr(self._sender, _SENT_PACKETS))

    @property
    def octets(self) -> int:
        """Octets of payload sent."""
        return int(getattr(self._sender, _SENT_OCTETS))

    @property
    def round_trip_s(self) -> float | None:
        """Seconds to the server and back, smoothed; None before the first report that tells."""
        seconds: float | None = getattr(self._sender, _ROUND_TRIP)
        return seconds

    @property
    def encoder(self) -> Encoder | None:
        """What encodes; None before the first frame where aiortc chooses, and after the end."""
        encoder: Encoder | None = getattr(self._sender, ENCODER)
        return encoder

    def release(self) -> None:
        """See `ReceiverTap.release`; the sender lets go of its encoder itself."""

    def forget_pause(self) -> None:
        """See `ReceiverTap.forget_pause`; sending has no freezes."""

    async def _look(self, packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            for report in packet.reports:
                if report.ssrc == self._sender._ssrc:
                    self.loss = report.fraction_lost / 256
                    self.jitter_ticks = report.jitter
                    self.reports += 1
        elif isinstance(packet, RtcpRtpfbPacket) and packet.fmt == RTCP_RTPFB_NACK:
            self.nacks += len(packet.lost)
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt in {RTCP_PSFB_PLI, RTCP_PSFB_FIR}:
            self.picture_requests += 1
        await self._handle(packet)


class FrameSink(Protocol):
    """Where decoded pictures go, without a stop on the way. Sound has a way of its own: `sound_inlet.py`."""

    @property
    def wants_pictures(self) -> bool:
        """Nobody looks at them: they are not even decoded."""

    def skip_picture(self) -> None:
        """A picture came and was not decoded. Called on the loop."""

    def take_picture(self, frame: av.VideoFrame, *, newest: bool) -> None:
        """Take a picture where it was decoded: on the loop, or on a thread of its stream, never both.

        Args:
            frame: the picture.
            newest: False when another one waits behind it.
        """


class ReceiverTap:
    """What a receiver gets and decodes, counted frame by frame, and the shortest way to its sink.

    It takes the place of the queue between aiortc's loop and its decoding thread: what is put in is a
    whole encoded frame. aiortc wakes a thread for each of them and lets it wake the loop again, by a
    future and a task; on two cores the waking costs as much as the decoding. Here what is decoded
    quickly (up to some 640x480) is decoded where it arrives, and slower pictures on the thread, which
    hands them on itself. Without a sink the frames go aiortc's way. Must be made before the connection
    begins.

    Attributes:
        kind: `audio` or `video`.
        frames: encoded frames so far.
        key_frames: complete pictures among them (VP8: first bit of a frame, RFC 6386 section 9.1).
        octets: octets of encoded frames.
        decode_s: seconds spent decoding.
        nacks: packets asked for again.
        picture_requests: key frames asked for.
        freezes: when pictures stood still.
    """

    def __init__(self, receiver: RTCRtpReceiver, sink: FrameSink | None = None) -> None:
        self._receiver = receiver
        self._sink = sink
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.kind = str(getattr(receiver, _KIND))
        self.frames = self.key_frames = self.octets = 0
        self.decode_s = 0.0
        self.nacks = self.picture_requests = 0
        self.freezes = FreezeMeter()
        self._begun_s: float | None = None
        self._left_out = False
        """Pictures were left out since the last one that was decoded."""
        self._waited = 0
        """How many of them came while a complete one was waited for."""
        self._decoder: Decoder | None = None
        self._place = WorkPlace()
        self._thread_given = self._thread_done = 0  # each written by one thread only
        self._codec_name = ""
        replace_private(receiver, _DECODER_QUEUE, self)
        self._send_nack: Callable[[int, list[int]], Awaitable[None]] = receiver._send_rtcp_nack
        self._send_pli: Callable[[int], Awaitable[None]] = receiver._send_rtcp_pli
        replace_private(receiver, "_send_rtcp_nack", self._nack)
        replace_private(receiver, "_send_rtcp_pli", self._pli)

    def put(self, item: Any) -> None:
        """Count a frame on its way to the decoder; None is its end. Called on the loop."""
        if item is not None:
            codec, encoded = item
            self.frames += 1
            self.octets += len(encoded.data)
            if self.kind == "video":
                self.freezes.frame(time.monotonic())
                complete = codec.name == "VP8" and bool(encoded.data) and not encoded.data[0] & 1
                self.key_frames += complete
                if self._leaves_out(complete=complete or codec.name != "VP8"):
                    return
            if self._sink is not None and self._decodes_here():
                with self._place:
                    self._hand_on(self._sink, codec, encoded, newest=True)
                return
        self._thread_given += 1
        self._queue.put(item)

    def _leaves_out(self, *, complete: bool) -> bool:
        """Whether a picture is not decoded: nobody wants it, or it builds on some that were left out.

        Args:
            complete: it builds on none.
        """
        if self._sink is None:
            return False
        wanted = self._sink.wants_pictures
        if wanted and (complete or not self._left_out):
            self._left_out, self._waited = False, 0
            return False
        if wanted and self._waited % ASK_AGAIN == 0:
            getattr(self._receiver, _DECODER_ERROR).set()  # the next packet asks for a complete one
        self._left_out = True
        self._waited = self._waited + 1 if wanted else 0
        self._sink.skip_picture()
        return True

    def _decodes_here(self) -> bool:
        """Decode on the loop: it is quick, and the thread has nothing of this stream any more."""
        return self._place.here and self._thread_done == self._thread_given

    def get(self) -> Any:
        """Give aiortc's decoding thread its next frame; with a sink, decode and keep the thread."""
        if self._sink is None:
            if self._begun_s is not None:
                self.decode_s += time.perf_counter() - self._begun_s
            item = self._queue.get()
            self._begun_s = time.perf_counter()
            return item
        while (item := self._queue.get()) is not None:
            with self._place:
                self._hand_on(self._sink, *item, newest=self._queue.empty())
            self._thread_done += 1
        return None

    def _hand_on(
        self, sink: FrameSink, codec: RTCRtpCodecParameters, encoded: JitterFrame, *, newest: bool
    ) -> None:
        for frame in self._decoded(codec, encoded):
            if isinstance(frame, av.VideoFrame):
                sink.take_picture(frame, newest=newest)

    def _decoded(self, codec: RTCRtpCodecParameters, encoded: JitterFrame) -> list[Frame]:
        """The frames in an encoded one; none when it is damaged, of which aiortc is told."""
        started_s = time.perf_counter()
        if self._decoder is None or codec.name != self._codec_name:
            self._decoder, self._codec_name = get_decoder(codec), codec.name
        try:
            return self._decoder.decode(encoded)
        except av.FFmpegError as error:
            # The decoder is kept: a new one would fail until the next key frame.
            log.warning("a frame cannot be decoded: %s", error)
            getattr(self._receiver, _DECODER_ERROR).set()
            return []
        finally:
            self.decode_s += time.perf_counter() - started_s

    def release(self) -> None:
        """Let go of the decoder; its connection is closed. The counters stay."""
        self._decoder = self._sink = None

    def forget_pause(self) -> None:
        """The camera is off: what comes late is no freeze."""
        self.freezes.forget_pause()

    @property
    def packets(self) -> tuple[int, int]:
        """Packets received and packets that were to be expected, retransmissions of their own left out."""
        repeats = getattr(self._receiver, _REPEATS)
        streams = getattr(self._receiver, _STREAMS)
        own = [stream for ssrc, stream in streams.items() if ssrc not in repeats]
        return sum(each.packets_received for each in own), sum(each.packets_expected for each in own)

    @property
    def jitter_s(self) -> float:
        """Jitter of arrival (RFC 3550 section 6.4.1), of the stream with the most."""
        streams = getattr(self._receiver, _STREAMS)
        return max((each.jitter / each._clockrate for each in streams.values()), default=0.0)

    async def _nack(self, media_ssrc: int, lost: list[int]) -> None:
        self.nacks += len(lost)
        await self._send_nack(media_ssrc, lost)

    async def _pli(self, media_ssrc: int) -> None:
        self.picture_requests += 1
        await self._send_pli(media_ssrc)
