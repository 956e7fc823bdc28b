"""Finds the data files of this package and reads them into typed values.

Everything lies beside this file in a checkout, in a wheel and in an installed program alike, so
a path is enough; nothing is unpacked and nothing is looked up by a global name.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar, get_origin

ROOT = Path(__file__).resolve().parent

Ink = TypeVar("Ink")


class ResourceError(Exception):
    """A data file is missing or does not hold what the program expects of it."""


def data_path(*parts: str) -> Path:
    """Path of one data file, such as `data_path("icons", "camera.svg")`.

    Raises:
        ResourceError: there is no such file; the installation is damaged.
    """
    path = ROOT.joinpath(*parts)
    if not path.is_file():
        raise ResourceError(f"data file {'/'.join(parts)} is missing")
    return path


@dataclass(frozen=True, slots=True)
class Colours(Generic[Ink]):
    """The colours of one theme; `Ink` is "#RRGGBB" in the file and a toolkit colour on screen."""

    window: Ink
    surface: Ink
    raised: Ink
    border: Ink
    text: Ink
    muted: Ink
    primary: Ink
    on_primary: Ink
    success: Ink
    warning: Ink
    danger: Ink
    stage: Ink
    on_stage: Ink
    tile: Ink
    control: Ink
    leave: Ink
    on_leave: Ink


@dataclass(frozen=True, slots=True)
class AvatarTint:
    """Colours of one of the eight avatars, "#RRGGBB"."""

    fill: str
    ink: str


@dataclass(frozen=True, slots=True)
class Mix:
    """Shares, 0 to 1, by which one colour is laid over another.

    Attributes:
        soft: a meaning's colour under a pill or a line of its own kind.
        hover, press: text colour over a control that is pointed at, or held.
        skeleton: `raised` over the surface for grey loading rows.
        disabled: how much of a control that is off remains visible.
        dimmed: how much of a picture remains while reconnecting.
        pill: black under a name on a picture.
        shadow: darkest part of a floating thing's shadow.
    """

    soft: float
    hover: float
    press: float
    skeleton: float
    disabled: float
    dimmed: float
    pill: float
    shadow: float


@dataclass(frozen=True, slots=True)
class TypeStyle:
    """One step of the type scale, at the system's usual font size."""

    size_px: int
    line_px: int
    semibold: bool


@dataclass(frozen=True, slots=True)
class TypeScale:
    """Every text size there is."""

    display: TypeStyle
    title: TypeStyle
    body: TypeStyle
    strong: TypeStyle
    small: TypeStyle
    label: TypeStyle
    pill: TypeStyle


@dataclass(frozen=True, slots=True)
class Space:
    """Distances, in pixels."""

    xxs: int
    xs: int
    s: int
    m: int
    l: int  # noqa: E741  (one of a scale of names: xxs … xxl)
    xl: int
    xxl: int


@dataclass(frozen=True, slots=True)
class Radius:
    """Rounding of corners, in pixels; pills and round buttons take half their height."""

    field: int
    card: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """Widths and heights of things, in pixels."""

    control: int
    room_control: int
    icon: int
    room_icon: int
    small_icon: int
    empty_icon: int
    mark: int
    row: int
    avatar: int
    row_avatar: int
    small_avatar: int
    stage_avatar: int
    pill: int
    line: int
    rail: int
    rail_collapsed: int
    control_bar: int
    card_width: int
    dialog_width: int
    content_width: int
    list_width: int
    toast_width: int
    own_tile_width: int
    search_field: int
    blank_width: int
    minutes_field: int
    side_panel: int
    hub_panel: int
    list_least: int
    row_roomy: int
    header_roomy: int
    history_select: int
    hub_width: int
    hub_height: int
    hub_min_width: int
    hub_min_height: int
    hub_collapse_width: int
    participant_width: int
    participant_height: int
    participant_min_width: int
    participant_min_height: int
    call_width: int
    call_height: int
    settings_width: int
    settings_height: int
    settings_min_width: int
    sign_in_width: int
    sign_in_height: int
    room_width: int
    room_height: int
    share_dialog: int
    share_grid: int
    share_bar: int
    small_room_width: int
    small_room_height: int
    prejoin_min_width: int
    prejoin_min_height: int
    room_min_width: int
    room_min_height: int


@dataclass(frozen=True, slots=True)
class Line:
    """Thickness of drawn lines, in pixels."""

    border: int
    focus: int
    focus_gap: int
    speaking: int
    icon: float


@dataclass(frozen=True, slots=True)
class Shadow:
    """The one shadow, for things that float; pixels."""

    y: int
    blur: int


@dataclass(frozen=True, slots=True)
class Durations:
    """Times of motion and patience, in milliseconds."""

    hover: int
    move: int
    skeleton_delay: int
    toast: int
    dots: int
    frame: int
    frame_saving: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """The whole token file: every colour, size and time that the windows use."""

    light: Colours[str]
    dark: Colours[str]
    light_avatars: tuple[AvatarTint, ...]
    dark_avatars: tuple[AvatarTint, ...]
    mix: Mix
    type: TypeScale
    space: Space
    radius: Radius
    size: Sizes
    line: Line
    shadow: Shadow
    duration_ms: Durations


Part = TypeVar("Part")


def _read(kind: type[Part], data: dict[str, Any]) -> Part:
    """Make one of the classes above from its JSON object; names must agree exactly."""
    # `Colours[str]` is an alias: `fields` does not look through it, and calling it would set an
    # attribute on a frozen object.
    made: Any = get_origin(kind) or kind
    wanted = {field.name for field in fields(made)}
    if wanted != set(data):
        raise ResourceError(f"theme tokens: {made.__name__} differs in {sorted(wanted ^ set(data))}")
    part: Part = made(**data)
    return part


@cache
def read_tokens() -> Tokens:
    """Read `theme/tokens.json`.

    Raises:
        ResourceError: the file is missing or its names differ from the classes of this module.
    """
    data = json.loads(data_path("theme", "tokens.json").read_text(encoding="utf-8"))
    steps = {name: _read(TypeStyle, step) for name, step in data["type"].items()}
    return Tokens(
        light=_read(Colours[str], data["colours"]["light"]),
        dark=_read(Colours[str], data["colours"]["dark"]),
        light_avatars=tuple(_read(AvatarTint, tint) for tint in data["avatars"]["light"]),
        dark_avatars=tuple(_read(AvatarTint, tint) for tint in data["avatars"]["dark"]),
        mix=_read(Mix, data["mix"]),
        type=_read(TypeScale, steps),
        space=_read(Space, data["space"]),
        radius=_read(Radius, data["radius"]),
        size=_read(Sizes, data["size"]),
        line=_read(Line, data["line"]),
        shadow=_read(Shadow, data["shadow"]),
        duration_ms=_read(Durations, data["duration_ms"]),
    )
