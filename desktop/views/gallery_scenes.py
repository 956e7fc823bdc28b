"""Which windows the gallery shows in which states, and what is clicked before the picture is taken."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QRadialGradient
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.view_models.hub_states import PanelState
from desktop.view_models.states import MeetingListState, RoomViewState, ScheduleState, SignInState
from desktop.views import (
    gallery_details,
    gallery_diagnosis,
    gallery_door,
    gallery_entry,
    gallery_hub,
    gallery_prejoin,
    gallery_presence,
    gallery_rating,
    gallery_room,
    gallery_settings,
    gallery_share,
    gallery_small,
)
from desktop.views.dialogs.schedule_dialog import ScheduleDialog
from desktop.views.gallery_scene import Scene, child_named, click_on, nothing, type_into
from desktop.views.gallery_states import Samples
from desktop.views.hub_static_models import StaticPanel, static_hub
from desktop.views.hub_window import HubWindow
from desktop.views.messages import Skeleton
from desktop.views.participant_window import ParticipantWindow
from desktop.views.room.room_window import RoomWindow
from desktop.views.sign_in_window import SignInWindow
from desktop.views.static_models import (
    StaticMeetingList,
    StaticRoom,
    StaticSchedule,
    StaticSignIn,
    StaticSlot,
)
from desktop.views.theme import Theme

_PICTURE_WIDTH, _PICTURE_HEIGHT = 960, 540
_PEOPLE = {
    "": ("#31486B", "#7E5A4A", "#26334D"),
    "alice": ("#8FB3A5", "#C98F6E", "#3C5A6E"),
    "bob": ("#B98F6A", "#8C5B43", "#2F3D36"),
}


def sample_picture(wall: str, skin: str, shirt: str) -> memoryview:
    """Somebody before a wall, drawn: BGRA bytes of 960×540."""
    image = QImage(_PICTURE_WIDTH, _PICTURE_HEIGHT, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    light = QLinearGradient(0, 0, _PICTURE_WIDTH, _PICTURE_HEIGHT)
    light.setColorAt(0, QColor(wall).lighter(118))
    light.setColorAt(1, QColor(wall).darker(150))
    painter.fillRect(image.rect(), light)
    painter.setPen(Qt.PenStyle.NoPen)
    window = QColor("#FFFFFF")
    window.setAlphaF(0.13)
    painter.setBrush(window)
    for left in (70, 205):
        painter.drawRoundedRect(QRectF(left, 60, 120, 250), 6, 6)
    painter.setBrush(QColor(wall).darker(170))
    painter.drawRoundedRect(QRectF(740, 250, 170, 12), 4, 4)
    for place, (width, height) in enumerate(((18, 70), (14, 84), (22, 62), (16, 78), (20, 70))):
        painter.setBrush(QColor(shirt).lighter(110 + 18 * place))
        painter.drawRoundedRect(QRectF(756 + place * 26, 250 - height, width, height), 2, 2)
    body = QLinearGradient(0, 380, 0, _PICTURE_HEIGHT)
    body.setColorAt(0, QColor(shirt).lighter(130))
    body.setColorAt(1, QColor(shirt).darker(115))
    painter.setBrush(body)
    painter.drawRoundedRect(QRectF(270, 400, 420, 300), 130, 130)
    painter.setBrush(QColor(skin).darker(112))
    painter.drawRoundedRect(QRectF(440, 320, 80, 110), 36, 36)
    painter.setBrush(QColor(shirt).darker(190))
    painter.drawRoundedRect(QRectF(378, 96, 204, 236), 102, 102)
    face = QRadialGradient(QPointF(455, 210), 190)
    face.setColorAt(0, QColor(skin).lighter(125))
    face.setColorAt(1, QColor(skin).darker(108))
    painter.setBrush(face)
    painter.drawRoundedRect(QRectF(398, 142, 164, 206), 82, 96)
    painter.end()
    return memoryview(bytes(image.constBits()))


def _slots() -> dict[str, StaticSlot]:
    slots = {}
    for key, colours in _PEOPLE.items():
        slots[key] = StaticSlot()
        slots[key].put(sample_picture(*colours), _PICTURE_WIDTH, _PICTURE_HEIGHT)
    return slots


def _tab_to_schedule(window: QWidget) -> None:
    child_named(window, "scheduleButton").setFocus(Qt.FocusReason.TabFocusReason)


def _patience(window: QWidget) -> None:
    for skeleton in window.findChildren(Skeleton):
        skeleton.lose_patience()


def _end_question(window: QWidget) -> None:
    click_on("leaveButton")(window)
    click_on("endForAllButton")(window)


def _discard_question(window: QWidget) -> None:
    type_into("titleField", "A")(window)
    QTest.keyClick(window, Qt.Key.Key_Escape)


def _narrow(window: QWidget) -> None:
    window.resize(window.minimumSize())


def _wide(window: QWidget) -> None:
    window.resize(window.width() * 2, window.height())


def _sign_in(state: SignInState, theme: Theme) -> QWidget:
    return SignInWindow(StaticSignIn(state), theme, mark="mark-visio")


def _hub(state: MeetingListState, theme: Theme) -> QWidget:
    return HubWindow(static_hub(state), theme)


def _participant(state: MeetingListState, theme: Theme) -> QWidget:
    return ParticipantWindow(StaticMeetingList(state), StaticPanel(PanelState()), theme)


def _schedule(state: ScheduleState, theme: Theme) -> QWidget:
    return ScheduleDialog(StaticSchedule(state), theme)


def _room(slots: dict[str, StaticSlot], state: RoomViewState, theme: Theme) -> QWidget:
    return RoomWindow(StaticRoom(state, slots), theme.stage_look, mark="mark-hub")


def scenes(samples: Samples) -> Iterator[Scene]:
    """Every window in every state."""
    for name, sign_in in samples.sign_in().items():
        yield Scene("sign-in", name, partial(_sign_in, sign_in))
    yield from gallery_entry.scenes(samples)
    yield from gallery_settings.scenes(samples)
    yield from gallery_presence.scenes(samples)
    yield from gallery_diagnosis.scenes(samples)
    hub = samples.meetings(hub=True)
    for name, meetings in hub.items():
        yield Scene("hub", name, partial(_hub, meetings), _patience)
    make = partial(_hub, hub["filled"])
    yield Scene("hub", "narrow", make, _narrow)
    yield Scene("hub", "search", make, type_into("searchField", "poi"))
    yield Scene("hub", "nothing-found", make, type_into("searchField", "xyz"))
    yield Scene("hub", "account", make, click_on("accountButton"))
    yield Scene("hub", "focus", make, _tab_to_schedule)
    client = samples.meetings(hub=False)
    for name, meetings in client.items():
        yield Scene("participant", name, partial(_participant, meetings), _patience)
    make = partial(_participant, client["running"])
    yield Scene("participant", "history", make, click_on("historyButton"))
    yield Scene("participant", "account", make, click_on("accountButton"))
    yield Scene("participant", "wide", make, _wide)
    yield from gallery_details.scenes(samples)
    dialogs = samples.schedule()
    for name, schedule in dialogs.items():
        yield Scene("schedule", name, partial(_schedule, schedule))
    open_dialog = partial(_schedule, dialogs["empty"])
    yield Scene("schedule", "clients", open_dialog, click_on("clientListButton"))
    yield Scene("schedule", "calendar", open_dialog, click_on("calendarButton"))
    yield Scene("schedule", "hours", open_dialog, click_on("hourListButton"))
    yield Scene("schedule", "discard", open_dialog, _discard_question)
    prepared = {"leave": click_on("leaveButton"), "end": _end_question}
    slots = _slots()
    for name, room in samples.room().items():
        yield Scene("room", name, partial(_room, slots, room), prepared.get(name, nothing))
    yield from gallery_room.scenes(samples, slots)
    yield from gallery_door.scenes(samples, slots)
    yield from gallery_rating.scenes(samples, slots)
    yield from gallery_hub.scenes(samples)
    yield from gallery_prejoin.scenes(samples, slots[""])
    yield from gallery_share.scenes(samples, slots)
    yield from gallery_small.scenes(samples, slots)
