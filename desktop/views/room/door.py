"""The host's waiting room, in the room's window: who waits, *Admit* and *Refuse*, and the switch that holds.

It stands at the top of the list of participants. While that is closed, a card over the stage says that
somebody waits.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.view_models.door_states import DoorViewState
from desktop.view_models.states import PersonState, RoomStage
from desktop.views.announcements import announce
from desktop.views.controls import Button, ButtonKind, CheckBox
from desktop.views.door_intentions import DoorIntentions
from desktop.views.dropdown import paint_card
from desktop.views.fields import ErrorLine
from desktop.views.room.room_window import RoomWindow
from desktop.views.text import Avatar, ElidedText, Text
from desktop.views.theme import Look


class _Answers(QWidget):
    """*Admit* and *Refuse* beside each other.

    Args:
        model: takes the answer.
        look: colours and sizes.
        prefix: of the buttons' object names.
    """

    def __init__(self, model: DoorIntentions, look: Look, prefix: str) -> None:
        super().__init__()
        self._admit = Button(look, f"{prefix}AdmitButton", ButtonKind.FILLED)
        self._refuse = Button(look, f"{prefix}RefuseButton", ButtonKind.PLAIN)
        self._admit.clicked.connect(model.admit)
        self._refuse.clicked.connect(model.refuse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.space.xs)
        row.addWidget(self._refuse)
        row.addWidget(self._admit)

    def render_state(self, state: DoorViewState) -> None:
        """Offer what can be answered."""
        self._admit.set_busy(state.busy)
        self._refuse.setVisible(state.waits)
        self._refuse.setEnabled(not state.busy)
        self._admit.set_label(self.tr("Admit"))
        self._refuse.set_label(self.tr("Refuse"))
        name = state.person.name if state.person is not None else ""
        self._admit.setAccessibleName(self.tr("Admit {name}").format(name=name))
        self._refuse.setAccessibleName(self.tr("Refuse {name}").format(name=name))


class DoorSection(QWidget):
    """The waiting room at the top of the list of participants.

    Args:
        model: state and intentions.
        look: the stage's look.
    """

    def __init__(self, model: DoorIntentions, look: Look) -> None:
        super().__init__()
        self.setObjectName("doorSection")
        self._look = look
        self._model = model
        self._heading = Text(look, "label", ink="muted", name="waitingRoomHeading")
        self._avatar = Avatar(look, "row_avatar")
        self._name = ElidedText(look, "body", name="waitingName")
        self._line = ElidedText(look, "small", ink="muted", name="waitingLine")
        self._answers = _Answers(model, look, "door")
        self._hold = CheckBox(look, "holdBox")
        self._error = ErrorLine(look, "doorError")
        self._hold.clicked.connect(lambda: model.hold(self._hold.isChecked()))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._name)
        words.addWidget(self._line)
        self._who = QWidget()
        person = QHBoxLayout(self._who)
        person.setContentsMargins(0, 0, 0, 0)
        person.setSpacing(look.space.xs)
        person.addWidget(self._avatar)
        person.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, look.space.xs, look.space.s)
        column.setSpacing(look.space.xs)
        column.addWidget(self._heading)
        column.addWidget(self._who)
        column.addWidget(self._answers, 0, Qt.AlignmentFlag.AlignRight)
        column.addWidget(self._error)
        column.addWidget(self._hold)
        model.changed.connect(self.render_state)
        self.render_state(model.state)

    def render_state(self, state: DoorViewState) -> None:
        """Draw a state."""
        somebody = state.person is not None
        self._heading.setText(self.tr("Waiting room"))
        self._heading.setVisible(somebody)
        self._who.setVisible(somebody)
        self._answers.setVisible(somebody)
        self._avatar.set_person(state.person or PersonState())
        self._name.setText(state.person.name if state.person is not None else "")
        self._line.setText(state.line)
        self._answers.render_state(state)
        self._error.show_text(state.error)
        self._hold.set_label(self.tr("Let newcomers wait until I admit them"))
        self._hold.setChecked(state.held)
        self._hold.setEnabled(not state.busy)

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.render_state(self._model.state)


class KnockCard(QWidget):
    """Somebody is in the waiting room: a card at the lower edge of the stage.

    Args:
        model: state and intentions.
        look: the stage's look.
        window: where it floats.
    """

    def __init__(self, model: DoorIntentions, look: Look, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("knockCard")
        self._look = look
        self._margin = look.shadow.blur // 2 + look.shadow.y // 2
        self._avatar = Avatar(look, "row_avatar")
        self._text = Text(look, "body", name="knockText")
        self._answers = _Answers(model, look, "knock")
        row = QHBoxLayout(self)
        side, line = self._margin + look.space.m, self._margin + look.space.s
        row.setContentsMargins(side, line, side, line)
        row.setSpacing(look.space.s)
        row.addWidget(self._avatar)
        row.addWidget(self._text)
        row.addWidget(self._answers)
        self.hide()

    def render_state(self, state: DoorViewState, *, wanted: bool) -> None:
        """Draw a state, unless it is shown elsewhere."""
        self._avatar.set_person(state.person or PersonState())
        self._text.setText(state.knock)
        self._answers.render_state(state)
        self.setAccessibleName(state.knock)
        self.setVisible(wanted and bool(state.knock))
        self.raise_()

    def place(self, area: QRectF) -> None:
        """Stand at the lower edge of an area of the window."""
        size = self.sizeHint()
        left = area.center().x() - size.width() / 2
        top = area.bottom() - size.height() - self._look.space.xs
        self.setGeometry(round(left), round(top), size.width(), size.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card."""
        margin = self._margin
        card = QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)
        paint_card(QPainter(self), self._look, card, floats=True)


class RoomDoor(QObject):
    """Adds the waiting room to a host's window, and goes with it.

    Args:
        model: state and intentions.
        window: the room's.
        look: the stage's look.
    """

    def __init__(self, model: DoorIntentions, window: RoomWindow, look: Look) -> None:
        super().__init__(window)
        self._model = model
        self._window = window
        self._announced = ""
        self.section = DoorSection(model, look)
        self.knock = KnockCard(model, look, window)
        window.people_panel.column.insertWidget(1, self.section)
        window.panels.opened.connect(self._render)
        window.installEventFilter(self)
        model.changed.connect(self._render)
        self._render()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in place, and speak the window's new language."""
        if watched is self._window and event.type() in (
            QEvent.Type.Resize,
            QEvent.Type.Show,
            QEvent.Type.LanguageChange,
        ):
            self._render()
        return super().eventFilter(watched, event)

    def _render(self, *_: object) -> None:
        window, state = self._window, self._model.state
        in_list = window.panels.open_panel is window.people_panel
        over = window.room_stage is RoomStage.ENDED
        self.knock.render_state(state, wanted=not in_list and not over)
        stage = window.stage
        self.knock.place(QRectF(stage.mapTo(window, stage.rect().topLeft()), stage.rect().size()))
        if state.knock != self._announced:
            self._announced = state.knock
            announce(window, state.knock)
