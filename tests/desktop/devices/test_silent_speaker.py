"""The loudspeaker of machines without one."""

from __future__ import annotations

import numpy as np

from desktop.devices.silent_speaker import SilentSpeaker


def test_it_keeps_the_last_second_oldest_first() -> None:
    speaker = SilentSpeaker()
    speaker.open()
    for number in range(60):
        speaker.write(np.full(960, number, np.int16))
    recent = speaker.recent()
    assert recent.shape == (48_000,)
    assert (recent[::960] == np.arange(10, 60)).all()


def test_it_hears_only_while_open_and_remembers_after() -> None:
    speaker = SilentSpeaker()
    speaker.write(np.ones(960, np.int16))
    assert speaker.recent().size == 0
    speaker.open()
    speaker.write(np.full(960, 2, np.int16))
    speaker.close()
    speaker.close()
    speaker.write(np.full(960, 3, np.int16))
    assert (speaker.recent() == np.full(960, 2)).all()


def test_a_frame_may_be_reused_by_its_writer() -> None:
    speaker = SilentSpeaker()
    speaker.open()
    frame = np.full(960, 5, np.int16)
    speaker.write(frame)
    frame[:] = 0
    assert (speaker.recent() == 5).all()
