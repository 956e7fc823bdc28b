"""The log-in window: one card, which asks for what the step needs, with one button."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.view_models.states import SignInState, SignInStep, Tone
from desktop.views.controls import IconButton
from desktop.views.dropdown import paint_card
from desktop.views.entry_forms import FORMS, EntryForm
from desktop.views.fields import IconMark
from desktop.views.focus_ring import FocusRing
from desktop.views.icons import window_icon
from desktop.views.intentions import SignInIntentions
from desktop.views.messages import InfoLine
from desktop.views.text import Text
from desktop.views.theme import Look


class _Card(QWidget):
    """The card that holds the form."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card."""
        paint_card(QPainter(self), self._look, QRectF(self.rect()), floats=False)


class SignInWindow(QWidget):
    """Logs a person in; `entry_forms` holds what it asks.

    Args:
        model: state and intentions.
        look: colours, fonts and sizes.
        mark: icon of the product.
    """

    settings_requested = Signal()
    """The button below the card, or Ctrl+comma: networks may need a proxy before the log-in."""

    def __init__(self, model: SignInIntentions, look: Look, *, mark: str) -> None:
        super().__init__()
        self._model = model
        self._look = look
        self._forms: dict[SignInStep, EntryForm] = {}
        self._step: SignInStep | None = None
        self.setObjectName("signInWindow")
        self.setWindowIcon(window_icon(mark))
        self.resize(look.size.sign_in_width, look.size.sign_in_height)
        self.setMinimumSize(look.size.card_width + 2 * look.space.m, look.size.participant_min_height)
        self._mark = IconMark(look, mark, size="mark")
        self._product = Text(look, "title", name="productName")
        self._notice = InfoLine(look, "signInNotice", Tone.NEUTRAL)
        self._server = Text(look, "small", ink="muted", wraps=True, name="serverName")
        self._server.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._settings = IconButton(look, "settingsButton", "settings", size="pill")
        self._settings.clicked.connect(self.settings_requested)
        QShortcut(QKeySequence("Ctrl+,"), self).activated.connect(self.settings_requested)
        self._ring = FocusRing(look, self)
        self._form = QVBoxLayout()
        self._inside = QWidget()
        self._lay_out()
        self._inside.installEventFilter(self)
        model.changed.connect(self.render_state)
        self._retranslate()

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The card's content has changed: it may need more room."""
        if watched is self._inside and event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._grow()
        return super().eventFilter(watched, event)

    def render_state(self, state: SignInState) -> None:
        """Draw a state."""
        self.setWindowTitle(state.product)
        self._product.setText(state.product)
        self._notice.show_text(state.notice)
        self._server.setText(state.server)
        self._server.setVisible(bool(state.server))
        form = self._show_form(state.step)
        form.render_state(state)
        if state.step is not self._step:
            self._step = state.step
            form.begin(state)

    def _show_form(self, step: SignInStep) -> EntryForm:
        form = self._forms.get(step)
        if form is None:
            form = self._forms[step] = FORMS[step](self._model, self._look)
            self._form.addWidget(form)
        if step is not self._step:
            for other in self._forms.values():
                other.setVisible(other is form)
                if other is not form:
                    other.forget()
        return form

    def _lay_out(self) -> None:
        look = self._look
        card = _Card(look)
        card.setFixedWidth(look.size.card_width)
        inside_card = QVBoxLayout(card)
        inside_card.setContentsMargins(look.space.xl, look.space.xl, look.space.xl, look.space.xl)
        inside_card.setSpacing(look.space.m)
        inside_card.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignHCenter)
        inside_card.addWidget(self._product, 0, Qt.AlignmentFlag.AlignHCenter)
        inside_card.addWidget(self._notice)
        inside_card.addLayout(self._form)
        self._inside.setObjectName("scrolled")
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(look.space.m, look.space.m, look.space.m, look.space.m)
        column.setSpacing(look.space.m)
        column.addStretch()
        # Not by an alignment: that would give the card its height without regard to wrapped lines.
        middle = QHBoxLayout()
        middle.addStretch()
        middle.addWidget(card)
        middle.addStretch()
        column.addLayout(middle)
        column.addWidget(self._server)
        column.addWidget(self._settings, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._inside)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(scroll)

    def _grow(self) -> None:
        """Make room for the whole card, whatever the system's font makes of its height.

        Only a screen that is too small leaves something to scroll.
        """
        if self.isMaximized() or self.isFullScreen():
            return
        column = self._inside.layout()
        assert column is not None
        column.activate()
        needed = max(column.totalHeightForWidth(self.width()), column.totalMinimumSize().height())
        if needed > self.height():
            frame = self.frameGeometry().height() - self.geometry().height()
            most = self.screen().availableGeometry().height() - frame
            self.resize(self.width(), max(self.height(), min(needed, most)))

    def _retranslate(self) -> None:
        self._settings.set_name(self.tr("Settings"))
        self.render_state(self._model.state)
