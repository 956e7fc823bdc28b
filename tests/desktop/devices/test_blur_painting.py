"""A picture with its background out of focus, by the real model where that matters."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from desktop.devices.blur_painting import BlurPainter, Mask
from desktop.devices.person_segmenter import PersonSegmenter, is_available
from tests.support.blur import real_model
from tests.support.portrait import detail, draw_portrait, shrunk

SIZES = [(640, 480), (1280, 720), (322, 242)]


def rgb(frame: av.VideoFrame) -> npt.NDArray[np.uint8]:
    """A picture as people see it."""
    return frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)


@pytest.mark.parametrize(("width_px", "height_px"), SIZES)
def test_the_model_keeps_the_person_and_nothing_else(width_px: int, height_px: int) -> None:
    portrait = draw_portrait(width_px, height_px)
    painted = BlurPainter(PersonSegmenter(real_model())).painted(portrait.frame)
    before, after = rgb(portrait.frame), rgb(painted)
    assert (painted.format.name, painted.width, painted.height) == ("yuv420p", width_px, height_px)
    edge = max(4, height_px // 24)
    person, wall = shrunk(portrait.person, edge), shrunk(~portrait.person, edge)
    assert detail(after, wall) < detail(before, wall) / 10, "nothing can be read off the wall"
    assert detail(after, person) == pytest.approx(detail(before, person), rel=0.05)
    kept = np.abs(after[person].astype(int) - before[person]).mean()
    assert kept < 1.0, "the person is not touched"
    # The wall's mean colour stands right beside the person: nothing of his shines into it.
    beside = wall & ~shrunk(wall, edge)
    assert np.abs(after[beside].astype(int).mean(axis=0) - before[wall].mean(axis=0)).max() < 12


def test_the_person_is_followed_at_once() -> None:
    painter = BlurPainter(PersonSegmenter(real_model()))
    painter.painted(draw_portrait(shift_px=-120).frame)
    moved = draw_portrait(shift_px=120)
    after = rgb(painter.painted(moved.frame))
    person = shrunk(moved.person, 20)
    assert np.abs(after[person].astype(int) - rgb(moved.frame)[person]).mean() < 1.0


def test_an_empty_room_is_smoothed_everywhere() -> None:
    portrait = draw_portrait()
    wall = portrait.rgb.copy()
    wall[:, 320:] = wall[:, :320][:, ::-1]
    wall[:, 160:480] = wall[:, :160].repeat(2, axis=1)
    frame = av.VideoFrame.from_ndarray(wall, format="rgb24").reformat(format="yuv420p")
    after = rgb(BlurPainter(PersonSegmenter(real_model())).painted(frame))
    everywhere = np.ones(after.shape[:2], np.bool_)
    assert detail(after, everywhere) < detail(rgb(frame), everywhere) / 10


def test_somebody_who_fills_the_picture_stays_as_he_is() -> None:
    def everywhere(frame: av.VideoFrame) -> Mask:
        return np.ones((144, 256), np.float32)

    frame = draw_portrait().frame
    after = rgb(BlurPainter(everywhere).painted(frame))
    assert np.abs(after.astype(int) - rgb(frame)).max() <= 2


def test_an_edge_that_trembles_is_steadied() -> None:
    """A certainty that jumps by a tenth with every picture moves what is seen by less than half of that."""
    number = 0

    def trembling(frame: av.VideoFrame) -> Mask:
        nonlocal number
        number += 1
        return np.full((144, 256), 0.5 + (0.05 if number % 2 else -0.05), np.float32)

    painter = BlurPainter(trembling)
    frame = draw_portrait().frame
    seen = [rgb(painter.painted(frame)).astype(int) for _ in range(8)]
    shaking = np.abs(seen[-1] - seen[-2]).mean()
    painter.forget()
    first = rgb(painter.painted(frame)).astype(int)
    painter.forget()
    second = rgb(painter.painted(frame)).astype(int)
    assert shaking < np.abs(first - second).mean() / 2


def test_without_the_model_it_is_not_available(tmp_path: Path) -> None:
    assert not is_available(tmp_path / "none.tflite")


def test_a_damaged_model_says_so(tmp_path: Path) -> None:
    real_model()
    broken = tmp_path / "broken.tflite"
    broken.write_bytes(b"not a model" * 100)
    with pytest.raises((ValueError, RuntimeError)):
        PersonSegmenter(broken)
