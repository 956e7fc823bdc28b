"""The frame code: what is painted is read again, through codec and scaling, and nothing else is."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from desktop.devices.frame_code import (
    FrameCode,
    Image,
    code_cells,
    draw_frame_code,
    read_frame_code,
    source_id_of,
)
from desktop.devices.test_picture import TestPicture

codes = st.builds(FrameCode, st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFF))


def painted(code: FrameCode, height_px: int = 480, width_px: int = 640) -> Image:
    """A grey picture with a code."""
    luma = np.full((height_px, width_px), 120, np.uint8)
    draw_frame_code(luma, code)
    return luma


@given(codes, st.integers(60, 720), st.integers(96, 1280))
@settings(max_examples=100, deadline=None)
def test_what_is_painted_is_read_in_every_size(code: FrameCode, height_px: int, width_px: int) -> None:
    assert read_frame_code(painted(code, height_px, width_px)) == code


@given(codes)
@settings(max_examples=40, deadline=None)
def test_a_code_survives_bgra(code: FrameCode) -> None:
    luma = painted(code)
    assert read_frame_code(np.repeat(luma[:, :, None], 4, axis=2)) == code


@given(codes, st.integers(0, 55))
@settings(deadline=None)
def test_one_wrong_cell_is_noticed(code: FrameCode, position: int) -> None:
    luma = painted(code)
    row, column = divmod(position, 28)
    cell = luma[10 + row * 20 : 30 + row * 20, 40 + column * 20 : 60 + column * 20]
    cell[:] = 250 - cell
    assert read_frame_code(luma) is None


@given(codes, codes)
@settings(deadline=None)
def test_half_of_one_code_and_half_of_another_is_none(one: FrameCode, other: FrameCode) -> None:
    """A torn picture: the upper row of one frame, the lower of another."""
    luma = painted(one)
    luma[30:50] = painted(other)[30:50]
    read = read_frame_code(luma)
    assert read is None or (code_cells(read) == np.stack((code_cells(one)[0], code_cells(other)[1]))).all()
    if one.source_id == other.source_id and one.number >> 12 == other.number >> 12:
        # Neighbours of one stream, the case that happens: the rest of the code stands in one row.
        assert read in {None, other}


@given(
    arrays.arrays(
        np.uint8,
        st.one_of(
            st.tuples(st.integers(0, 200), st.integers(0, 200)),
            st.tuples(st.integers(0, 90), st.integers(0, 90), st.integers(0, 5)),
            st.tuples(st.integers(0, 300)),
        ),
    )
)
@settings(max_examples=60, deadline=None)
def test_any_array_is_read_without_an_error(image: Image) -> None:
    assert read_frame_code(image) is None


def test_other_kinds_of_numbers_carry_no_code() -> None:
    image = painted(FrameCode(1, 2)).astype(np.float32)
    assert read_frame_code(image) is None  # type: ignore[arg-type]


def test_random_pictures_never_decode() -> None:
    """Fine noise, and noise in blocks of any size that could be taken for cells."""
    random = np.random.default_rng(20260101)
    for block in (1, 2, 4, 5, 8, 10, 16, 20, 32, 40):
        for _ in range(60):
            small = random.integers(0, 256, (480 // block + 1, 640 // block + 1), dtype=np.uint8)
            if random.random() < 0.5:
                small = np.where(small > 127, np.uint8(235), np.uint8(16))
            noise = np.repeat(np.repeat(small, block, axis=0), block, axis=1)[:480, :640]
            assert read_frame_code(noise) is None


def test_plain_pictures_carry_no_code() -> None:
    for level in (0, 16, 128, 235, 255):
        assert read_frame_code(np.full((480, 640), level, np.uint8)) is None


def test_noise_over_the_code_does_not_change_it() -> None:
    """A grainy picture is read rightly or not at all."""
    random = np.random.default_rng(7)
    code = FrameCode(54321, 1234567)
    luma = painted(code).astype(np.float64)
    read = [
        read_frame_code(np.clip(luma + random.normal(0, strength, luma.shape), 0, 255).astype(np.uint8))
        for strength in range(0, 200, 4)
    ]
    assert set(read) <= {code, None}
    assert read[:8] == [code] * 8


@pytest.mark.parametrize(
    "code", [FrameCode(-1, 0), FrameCode(65536, 0), FrameCode(0, -1), FrameCode(0, 1 << 24)]
)
def test_codes_out_of_range_are_refused(code: FrameCode) -> None:
    with pytest.raises(ValueError, match="16 bits"):
        code_cells(code)


def test_the_source_id_of_an_account_never_changes() -> None:
    """Two machines must agree, so the values are written down."""
    assert source_id_of("alice") == 0x2BD8
    assert source_id_of("") == 0xE3B0
    assert source_id_of("é") != source_id_of("e")


@pytest.fixture(scope="module")
def received() -> list[tuple[int, av.VideoFrame]]:
    """Two seconds of the test picture through libvpx as a call encodes it at 300 kbit/s: number, frame."""
    picture = TestPicture(source_id_of("bob"))
    encoder = av.VideoCodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 640, 480, "yuv420p"
    encoder.bit_rate = 300_000
    encoder.time_base = Fraction(1, 30)
    encoder.options = {
        "deadline": "realtime",
        "cpu-used": "8",
        "lag-in-frames": "0",
        "minrate": "300000",
        "maxrate": "300000",
        "bufsize": "300000",
    }
    decoder = av.VideoCodecContext.create("vp8", "r")
    size_bytes, numbers, decoded = 0, list(range(0x7FFFE0, 0x7FFFE0 + 60)), []
    for index, number in enumerate(numbers):  # many bits change on the way
        frame = picture.frame(number)
        frame.pts = index
        for packet in encoder.encode(frame):
            size_bytes += packet.size
            decoded += decoder.decode(packet)
    assert size_bytes * 8 / 2.0 < 400_000, "the encoder did not keep the rate: the test proves nothing"
    return list(zip(numbers, decoded, strict=True))


@pytest.mark.parametrize("scale", [0.25, 0.5, 0.75, 1.0, 1.5, 2.0])
def test_the_code_survives_vp8_and_scaling(received: list[tuple[int, av.VideoFrame]], scale: float) -> None:
    """Nothing wrong, nearly everything read."""
    read = 0
    for number, frame in received:
        scaled = frame.reformat(round(640 * scale), round(480 * scale), "bgra")
        code = read_frame_code(np.asarray(scaled.to_ndarray(), np.uint8))
        assert code in {None, FrameCode(source_id_of("bob"), number)}
        read += code is not None
    assert read >= 57
