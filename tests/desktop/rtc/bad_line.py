"""One real connection over a relay that loses packets: camera and microphone in, picture and sound out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from desktop.rtc.camera import Camera
from desktop.rtc.incoming import IncomingMedia
from desktop.rtc.media import AudioLevel, PictureSlot
from desktop.rtc.microphone import Microphone
from desktop.rtc.mixer import Mixer
from desktop.rtc.peer import Peer
from desktop.rtc.playout import Playout
from tests.desktop.rtc.test_peer import without_candidates
from tests.support.lossy_relay import LossyRelay, lossy_relay
from tests.support.sources import BlocksCamera, RecordingOutput, ToneMicrophone
from tests.support.waiting import until


@dataclass
class Line:
    """A sender, a receiver, and what is between them."""

    sender: Peer
    receiver: Peer
    relay: LossyRelay
    media: IncomingMedia
    camera: Camera
    playout: Playout
    output: RecordingOutput


@asynccontextmanager
async def bad_line() -> AsyncIterator[Line]:
    """Camera and microphone at one end, pictures and sound at the other, a relay in the middle."""
    camera = Camera(BlocksCamera(width_px=640, height_px=480), PictureSlot())
    microphone = Microphone(ToneMicrophone(), AudioLevel())
    output = RecordingOutput()
    mixer = Mixer(output)
    playout = mixer.add_stream(AudioLevel())
    media = IncomingMedia(PictureSlot(), playout, lambda: None)
    mixing = asyncio.create_task(mixer.run())

    sender, receiver = Peer(), Peer(sink=media, on_sound=media.take_sound)
    try:
        await camera.switch_on()
        await microphone.switch_on()
        sender.send(microphone.make_track())
        sender.send(camera.make_track())
        offer, _ = without_candidates(await sender.make_offer())
        answer, candidates = without_candidates(await receiver.answer_offer(offer))
        far = next(parts for line in candidates if ":" not in (parts := line.split())[4])
        async with lossy_relay((far[4], int(far[5]))) as relay:
            far[4:6] = ["127.0.0.1", str(relay.port)]
            await sender.take_answer(answer)
            sender.add_candidate(" ".join(far))
            await sender.wait_connected(10)
            await until(lambda: media.video_frames > 5 and media.audio_frames > 5, "media")
            yield Line(sender, receiver, relay, media, camera, playout, output)
            media.close()
            await sender.close()
            await receiver.close()
    finally:
        mixing.cancel()
        await asyncio.wait([mixing])
        await camera.switch_off()
        await microphone.close()
