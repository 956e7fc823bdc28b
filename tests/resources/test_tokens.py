"""The token file: complete, and readable by everybody (WCAG 2 contrast, recomputed here)."""

from __future__ import annotations

from dataclasses import fields

import pytest

from resources.reader import AvatarTint, Colours, ResourceError, data_path, read_tokens

TOKENS = read_tokens()
THEMES = [pytest.param(TOKENS.light, id="light"), pytest.param(TOKENS.dark, id="dark")]
INKS = ("text", "muted", "primary", "success", "warning", "danger")


def channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def luminance(colour: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mixed(over: str, under: str, share: float) -> str:
    parts = [
        round((below + (above - below) * share) * 255)
        for above, below in zip(channels(over), channels(under), strict=True)
    ]
    return "#" + "".join(f"{part:02X}" for part in parts)


def test_the_formula_knows_black_on_white() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)


@pytest.mark.parametrize("colours", THEMES)
@pytest.mark.parametrize("ink", INKS)
@pytest.mark.parametrize("ground", ["window", "surface", "raised"])
def test_text_is_readable_on_every_ground(colours: Colours[str], ink: str, ground: str) -> None:
    assert contrast(getattr(colours, ink), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("colours", THEMES)
@pytest.mark.parametrize("ink", ["primary", "success", "warning", "danger"])
def test_text_is_readable_on_its_own_quiet_ground(colours: Colours[str], ink: str) -> None:
    colour = getattr(colours, ink)
    assert contrast(colour, mixed(colour, colours.surface, TOKENS.mix.soft)) >= 4.5


@pytest.mark.parametrize("colours", THEMES)
def test_text_is_readable_on_buttons_and_the_stage(colours: Colours[str]) -> None:
    assert contrast(colours.on_primary, colours.primary) >= 4.5
    assert contrast(colours.on_leave, colours.leave) >= 4.5
    for ground in (colours.stage, colours.tile, colours.control):
        assert contrast(colours.on_stage, ground) >= 4.5


@pytest.mark.parametrize("colours", THEMES)
def test_field_frames_and_focus_are_visible(colours: Colours[str]) -> None:
    for ground in (colours.window, colours.surface):
        assert contrast(colours.muted, ground) >= 3.0
        assert contrast(colours.primary, ground) >= 3.0


def test_a_name_is_readable_on_any_picture() -> None:
    for picture in ("#FFFFFF", "#000000"):
        ground = mixed("#000000", picture, TOKENS.mix.pill)
        assert contrast(TOKENS.dark.on_stage, ground) >= 4.5


@pytest.mark.parametrize("tints", [TOKENS.light_avatars, TOKENS.dark_avatars], ids=["light", "dark"])
def test_eight_readable_avatars(tints: tuple[AvatarTint, ...]) -> None:
    assert len(tints) == 8
    for tint in tints:
        assert contrast(tint.ink, tint.fill) >= 4.5


def test_the_room_is_dark_in_both_themes() -> None:
    for name in ("stage", "on_stage", "tile", "control", "leave", "on_leave"):
        assert getattr(TOKENS.light, name) == getattr(TOKENS.dark, name)


def test_every_colour_is_six_digits() -> None:
    for colours in (TOKENS.light, TOKENS.dark):
        for field in fields(colours):
            value = getattr(colours, field.name)
            assert len(value) == 7
            assert value.startswith("#")


def test_a_missing_file_is_named() -> None:
    with pytest.raises(ResourceError, match=r"icons/nothing\.svg"):
        data_path("icons", "nothing.svg")
