"""What is done to our voice before it goes out: echo cancelling, noise suppression, gain control.

The first two are WebRTC's, the last is ours (`gain_control.py`). WebRTC's module comes from the `livekit`
package, which takes 0.4 s to import and 50 ms to make one: `prepare` does both, in a worker thread. It
works on 10 ms at a time. The echo is found by what was played, which has to be told with the seconds it
takes until it is heard; the module finds what these are off by itself.

Costs 0.1 ms for each 10 ms of ours, what is played included: 1.0 % of a core of the 2-core machine, in the
microphone's thread (`bench audio`).
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from desktop.rtc.gain_control import GainControl
from desktop.rtc.media import SAMPLE_RATE_HZ, Samples, SoundSwitches

if TYPE_CHECKING:
    from livekit import rtc

log = logging.getLogger(__name__)

STEP_SAMPLES = SAMPLE_RATE_HZ // 100
"""10 ms, which is all that the module takes at once."""

CAPTURE_DELAY_S = 0.03
"""From the air to `heard`: what the system buffers, and the frame that had to be full."""

AUDIBLE = 150
"""Highest sample from which what is played counts as heard (−47 dBFS)."""
ECHO_FRAMES = 25
"""So long a room may echo: half a second, what the devices add included."""

KEPT_FRAMES = 15
"""Of what was played, until the microphone gives what was heard meanwhile: 0.3 s."""
MOST_OWED = 5
"""What was played later than that does not belong to what was heard."""

LONGEST_DELAY_S = 0.5
"""More than that is not told: it is a measure of something that hangs."""


class VoiceProcessor:
    """Processes one microphone; all methods may be called from any thread.

    Args:
        switches: what is to be done; may be changed.
    """

    def __init__(self, switches: SoundSwitches) -> None:
        self._switches = switches
        self._making = threading.Lock()
        self._module: rtc.AudioProcessingModule | None = None
        self._made_for: tuple[bool, bool] | None = None
        self._gain = GainControl()
        self._played: deque[tuple[Samples, float]] = deque(maxlen=KEPT_FRAMES)
        self._owed = 0  # frames that were not there when the module should have been told
        self._others_heard = 0  # frames of ours for which the loudspeaker counts as playing
        self._delay_ms = -1

    @property
    def switches(self) -> SoundSwitches:
        """What is to be done."""
        return self._switches

    def prepare(self) -> None:
        """Load and make what the switches ask for; blocks for half a second the first time."""
        with self._making:
            switches = self._switches
            wanted = (switches.echo_cancellation, switches.noise_suppression)
            if wanted == self._made_for:
                return
            module = None
            if any(wanted):
                from livekit import rtc  # noqa: PLC0415  (0.4 s, 30 MB: not before a microphone is on)

                module = rtc.AudioProcessingModule(
                    echo_cancellation=switches.echo_cancellation,
                    noise_suppression=switches.noise_suppression,
                    auto_gain_control=False,
                    high_pass_filter=True,
                )
            self._module, self._made_for, self._delay_ms = module, wanted, -1

    def set_switches(self, switches: SoundSwitches) -> None:
        """Do something else from now on; blocks like `prepare` where it had been called before."""
        self._switches = switches
        if self._made_for is not None:
            self.prepare()

    def heard(self, samples: Samples) -> Samples:
        """What goes out of 20 ms that the microphone heard; the same before `prepare`. One thread at a time.

        Args:
            samples: shape (960,), not changed.
        """
        module = self._module
        if module is not None:
            self._tell_played(module)
            pieces = []
            for start in range(0, samples.size, STEP_SAMPLES):
                frame = _frame(samples[start : start + STEP_SAMPLES])
                module.process_stream(frame)
                pieces.append(np.frombuffer(frame.data, np.int16))
            samples = np.concatenate(pieces)
        self._others_heard = max(0, self._others_heard - 1)
        if self._made_for is not None and self._switches.gain_control:
            samples = self._gain.take(samples, others_heard=self._others_heard > 0)
        return samples

    def played(self, samples: Samples, delay_s: float) -> None:
        """20 ms go to the loudspeaker.

        Args:
            samples: shape (960,), not to be changed afterwards.
            delay_s: seconds until they are heard.
        """
        if np.max(np.abs(samples), initial=0) > AUDIBLE:
            self._others_heard = ECHO_FRAMES
        made_for = self._made_for
        if made_for is not None and made_for[0]:
            self._played.append((samples, delay_s))

    def _tell_played(self, module: rtc.AudioProcessingModule) -> None:
        """Tell the module as much of what was played as it was told of what was heard.

        Microphones give several frames at once, loudspeakers take them when the loop has time: told as it
        comes, the module would lose the place that it has found, and with it the echo for some seconds.
        """
        count = 1 + self._owed
        self._owed = 0
        while count and self._played:
            samples, delay_s = self._played.popleft()
            count -= 1
            delay_ms = round(min(delay_s + CAPTURE_DELAY_S, LONGEST_DELAY_S) * 1000)
            if abs(delay_ms - self._delay_ms) >= 20:
                self._delay_ms = delay_ms
                module.set_stream_delay_ms(delay_ms)
            for start in range(0, samples.size, STEP_SAMPLES):
                module.process_reverse_stream(_frame(samples[start : start + STEP_SAMPLES]))
        self._owed = min(count, MOST_OWED)


def _frame(samples: Samples) -> rtc.AudioFrame:
    """A copy of 10 ms, which the module writes into."""
    from livekit import rtc  # noqa: PLC0415  (loaded by `prepare`)

    return rtc.AudioFrame(bytearray(samples.tobytes()), SAMPLE_RATE_HZ, 1, samples.size)
