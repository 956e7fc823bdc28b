"""The bar at the bottom of the room: devices, what one shares and says, and, apart, the red button.

From left to right: microphone, camera │ share, hand, chat, people, more │ leave. Each region is a
layout of its own, so that a button is added to it without a look at the others.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.view_models.room_states import PeopleState
from desktop.view_models.states import RoomViewState
from desktop.views.room.bar_buttons import DeviceButton, LeaveButton, PanelButton
from desktop.views.room.shortcuts import Keys
from desktop.views.theme import Look


class ControlBar(QWidget):
    """The buttons, in the middle of a bar 72 high.

    Attributes:
        devices: region of microphone and camera.
        middle: region of share, hand, chat, people and more.
        apart: region of the red button.

    Args:
        look: colours and sizes; the stage's.
    """

    microphone = Signal()
    camera = Signal()
    hand = Signal()
    chat = Signal()
    people = Signal()
    more = Signal()
    leave = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._state = RoomViewState()
        self._people = 0
        self.setObjectName("controlBar")
        self.setFixedHeight(look.size.control_bar)
        self.microphone_button = DeviceButton(look, "microphoneButton", "microphone")
        self.camera_button = DeviceButton(look, "cameraButton", "camera")
        self.hand_button = PanelButton(look, "handButton", "hand")
        self.people_button = PanelButton(look, "peopleButton", "people")
        self.more_button = PanelButton(look, "moreButton", "ellipsis")
        self.chat_button = PanelButton(look, "chatButton", "chat")
        self.leave_button = LeaveButton(look)
        self.microphone_button.clicked.connect(self.microphone)
        self.camera_button.clicked.connect(self.camera)
        self.hand_button.clicked.connect(self.hand)
        self.chat_button.clicked.connect(self.chat)
        self.people_button.clicked.connect(self.people)
        self.more_button.clicked.connect(self.more)
        self.leave_button.clicked.connect(self.leave)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.space.s)
        self.devices, self.middle, self.apart = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        row.addStretch()
        for region in (self.devices, self.middle, self.apart):
            region.setSpacing(look.space.s)
            row.addLayout(region)
        row.addStretch()
        self.devices.addWidget(self.microphone_button)
        self.devices.addWidget(self.camera_button)
        for button in (self.hand_button, self.chat_button, self.people_button, self.more_button):
            self.middle.addWidget(button)
        self.apart.addSpacing(look.space.l - look.space.s)
        self.apart.addWidget(self.leave_button)
        for control in self.findChildren(QWidget):
            # Reached by Tab; a click leaves the keys to the room, where Space is held to talk.
            control.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._retranslate()

    def render_state(self, state: RoomViewState) -> None:
        """Draw a state."""
        self._state = state
        self.microphone_button.show_device(
            on=state.microphone_on, busy=state.microphone_busy, alert=state.microphone_silent
        )
        self.camera_button.show_device(on=state.camera_on, busy=state.camera_busy)
        self.leave_button.set_busy(state.leaving)
        self._retranslate()

    def show_chat(self, *, is_open: bool, unread: int) -> None:
        """Show whether the chat is open, and how much of it was not read."""
        self.chat_button.show_lit(is_open)
        self.chat_button.show_count(unread)
        self._retranslate()

    def show_people(self, state: PeopleState, *, is_open: bool) -> None:
        """Show our hand, whether the list is open, and how many hands are up."""
        self.hand_button.setVisible(state.hand_offered)
        self.hand_button.show_lit(state.hand_raised)
        self.people_button.show_lit(is_open)
        self.people_button.show_count(state.hands)
        self._people = len(state.rows)
        self._retranslate()

    def show_more(self, *, is_open: bool) -> None:
        """Show whether the menu is open."""
        self.more_button.show_lit(is_open)
        self._retranslate()

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        if self._state.microphone_silent and self._state.microphone_on:
            words = self.tr("Microphone on, no sound"), self.tr("Turn the microphone off")
        elif self._state.microphone_on:
            words = self.tr("Microphone on"), self.tr("Turn the microphone off")
        else:
            words = self.tr("Microphone off"), self.tr("Turn the microphone on")
        self.microphone_button.set_words(*words, Keys.MICROPHONE.shown)
        if self._state.camera_on:
            words = self.tr("Camera on"), self.tr("Turn the camera off")
        else:
            words = self.tr("Camera off"), self.tr("Turn the camera on")
        self.camera_button.set_words(*words, Keys.CAMERA.shown)
        chat = self.chat_button
        unread = self.tr("%n unread message(s)", "", chat.count) if chat.count else ""
        name = ", ".join(part for part in (self.tr("Chat"), self.tr("open") if chat.lit else unread) if part)
        chat.set_words(
            name, self.tr("Close the chat") if chat.lit else self.tr("Open the chat"), Keys.CHAT.shown
        )
        if self.hand_button.lit:
            self.hand_button.set_words(self.tr("Hand raised"), self.tr("Lower your hand"), Keys.HAND.shown)
        else:
            self.hand_button.set_words(self.tr("Hand lowered"), self.tr("Raise your hand"), Keys.HAND.shown)
        people = self.people_button
        hands = self.tr("%n raised hand(s)", "", people.count) if people.count else ""
        there = self.tr("%n person(s)", "", self._people) if self._people else ""
        shown = self.tr("open") if people.lit else ""
        name = ", ".join(part for part in (self.tr("Participants"), shown, there, hands) if part)
        action = self.tr("Close the list of participants") if people.lit else self.tr("Show the participants")
        people.set_words(name, action, Keys.PEOPLE.shown)
        more = self.tr("More options")
        self.more_button.set_words(f"{more}, {self.tr('open')}" if self.more_button.lit else more, more)
        self.leave_button.setAccessibleName(self.tr("Leave"))
        self.leave_button.setToolTip(f"{self.tr('Leave')} ({Keys.LEAVE.shown})")
