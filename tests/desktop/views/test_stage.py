"""The stage paints the newest picture, forgets older ones, and rests when nothing changes."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QSizeF, Qt, QTimer
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from desktop.meeting.layout import Tile
from desktop.view_models.room_states import LayoutState
from desktop.view_models.states import PersonState, TileState
from desktop.views.room.stage import Stage
from desktop.views.room.tile_painter import worth_smoothing
from desktop.views.static_models import StaticSlot
from desktop.views.theme import Theme
from tests.desktop.views.conftest import Show

ALICE = TileState("alice", PersonState("Alice", "A", 1))
BOB = TileState("bob", PersonState("Bob", "B", 2))
OWN = TileState("", PersonState("You", "Y", 3), is_self=True)
RED, GREEN, BLUE = QColor(200, 10, 10), QColor(10, 200, 10), QColor(10, 10, 200)


def plain(colour: QColor, width: int = 64, height: int = 36) -> memoryview:
    """A picture of one colour: BGRA bytes."""
    pixel = bytes((colour.blue(), colour.green(), colour.red(), 255))
    return memoryview(pixel * (width * height))


class Slots:
    """Pictures by key, as a room hands them out."""

    def __init__(self) -> None:
        self.by_key: dict[str, StaticSlot] = {}

    def __call__(self, key: str) -> StaticSlot:
        return self.by_key.setdefault(key, StaticSlot())


@pytest.fixture
def slots() -> Slots:
    return Slots()


@pytest.fixture
def stage(slots: Slots, theme: Theme, show: Show) -> Stage:
    made = Stage(theme.stage_look, slots)
    made.resize(800, 450)
    made.show_tiles((ALICE,), None, dimmed=False)
    show(made)
    return made


def middle(stage: Stage, key: str) -> QColor:
    place = stage.place(key)
    assert place is not None
    return stage.grab().toImage().pixelColor(place.left + place.width // 2, place.top + place.height // 2)


def test_a_picture_is_painted_soon_after_it_arrives(stage: Stage, slots: Slots, qtbot: QtBot) -> None:
    assert stage.painted("alice") == 0
    assert stage.first_painted_at("alice") is None
    before = time.monotonic()
    slots("alice").put(plain(RED), 64, 36)
    qtbot.waitUntil(lambda: stage.painted("alice") == 1)
    first = stage.first_painted_at("alice")
    assert first is not None
    assert before <= first <= time.monotonic()
    assert middle(stage, "alice") == RED


def test_only_the_newest_picture_is_painted(stage: Stage, slots: Slots, qtbot: QtBot) -> None:
    for colour in (RED, GREEN, BLUE):
        slots("alice").put(plain(colour), 64, 36)
    qtbot.waitUntil(lambda: stage.painted("alice") == 1)
    assert slots("alice").count == 3
    assert middle(stage, "alice") == BLUE
    assert stage.painted("alice") == 1


def test_the_same_picture_counts_once(stage: Stage, slots: Slots, qtbot: QtBot) -> None:
    slots("alice").put(plain(RED), 64, 36)
    qtbot.waitUntil(lambda: stage.painted("alice") == 1)
    stage.grab()
    assert stage.painted("alice") == 1


def test_nothing_is_painted_when_nothing_changed(stage: Stage, slots: Slots, qtbot: QtBot) -> None:
    slots("alice").put(plain(RED), 64, 36)
    qtbot.waitUntil(lambda: stage.painted("alice") == 1)
    paints, ticks = stage.paints, stage.ticks
    stage.show_tiles((ALICE,), None, dimmed=False)
    qtbot.waitUntil(lambda: stage.ticks >= ticks + 5)
    assert stage.paints == paints


def test_one_new_picture_repaints_only_its_tile(slots: Slots, theme: Theme, show: Show, qtbot: QtBot) -> None:
    stage = Stage(theme.stage_look, slots)
    stage.resize(800, 450)
    stage.show_tiles((ALICE, BOB), None, dimmed=False)
    slots("alice").put(plain(RED), 64, 36)
    slots("bob").put(plain(RED), 64, 36)
    show(stage)
    qtbot.waitUntil(lambda: stage.painted("alice") == 1 and stage.painted("bob") == 1)
    slots("bob").put(plain(GREEN), 64, 36)
    qtbot.waitUntil(lambda: stage.painted("bob") == 2)
    bob = stage.place("bob")
    assert bob is not None
    assert stage.last_region.boundingRect().getRect() == tuple(bob)


def test_the_bytes_are_painted_where_they_lie(stage: Stage, slots: Slots, qtbot: QtBot) -> None:
    shared = bytearray(plain(RED))
    slots("alice").put(memoryview(shared), 64, 36)
    qtbot.waitUntil(lambda: stage.painted("alice") == 1)
    shared[:] = plain(GREEN)
    assert middle(stage, "alice") == GREEN


def test_rows_may_be_padded(stage: Stage, slots: Slots, qtbot: QtBot) -> None:
    width, height, stride = 10, 6, 64
    row = bytes(plain(BLUE, width, 1)) + b"\xff" * (stride - width * 4)
    slot = slots("alice")
    slot.put(memoryview(row * height), width, height)
    assert slot.picture is not None
    slot.picture.stride_bytes = stride
    qtbot.waitUntil(lambda: stage.painted("alice") == 1)
    assert middle(stage, "alice") == BLUE


def test_a_picture_of_another_shape_is_not_stretched(stage: Stage, slots: Slots, qtbot: QtBot) -> None:
    slots("alice").put(plain(RED, 48, 48), 48, 48)
    qtbot.waitUntil(lambda: stage.painted("alice") == 1)
    place = stage.place("alice")
    assert place is not None
    bar = stage.grab().toImage().pixelColor(place.left + 20, place.top + place.height // 2)
    assert bar != RED
    assert middle(stage, "alice") == RED


@pytest.mark.parametrize("change", [{"camera_on": False}, {"connecting": True}])
def test_without_a_camera_the_avatar_is_shown(
    stage: Stage, slots: Slots, qtbot: QtBot, change: dict[str, bool]
) -> None:
    slots("alice").put(plain(RED), 64, 36)
    qtbot.waitUntil(lambda: stage.painted("alice") == 1)
    stage.show_tiles((replace(ALICE, **change),), None, dimmed=False)  # type: ignore[arg-type]
    slots("alice").put(plain(GREEN), 64, 36)
    place = stage.place("alice")
    assert place is not None
    seen = stage.grab().toImage().pixelColor(place.left + 40, place.top + 40)
    assert seen == stage.look.colour.tile
    assert stage.painted("alice") == 1


@pytest.mark.parametrize(
    ("width", "shown", "ratio", "smooth"),
    [(640, (800, 600), 1.0, True), (640, (400, 300), 1.0, False), (640, (800, 600), 2.0, False)],
)
def test_only_enlarged_pictures_of_bearable_size_are_interpolated(
    width: int, shown: tuple[int, int], ratio: float, smooth: bool
) -> None:
    assert worth_smoothing(width, QSizeF(*shown), ratio) is smooth


def test_a_cleared_slot_shows_the_avatar(stage: Stage, slots: Slots, qtbot: QtBot) -> None:
    slots("alice").put(plain(RED), 64, 36)
    qtbot.waitUntil(lambda: stage.painted("alice") == 1)
    slots("alice").clear()
    qtbot.waitUntil(lambda: middle(stage, "alice") != RED)


def test_the_own_picture_is_a_mirror_and_others_are_not(
    slots: Slots, theme: Theme, show: Show, qtbot: QtBot
) -> None:
    left_red = b"".join(bytes(plain(RED, 32, 1)) + bytes(plain(BLUE, 32, 1)) for _ in range(36))
    stage = Stage(theme.stage_look, slots)
    stage.resize(800, 450)
    stage.show_tiles((ALICE,), OWN, dimmed=False)
    slots("alice").put(memoryview(left_red), 64, 36)
    slots("").put(memoryview(left_red), 64, 36)
    show(stage)
    qtbot.waitUntil(lambda: stage.painted("") == 1 and stage.painted("alice") == 1)
    image = stage.grab().toImage()
    for key, expected in (("alice", RED), ("", BLUE)):
        place = stage.place(key)
        assert place is not None
        assert image.pixelColor(place.left + place.width // 8, place.top + place.height // 2) == expected


def test_somebody_who_left_is_forgotten_and_starts_anew(stage: Stage, slots: Slots, qtbot: QtBot) -> None:
    slots("alice").put(plain(RED), 64, 36)
    qtbot.waitUntil(lambda: stage.painted("alice") == 1)
    stage.show_tiles((), None, dimmed=False)
    assert stage.painted("alice") == 0
    assert stage.place("alice") is None


def test_a_hidden_stage_does_not_look_at_the_slots(stage: Stage, slots: Slots, qtbot: QtBot) -> None:
    timer = stage.findChild(QTimer)
    assert timer is not None
    assert timer.isActive()
    stage.hide()
    assert not timer.isActive()
    slots("alice").put(plain(RED), 64, 36)
    stage.show()
    qtbot.waitUntil(lambda: stage.painted("alice") == 1)


def test_dimming_darkens_the_picture(stage: Stage, slots: Slots, qtbot: QtBot) -> None:
    slots("alice").put(plain(RED), 64, 36)
    qtbot.waitUntil(lambda: stage.painted("alice") == 1)
    stage.show_tiles((ALICE,), None, dimmed=True)
    assert middle(stage, "alice").red() < RED.red() / 2


def test_speaking_is_a_ring_inside_the_tile(stage: Stage, theme: Theme) -> None:
    before = stage.place("alice")
    stage.show_tiles((replace(ALICE, speaking=True),), None, dimmed=False)
    assert stage.place("alice") == before
    assert before is not None
    edge = stage.grab().toImage().pixelColor(before.left + before.width // 2, before.top)
    assert edge == theme.stage_look.colour.success


def test_the_own_tile_is_dragged_to_a_corner(slots: Slots, theme: Theme, show: Show) -> None:
    stage = Stage(theme.stage_look, slots)
    stage.resize(800, 450)
    stage.show_tiles((ALICE,), OWN, dimmed=False)
    show(stage)
    start = stage.place("")
    assert start is not None

    def centre(tile: Tile) -> QPoint:
        return QPoint(tile.left + tile.width // 2, tile.top + tile.height // 2)

    QTest.mousePress(stage, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, centre(start))
    QTest.mouseMove(stage, QPoint(200, 100))
    QTest.mouseRelease(stage, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(200, 100))
    end = stage.place("")
    assert end is not None
    assert end.left < 400
    assert end.top < 225


def test_tiles_glide_when_somebody_joins_and_end_in_their_place(
    slots: Slots, theme: Theme, show: Show, qtbot: QtBot
) -> None:
    theme.stage_look.animated = True
    stage = Stage(theme.stage_look, slots)
    stage.resize(800, 450)
    stage.show_tiles((ALICE,), None, dimmed=False)
    show(stage)
    before = stage.place("alice")
    stage.show_tiles((ALICE, BOB), None, dimmed=False)
    assert stage.place("alice") != before
    assert stage.shown_place("alice") == before
    qtbot.waitUntil(lambda: stage.shown_place("alice") == stage.place("alice"))


def test_connecting_dots_go_round_only_where_motion_is_wanted(
    slots: Slots, theme: Theme, show: Show, qtbot: QtBot
) -> None:
    stage = Stage(theme.stage_look, slots)
    stage.resize(800, 450)
    stage.show_tiles((replace(ALICE, connecting=True),), None, dimmed=False)
    show(stage)
    qtbot.waitUntil(lambda: stage.paints > 0)
    paints, ticks = stage.paints, stage.ticks
    per_step = theme.tokens.duration_ms.dots // theme.tokens.duration_ms.frame + 2
    qtbot.waitUntil(lambda: stage.ticks >= ticks + per_step)
    assert stage.paints == paints
    theme.stage_look.animated = True
    qtbot.waitUntil(lambda: stage.paints > paints)


def test_whoever_is_in_front_is_large_and_the_rest_stand_beside(stage: Stage) -> None:
    stage.show_tiles((ALICE, BOB), OWN, dimmed=False, layout=LayoutState(focus="bob"))
    front, beside, own = stage.place("bob"), stage.place("alice"), stage.place("")
    assert front is not None
    assert beside is not None
    assert own is not None
    assert front.width > 3 * beside.width
    assert (beside.width, beside.height) == (own.width, own.height)
    stage.show_tiles((ALICE, BOB), OWN, dimmed=False)
    assert stage.place("bob") != front


def test_a_screen_of_another_shape_is_shown_whole(stage: Stage, slots: Slots, qtbot: QtBot) -> None:
    screen = replace(BOB, is_screen=True)
    stage.show_tiles((ALICE, screen), OWN, dimmed=False, layout=LayoutState(focus="bob", fills=True))
    slots("bob").put(plain(RED, 60, 60), 60, 60)
    qtbot.waitUntil(lambda: stage.painted("bob") == 1)
    place = stage.place("bob")
    assert place is not None
    picture = stage.grab().toImage()
    middle_of = QPoint(place.left + place.width // 2, place.top + place.height // 2)
    assert picture.pixelColor(middle_of) == RED
    assert picture.pixelColor(place.left + 12, middle_of.y()) != RED, "a square in a wide place has bars"


def test_without_the_mirror_one_sees_what_the_others_see(stage: Stage, slots: Slots, qtbot: QtBot) -> None:
    half = 32
    left, right = plain(RED, half, 1), plain(BLUE, half, 1)
    slots("").put(memoryview((bytes(left) + bytes(right)) * 36), 64, 36)
    for mirrored, colour in ((True, BLUE), (False, RED)):
        stage.show_tiles((), OWN, dimmed=False, layout=LayoutState(mirrored=mirrored))
        place = stage.place("")
        assert place is not None
        left_side = QPoint(place.left + place.width // 4, place.top + place.height // 3)
        qtbot.waitUntil(lambda: stage.painted("") >= 1)
        assert stage.grab().toImage().pixelColor(left_side) == colour


@pytest.mark.parametrize("key", ["bob", ""])
def test_a_tile_that_has_something_to_say_says_it_in_a_tool_tip(stage: Stage, qtbot: QtBot, key: str) -> None:
    """Its own words, for the one that floats as well; a tile with nothing to say takes them away."""
    tip = "Weak connection.\nMove closer to the Wi-Fi."
    others = (ALICE, replace(BOB, tip=tip if key else ""))
    stage.show_tiles(others, replace(OWN, tip="" if key else tip), dimmed=False)

    def point(at: str) -> None:
        place = stage.place(at)
        assert place is not None
        inside = QPoint(place.left + 20, place.top + 20)
        QApplication.sendEvent(stage, QHelpEvent(QEvent.Type.ToolTip, inside, stage.mapToGlobal(inside)))

    point(key)
    qtbot.waitUntil(lambda: QToolTip.isVisible() and QToolTip.text() == tip, timeout=30_000)
    point("alice")
    qtbot.waitUntil(lambda: not QToolTip.isVisible(), timeout=30_000)


def test_a_double_click_pins_others_and_never_oneself(stage: Stage, qtbot: QtBot) -> None:
    stage.show_tiles((ALICE, BOB), OWN, dimmed=False)
    pinned: list[str] = []
    stage.pin.connect(pinned.append)
    for key in ("bob", ""):
        place = stage.place(key)
        assert place is not None
        QTest.mouseDClick(
            stage,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            QPoint(place.left + 20, place.top + 20),
        )
    assert pinned == ["bob"]


def test_a_slot_is_told_how_large_its_pictures_are_shown(
    slots: Slots, theme: Theme, show: Show, qtbot: QtBot
) -> None:
    """Of a shared screen every pixel is wanted, however small it is shown."""
    stage = Stage(theme.stage_look, slots)
    stage.resize(800, 450)
    stage.show_tiles((ALICE, replace(BOB, is_screen=True)), None, dimmed=False)
    for key in ("alice", "bob"):
        slots(key).put(plain(RED, 48, 48), 48, 48)
    show(stage)
    qtbot.waitUntil(lambda: stage.painted("alice") == 1 and stage.painted("bob") == 1)
    place = stage.place("alice")
    assert place is not None
    assert slots("alice").shown_px == (place.height, place.height)
    assert slots("bob").shown_px is None
