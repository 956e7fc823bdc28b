"""Makes the generated camera of a driven app show a prepared clip: what Chromium shows as well.

`VISIO_BENCH_CLIP=FILE python -m tests.bench.clip_camera hub|participant …` runs a driven app
(`tests.support.driven_app`) in which `--camera test` means that file. A real camera's driver delivers
pictures that lie in memory; here each is read from the page cache, which costs about as little.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np

from desktop.devices import test_picture
from desktop.devices.pacing import PacedThread
from tests.support import driven_app

ENVIRONMENT = "VISIO_BENCH_CLIP"
_HEADER = re.compile(rb"YUV4MPEG2 W(\d+) H(\d+) F(\d+):1 [^\n]*\n")


class FileCamera:
    """A `VideoSource` that plays a YUV4MPEG2 file for ever, to and fro."""

    def __init__(self, _source_id: int) -> None:
        self._file = os.open(Path(os.environ[ENVIRONMENT]), os.O_RDONLY)
        header = _HEADER.match(os.pread(self._file, 256, 0))
        assert header is not None
        self.width_px, self.height_px, self.frame_rate = map(int, header.groups())
        self._start = header.end()
        self._size = self.width_px * self.height_px * 3 // 2
        self._count = (os.fstat(self._file).st_size - self._start) // (self._size + len(b"FRAME\n"))
        self._thread: PacedThread | None = None

    def frame(self, number: int) -> av.VideoFrame:
        """One picture."""
        offset = self._start + number * (self._size + len(b"FRAME\n")) + len(b"FRAME\n")
        picture = av.VideoFrame(self.width_px, self.height_px, "yuv420p")
        if sum(plane.buffer_size for plane in picture.planes) == self._size:  # its rows are not padded
            os.preadv(self._file, [memoryview(plane) for plane in picture.planes], offset)
            return picture
        data = np.frombuffer(os.pread(self._file, self._size, offset), np.uint8)
        return av.VideoFrame.from_ndarray(
            data.reshape(self.height_px * 3 // 2, self.width_px), format="yuv420p"
        )

    def open(self, deliver: Callable[[av.VideoFrame], None]) -> None:
        """Start delivering."""
        self.close()
        number = 0

        def tick() -> None:
            nonlocal number
            turn = number % (2 * self._count)
            deliver(self.frame(min(turn, 2 * self._count - 1 - turn)))
            number += 1

        self._thread = PacedThread("clip-camera", 1 / self.frame_rate, tick)
        self._thread.start()

    def close(self) -> None:
        """Stop; the file stays open for the next `open`."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.stop()


if __name__ == "__main__":
    test_picture.TestPicture = FileCamera  # type: ignore[assignment,misc]
    raise SystemExit(driven_app.main())
