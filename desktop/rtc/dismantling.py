"""Takes a closed connection apart, so that what it kept goes at once and not when garbage is collected.

aiortc's objects refer to each other in circles, and ours that watch them are in those circles. Left to
Python's collector, a closed connection waits until a quarter of everything else has come on top, some forty
connections later: with it wait its sockets' buffers, OpenSSL's and libsrtp's contexts, a second of packets
and a decoder with a thread, 1.4 MB and a thread for each visit of somebody with a camera.
"""

# Private members of aiortc and aioice are this file's whole purpose.
# ruff: noqa: SLF001

from __future__ import annotations

from typing import Any

from aiortc import RTCPeerConnection

_RECEIVER, _SENDER = "_RTCRtpReceiver__", "_RTCRtpSender__"
_HEAVY = {
    f"{_RECEIVER}decoder_queue": None,
    f"{_RECEIVER}jitter_buffer": None,
    f"{_RECEIVER}nack_generator": None,
    f"{_RECEIVER}remote_bitrate_estimator": None,
    "_track": None,
    f"{_SENDER}encoder": None,
    f"{_SENDER}track": None,
    f"{_SENDER}rtp_history": None,
    "_rx_srtp": None,
    "_tx_srtp": None,
    "_ssl": None,
}
"""What holds much, or holds those who hold much, and is of no use once everything has stopped."""


async def close_for_good(connection: RTCPeerConnection) -> None:
    """Close a connection and cut the circles it is in."""
    await connection.close()
    parts: list[Any] = [connection]
    for transceiver in connection.getTransceivers():
        receiver, sender = transceiver.receiver, transceiver.sender
        receiver._enabled = False  # a late packet finds nobody
        dtls = receiver.transport
        ice = dtls.transport._connection
        ice._check_list.clear()
        parts += [receiver, sender, dtls, dtls.transport, ice]
    for part in parts:
        _unhook(part)


def _unhook(part: Any) -> None:
    mine: dict[str, Any] = vars(part)
    for name in list(mine):
        if callable(getattr(type(part), name, None)):
            del mine[name]  # one of ours in the place of a method
        elif name in _HEAVY:
            mine[name] = _HEAVY[name]
    if hasattr(part, "remove_all_listeners"):
        part.remove_all_listeners()
