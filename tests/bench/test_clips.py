"""The benches' pictures: the same for a seed, never the same twice in a row, readable by all who get them."""

from __future__ import annotations

import itertools
from pathlib import Path

import av
import numpy as np
import pytest

from tests.bench.clip_camera import ENVIRONMENT, FileCamera
from tests.bench.clips import encoded, talking_head, video_frame, write_y4m
from tests.bench.feeders import hum, payloads_of

SIZE_PX = (160, 120)


def test_a_seed_gives_the_same_clip_and_another_one_another() -> None:
    first, again, other = (talking_head(seed, *SIZE_PX, 3) for seed in (1, 1, 2))
    for one, two in zip(first, again, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    assert not np.array_equal(first[0][0], other[0][0])


def test_no_picture_repeats_the_one_before() -> None:
    clip = talking_head(1, *SIZE_PX, 6)
    changed = [np.mean(a[0] != b[0]) for a, b in itertools.pairwise(clip)]
    assert min(changed) > 0.3  # noise alone changes most of them


def test_encoded_pictures_decode_and_look_alike() -> None:
    clip = talking_head(1, *SIZE_PX, 5)
    decoder = av.VideoCodecContext.create("libvpx", "r")
    for planes, data in zip(clip, encoded(clip, 300_000), strict=True):
        (frame,) = decoder.decode(av.Packet(data))
        luma = frame.to_ndarray(format="gray")
        assert np.abs(luma.astype(int) - planes[0]).mean() < 20


def test_the_camera_plays_the_file_to_and_fro(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = talking_head(1, *SIZE_PX, 4)
    write_y4m(tmp_path / "clip.y4m", clip)
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "clip.y4m"))
    camera = FileCamera(0)
    assert (camera.width_px, camera.height_px, camera.frame_rate) == (*SIZE_PX, 30)
    for number, planes in enumerate(clip):
        read = camera.frame(number).to_ndarray()
        assert np.array_equal(read, video_frame(planes).to_ndarray())
    camera.close()


def test_packets_of_a_picture_fit_and_begin_it_once() -> None:
    packets = payloads_of(encoded(talking_head(1, *SIZE_PX, 2), 300_000))
    for picture in packets:
        assert all(len(payload) <= 1300 for payload in picture)
        assert [bool(payload[0] & 0x10) for payload in picture] == [True] + [False] * (len(picture) - 1)


def test_a_second_of_hum_is_fifty_packets() -> None:
    assert 49 <= len(hum(1.0)) <= 50
