"""Where in a picture the person is: MediaPipe's selfie model, run by LiteRT on the processor.

Both are optional: the runtime is the extra `blur` and exists for some systems only, the model comes from
npm (docs/decisions/0011). `is_available()` says whether this installation has them.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter

from desktop.devices.blur_painting import Mask
from resources.reader import ROOT

MODEL = ROOT / "models" / "selfie_segmentation_landscape.tflite"
THREADS = 1
"""A second one waits for the first longer than it works."""

_WIDTH_PX, _HEIGHT_PX = 256, 144


def is_available(model: Path = MODEL) -> bool:
    """Runtime and model are there. Loads neither."""
    return model.is_file() and importlib.util.find_spec("ai_edge_litert") is not None


class PersonSegmenter:
    """A `SegmentPicture`. One thread at a time.

    Raises:
        ImportError, OSError, ValueError, RuntimeError: runtime or model are missing or damaged.
    """

    def __init__(self, model: Path = MODEL, threads: int = THREADS) -> None:
        from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415  (optional, 0.3 s)

        self._interpreter = Interpreter(model_path=str(model), num_threads=threads)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]
        self._scaler = VideoReformatter()
        self._picture = np.empty((1, _HEIGHT_PX, _WIDTH_PX, 3), np.float32)

    def __call__(self, frame: av.VideoFrame) -> Mask:
        """See `SegmentPicture`."""
        small = self._scaler.reformat(
            frame, _WIDTH_PX, _HEIGHT_PX, "rgb24", interpolation=Interpolation.BILINEAR, threads=1
        )
        np.multiply(small.to_ndarray(), np.float32(1 / 255), out=self._picture[0])
        self._interpreter.set_tensor(self._input, self._picture)
        self._interpreter.invoke()
        mask: Mask = self._interpreter.get_tensor(self._output)[0, :, :, 0]
        return mask
