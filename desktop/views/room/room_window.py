"""The room window: stage, title, control bar, and calm words before, between and after."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.view_models.room_states import ChatState, PeopleState
from desktop.view_models.states import RoomStage, RoomViewState, Tone
from desktop.views.announcements import announce
from desktop.views.focus_ring import FocusRing
from desktop.views.icons import window_icon
from desktop.views.intentions import RoomIntentions
from desktop.views.messages import Toast
from desktop.views.room.chat_panel import ChatPanel
from desktop.views.room.control_bar import ControlBar
from desktop.views.room.curtain import Curtain
from desktop.views.room.help_panel import HelpPanel
from desktop.views.room.leave_menu import LeaveMenu
from desktop.views.room.more_menu import MoreMenu
from desktop.views.room.people_panel import PeoplePanel
from desktop.views.room.person_menu import PersonMenu
from desktop.views.room.shortcuts import Keys
from desktop.views.room.side_panels import SidePanel, SidePanels
from desktop.views.room.stage import Stage
from desktop.views.room.statistics_panel import StatisticsPanel
from desktop.views.style_sheet import style_sheet
from desktop.views.text import ElidedText, Text
from desktop.views.theme import Look

_LIVE = (RoomStage.LIVE, RoomStage.RECONNECTING)


class RoomWindow(QWidget):
    """One meeting's room.

    Closing the window by its frame leaves the meeting as the red button does; the view-model then
    ends the window by `finish()`.

    Args:
        model: state and intentions.
        look: the stage's look (`Theme.stage_look`).
        mark: icon of the product.
    """

    stayed = Signal()
    """What the red button asks was closed without an answer."""

    def __init__(self, model: RoomIntentions, look: Look, *, mark: str) -> None:
        super().__init__()
        self._model = model
        self._look = look
        self._finished = False
        self._announced: dict[str, str] = {}
        self._talking = False
        self.setObjectName("roomWindow")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # keys are the room's until something asks for them
        # What Qt itself draws in here (editors, scroll bars, tool tips) is dark as well.
        self.setStyleSheet(style_sheet(look.tokens.dark, look.px))
        self.setWindowIcon(window_icon(mark))
        self.setMinimumSize(look.size.room_min_width, look.size.room_min_height)
        self.resize(look.size.room_width, look.size.room_height)
        self._title = ElidedText(look, "strong", ink="on_stage", name="roomTitle")
        self._elapsed = Text(look, "body", ink="muted", tabular=True, name="elapsed")
        self.stage = Stage(look, model.picture)
        self.curtain = Curtain(look)
        self.bar = ControlBar(look)
        self.panels = SidePanels(look)
        self.chat_panel = ChatPanel(model.chat, look)
        self.people_panel = PeoplePanel(model.people, look)
        self.panels.add(self.chat_panel)
        self.panels.add(self.people_panel)
        self.statistics_panel = StatisticsPanel(model.statistics, look)
        self.help_panel = HelpPanel(look)
        self.panels.add(self.statistics_panel)
        self.panels.add(self.help_panel)
        self._ring = FocusRing(look, self)
        self._toast = Toast(look, self, closable=False)
        self._lay_out()
        self._menu = LeaveMenu(look, self.bar.leave_button)
        self._more = MoreMenu(look, self.bar.more_button, model.layout, model.saving)
        self._spot = QWidget(self.stage)  # what a tile's menu hangs from: the place of the click
        self._spot.setFixedSize(1, 1)
        self._tile_menu = PersonMenu(look, self._spot)
        self._tile_menu_key = ""
        self._connect()
        model.changed.connect(self.render_state)
        self.setFocus()  # Qt would give it to the first button
        self.render_state(model.state)
        self._retranslate()

    @property
    def room_stage(self) -> RoomStage:
        """Where the room stands."""
        return self._model.state.stage

    def painted(self, key: str) -> int:
        """How many different pictures of a tile reached the screen."""
        return self.stage.painted(key)

    def first_painted_at(self, key: str) -> float | None:
        """When a tile's first picture was painted, by `time.monotonic()`; None before."""
        return self.stage.first_painted_at(key)

    def finish(self) -> None:
        """Close without asking anybody: the view-model has ended."""
        self._finished = True
        self.close()

    def render_state(self, state: RoomViewState) -> None:
        """Draw a state."""
        self.setWindowTitle(state.title)
        self._title.setText(state.title)
        self._elapsed.setText(state.elapsed)
        over = state.stage is RoomStage.ENDED or state.error is not None
        live = state.stage in _LIVE and not over
        layout = self._model.layout.state
        self.stage.show_tiles(
            state.tiles if live else (),
            None if over or layout.own_hidden else state.own,
            dimmed=state.stage is RoomStage.RECONNECTING,
            layout=layout,
        )
        self.curtain.render_state(state)
        self.bar.setVisible(not over)
        if over:
            self.panels.close_panel()
        self.bar.render_state(state)
        self._menu.render_state(state)
        if over or state.leaving:
            self._menu.hide()
            self._more.hide()
        self._toast.show_notice("" if over else state.warning, Tone.WARNING, 0)
        self._announce("warning", "" if over else state.warning)
        self._toast.place(self._look.size.control)

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        elif event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self._talk(False)  # the key may be let go where we do not see it

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space is held to talk, wherever it means nothing else: texts and buttons take it for themselves."""
        if event.key() == Qt.Key.Key_Space and self.bar.isVisible():
            if not event.isAutoRepeat():
                self._talk(True)
            return
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Let go of it."""
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._talk(False)
            return
        super().keyReleaseEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Leave first; the view-model closes the window when that is done."""
        state = self._model.state
        if self._finished:
            event.accept()
        elif state.stage is RoomStage.ENDED or state.error is not None:
            event.accept()
            self._finished = True
            self._model.close_room()
        else:
            event.ignore()
            if not state.leaving:
                self._ask_or_leave()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what floats in its place."""
        super().resizeEvent(event)
        self._menu.hide()
        self._more.hide()
        self._toast.place(self._look.size.control)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The room is dark in both themes."""
        QPainter(self).fillRect(event.rect(), self._look.colour.stage)

    def _lay_out(self) -> None:
        look, space = self._look, self._look.space
        top = QWidget()
        top.setFixedHeight(look.size.control + space.xs)
        line = QHBoxLayout(top)
        line.setContentsMargins(space.m, 0, space.m, 0)
        line.setSpacing(space.s)
        self._title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        line.addWidget(self._title)
        line.addWidget(self._elapsed)
        line.addStretch()
        middle = QGridLayout()
        middle.setContentsMargins(space.xs, 0, 0, 0)
        middle.addWidget(self.stage, 0, 0)
        middle.addWidget(self.curtain, 0, 0)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.setSpacing(0)
        around.addWidget(top)
        across = QHBoxLayout()
        across.setContentsMargins(0, 0, space.xs, 0)
        across.setSpacing(0)
        across.addLayout(middle, 1)
        across.addWidget(self.panels)
        around.addLayout(across, 1)
        around.addWidget(self.bar)

    def _connect(self) -> None:
        model, bar = self._model, self.bar
        bar.microphone.connect(model.toggle_microphone)
        bar.camera.connect(model.toggle_camera)
        bar.leave.connect(self._ask_or_leave)
        bar.chat.connect(lambda: self.panels.toggle(self.chat_panel))
        bar.people.connect(lambda: self.panels.toggle(self.people_panel))
        bar.hand.connect(model.people.toggle_hand)
        bar.more.connect(self._open_more)
        self._more.full_screen.connect(self._toggle_full_screen)
        self._more.statistics.connect(lambda: self._open_panel(self.statistics_panel))
        self._more.help.connect(lambda: self._open_panel(self.help_panel))
        model.saving.changed.connect(lambda state: self.stage.set_saving(state.saving))
        self.stage.set_saving(model.saving.state.saving)
        self._more.closed.connect(lambda: bar.show_more(is_open=False))
        self.stage.pin.connect(model.layout.toggle_pin)
        self.stage.menu.connect(self._open_tile_menu)
        self._tile_menu.chosen.connect(lambda action: model.people.act(self._tile_menu_key, action))
        model.layout.changed.connect(lambda _: self.render_state(model.state))
        self.panels.opened.connect(self._panel_opened)
        model.chat.changed.connect(self._render_chat)
        model.people.changed.connect(self._render_people)
        self._render_chat(model.chat.state)
        self._render_people(model.people.state)
        self._menu.leave.connect(model.leave)
        self._menu.stayed.connect(self.stayed)
        self._menu.end_for_all.connect(model.end_for_all)
        self.curtain.retry.connect(model.retry)
        self.curtain.close_room.connect(self._close_room)
        self.curtain.come_back.connect(model.come_back)
        self.curtain.stay.connect(model.stay)
        actions = {
            Keys.MICROPHONE: bar.microphone_button.click,
            Keys.CAMERA: bar.camera_button.click,
            Keys.HAND: self._raise_hand,
            Keys.CHAT: lambda: self._open_panel(self.chat_panel),
            Keys.PEOPLE: lambda: self._open_panel(self.people_panel),
            Keys.FULL_SCREEN: self._toggle_full_screen,
            Keys.TO_THE_BAR: self._to_the_bar,
            Keys.HELP: lambda: self._open_panel(self.help_panel),
            Keys.LEAVE: self._ask,
        }
        for keys, action in actions.items():
            for each in keys.value:
                QShortcut(QKeySequence(each), self).activated.connect(action)

    def _panel_opened(self, panel: SidePanel | None) -> None:
        """Tell the models what is on screen; a panel that closes gives the focus to its button."""
        bar = self.bar
        former = next((each for each in (bar.chat_button, bar.people_button) if each.lit), bar.more_button)
        self._model.chat.set_open(panel is self.chat_panel)
        self._model.statistics.set_open(panel is self.statistics_panel)
        self._render_chat(self._model.chat.state)
        self._render_people(self._model.people.state)
        if panel is None and bar.isVisible():
            former.setFocus(Qt.FocusReason.OtherFocusReason)

    def _render_chat(self, state: ChatState) -> None:
        is_open = self.panels.open_panel is self.chat_panel
        self.bar.show_chat(is_open=is_open, unread=state.unread)
        self._announce("chat", state.newest)

    def _render_people(self, state: PeopleState) -> None:
        self.bar.show_people(state, is_open=self.panels.open_panel is self.people_panel)
        self._announce("hand", state.newest)

    def _open_panel(self, panel: SidePanel) -> None:
        """By key or by the menu; not while the buttons are gone as well."""
        if self.bar.isVisible():
            self.panels.toggle(panel)

    def _open_more(self) -> None:
        self._more.ask()
        self.bar.show_more(is_open=self._more.isVisible())

    def _open_tile_menu(self, key: str, place: QPoint) -> None:
        """What can be done about whoever is in a tile, where it was clicked."""
        tiles = (*self._model.state.tiles,)
        person = next((tile.person_key for tile in tiles if tile.key == key), None)
        row = next((row for row in self._model.people.state.rows if row.key and row.key == person), None)
        if row is None or not row.actions:
            return
        self._tile_menu_key = row.key
        self._tile_menu.show_row(row)
        self._spot.move(place)
        self._tile_menu.ask()

    def _announce(self, kind: str, sentence: str) -> None:
        """Let a screen reader say what is new, once."""
        if sentence and self._announced.get(kind) != sentence:
            self._announced[kind] = sentence
            announce(self, sentence)

    def _talk(self, pressed: bool) -> None:
        if pressed is not self._talking:
            self._talking = pressed
            self._model.talk(pressed)

    def _raise_hand(self) -> None:
        if self.bar.hand_button.isVisible():
            self.bar.hand_button.click()

    def _close_room(self) -> None:
        self._model.close_room()

    def _ask_or_leave(self) -> None:
        """The red button: a question only where there are two answers, or a share would end."""
        if self._model.state.leave_choices or self._model.state.sharing:
            self._ask()
        else:
            self._model.leave()

    def _ask(self) -> None:
        """A shortcut is easily hit by mistake: it always asks."""
        if not self.bar.isVisible() or self._model.state.leaving:
            return
        if self._menu.isVisible():
            self._menu.hide()
        else:
            self._menu.ask()

    def _to_the_bar(self) -> None:
        first = self.bar.microphone_button
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)
        # It may have had the focus already, without a ring.
        self._ring.surround(first)

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _retranslate(self) -> None:
        self.stage.setAccessibleName(self.tr("Participants"))
