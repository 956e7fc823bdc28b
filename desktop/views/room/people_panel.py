"""The list of participants: who is there, what is on, whose hand is up, and what a host may do."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.view_models.room_states import PeopleState, PersonAction, PersonRow
from desktop.view_models.states import PersonState
from desktop.views.controls import Button, ButtonKind, IconButton
from desktop.views.fields import ErrorLine
from desktop.views.icons import paint_icon
from desktop.views.intentions import PeopleIntentions
from desktop.views.room.person_menu import PersonMenu
from desktop.views.room.side_panels import SidePanel
from desktop.views.text import Avatar, ElidedText
from desktop.views.theme import Look


class PersonMarks(QWidget):
    """The small icons at the end of a row: hand with its place, screen, microphone, camera."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._row = PersonRow("", PersonState())
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_row(self, row: PersonRow) -> None:
        """Draw somebody's marks."""
        self._row = row
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Icons beside each other."""
        look = self._look
        width = sum(self._width_of(words) for _, _, words in self._marks())
        return QSize(width, look.size.row_avatar)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the marks."""
        look = self._look
        painter = QPainter(self)
        left, side = 0, look.size.icon
        painter.setFont(look.font("pill", tabular=True))
        for icon, ink, words in self._marks():
            colour = getattr(look.colour, ink)
            top = (self.height() - side) / 2
            paint_icon(painter, icon, colour, QRectF(left + look.space.xxs, top, side, side))
            painter.setPen(colour)
            beside = QRectF(left + look.space.xxs + side, 0, self.width(), self.height())
            painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, words)
            left += self._width_of(words)

    def _marks(self) -> list[tuple[str, str, str]]:
        """Icon, colour and words of each."""
        row = self._row
        marks = [("hand", "warning", str(row.hand))] if row.hand else []
        if row.sharing:
            marks.append(("screen", "primary", ""))
        if row.muted:
            marks.append(("microphone-off", "danger", ""))
        else:
            marks.append(("microphone", "success" if row.speaking else "muted", ""))
        marks.append(("camera", "muted", "") if row.camera_on else ("camera-off", "danger", ""))
        return marks

    def _width_of(self, words: str) -> int:
        look = self._look
        metrics = QFontMetrics(look.font("pill", tabular=True))
        return look.size.icon + look.space.xxs + metrics.horizontalAdvance(words)


class PersonView(QWidget):
    """One row of the list."""

    chosen = Signal(str, object)
    """Somebody's key and the `PersonAction`."""

    def __init__(self, look: Look, row: PersonRow) -> None:
        super().__init__()
        self.look = look
        self.row = row
        self.setObjectName(f"person-{row.key or 'own'}")
        self._avatar = Avatar(look, "row_avatar")
        self._name = ElidedText(look, "body")
        self._line = ElidedText(look, "small", ink="muted")
        self._marks = PersonMarks(look)
        self.more = IconButton(look, f"personMore-{row.key}", "ellipsis", size="row_avatar")
        keeps = self.more.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)  # the marks of all rows stand under each other
        self.more.setSizePolicy(keeps)
        self.more.clicked.connect(self._open)
        self._menu: PersonMenu | None = None
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch()
        words.addWidget(self._name)
        words.addWidget(self._line)
        words.addStretch()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(look.space.xs)
        line.addWidget(self._avatar)
        line.addLayout(words, 1)
        line.addWidget(self._marks)
        line.addWidget(self.more)
        self.setFixedHeight(look.size.row - look.space.xs)
        self.show_row(row)

    def show_row(self, row: PersonRow) -> None:
        """Draw another state of the same person."""
        self.row = row
        self._avatar.set_person(row.person)
        self._name.setText(row.person.name)
        self._line.setText(row.line)
        self._line.setVisible(bool(row.line))
        self._marks.show_row(row)
        self.more.setVisible(bool(row.actions))
        self.setAccessibleName(row.accessible)
        self.setToolTip("\n".join(part for part in (row.accessible, row.tip) if part))
        self._retranslate()
        if self._menu is not None:
            self._menu.show_row(row)

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _open(self) -> None:
        if self._menu is None:
            self._menu = PersonMenu(self.look, self.more)
            self._menu.chosen.connect(lambda action: self.chosen.emit(self.row.key, action))
            self._menu.show_row(self.row)
        if self._menu.isVisible():
            self._menu.hide()
        else:
            self._menu.ask()

    def discard(self) -> None:
        """The person has gone, and their menu with them."""
        if self._menu is not None:
            self._menu.hide()
            self._menu.deleteLater()
        self.hide()
        self.deleteLater()

    def _retranslate(self) -> None:
        self.more.set_name(self.tr("More about {name}").format(name=self.row.person.name))
        self.more.setAccessibleDescription(self.row.accessible)


class PeoplePanel(SidePanel):
    """Everybody in the meeting.

    Args:
        model: state and intentions.
        look: the stage's look.
    """

    def __init__(self, model: PeopleIntentions, look: Look) -> None:
        super().__init__(look, "peoplePanel")
        self._model = model
        self._state = PeopleState()
        self._views: dict[str, PersonView] = {}
        self._error = ErrorLine(look, "peopleError")
        self._mute_all = Button(look, "muteAllButton", ButtonKind.PLAIN, icon="microphone-off")
        self._mute_all.clicked.connect(model.mute_all)
        scrolled = QWidget()
        scrolled.setObjectName("scrolled")
        self._rows = QVBoxLayout(scrolled)
        self._rows.setContentsMargins(0, 0, look.space.xs, 0)
        self._rows.setSpacing(0)
        self._rows.addStretch(1)
        area = QScrollArea()
        area.setObjectName("peopleList")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(scrolled)
        self.column.addWidget(area, 1)
        self.column.addWidget(self._error)
        self.column.addWidget(self._mute_all, 0, Qt.AlignmentFlag.AlignHCenter)
        model.changed.connect(self.render_state)
        self.retranslate()
        self.render_state(model.state)

    def render_state(self, state: PeopleState) -> None:
        """Draw a state; a row stays the same widget while its person stays."""
        if [row.key for row in state.rows] != [row.key for row in self._state.rows] or not self._views:
            self._arrange(state.rows)
        for row in state.rows:
            if self._views[row.key].row != row:
                self._views[row.key].show_row(row)
        if len(state.rows) != len(self._state.rows):
            self._state = state
            self.retranslate()
        self._state = state
        self._error.show_text(state.error)
        self._mute_all.setVisible(state.can_mute_all)

    def retranslate(self) -> None:
        """Speak the new language."""
        title = self.tr("Participants")
        count = len(self._state.rows)
        self.set_title(f"{title} ({count})" if count else title, self.tr("Close the list of participants"))
        self._mute_all.set_label(self.tr("Mute everyone"))

    def _arrange(self, rows: tuple[PersonRow, ...]) -> None:
        for key in self._views.keys() - {row.key for row in rows}:
            self._views.pop(key).discard()
        for place, row in enumerate(rows):
            view = self._views.get(row.key)
            if view is None:
                view = self._views[row.key] = PersonView(self.look, row)
                view.chosen.connect(self._act)
            if self._rows.indexOf(view) != place:
                self._rows.insertWidget(place, view)

    def _act(self, key: str, action: PersonAction) -> None:
        self._model.act(key, action)
