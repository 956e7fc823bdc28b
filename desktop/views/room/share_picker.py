"""Choosing what to share: live pictures of screens and windows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QFontMetrics,
    QHideEvent,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.view_models.share_states import ShareChoice, ShareState
from desktop.view_models.states import Tone
from desktop.views.controls import Button, ButtonKind, Control
from desktop.views.fields import ErrorLine
from desktop.views.focus_ring import FocusRing
from desktop.views.icons import paint_icon
from desktop.views.messages import InfoLine
from desktop.views.share_intentions import ShareIntentions
from desktop.views.text import Text
from desktop.views.theme import Look

COLUMNS = 3
_LOOK_MS = 200


class ShareCard(Control):
    """One screen or window: its live picture and its name.

    Args:
        look: colours, fonts and sizes.
        model: finds the picture.
        choice: what it stands for.
    """

    def __init__(self, look: Look, model: ShareIntentions, choice: ShareChoice) -> None:
        super().__init__(look, f"share-{choice.key}")
        self._model = model
        self.choice = choice
        self._number = -1
        self.setCheckable(True)
        self.show_choice(choice)

    def show_choice(self, choice: ShareChoice) -> None:
        """A window may change its title."""
        self.choice = choice
        self.setAccessibleName(choice.accessible or choice.name)
        self.setToolTip(choice.name)
        self.update()

    def look_again(self) -> None:
        """Repaint when there is a newer picture."""
        picture = self._model.picture(self.choice.key).picture
        number = picture.number if picture is not None else -1
        if number != self._number:
            self._number = number
            self.update()

    def sizeHint(self) -> QSize:
        """16:9 and a line of words."""
        look = self.look
        width = (look.size.share_dialog - 2 * look.space.l - (COLUMNS - 1) * look.space.s) // COLUMNS
        return QSize(width - look.space.xxs, width * 9 // 16 + look.line_height("small") + look.space.s)

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw picture, name and frame."""
        look, colour = self.look, self.look.colour
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        words = look.line_height("small") + look.space.s
        area = QRectF(self.rect()).adjusted(2, 2, -2, -words)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.shade(colour.raised, colour.text))
        painter.drawRoundedRect(area, look.radius.field, look.radius.field)
        picture = self._model.picture(self.choice.key).picture
        if picture is None:
            side = look.size.empty_icon
            middle = area.center()
            place = QRectF(middle.x() - side / 2, middle.y() - side / 2, side, side)
            paint_icon(painter, "share" if self.choice.is_screen else "window", colour.muted, place)
        else:
            image = QImage(
                picture.data,
                picture.width_px,
                picture.height_px,
                picture.stride_bytes,
                QImage.Format.Format_RGB32,
            )
            inner = area.adjusted(4, 4, -4, -4)
            scale = min(inner.width() / image.width(), inner.height() / image.height())
            shown = QRectF(0, 0, image.width() * scale, image.height() * scale)
            shown.moveCenter(inner.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(shown, image)
        chosen = self.isChecked()
        width = look.line.focus if chosen else look.line.border
        painter.setPen(QPen(colour.primary if chosen else colour.border, width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area, look.radius.field, look.radius.field)
        font = look.font("label" if chosen else "small")
        painter.setFont(font)
        painter.setPen(colour.text)
        line = QRectF(0, area.bottom(), self.width(), words)
        name = QFontMetrics(font).elidedText(self.choice.name, Qt.TextElideMode.ElideMiddle, self.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, name)


class SharePicker(QDialog):
    """The dialog; show it with `open()`.

    Args:
        model: state and intentions.
        look: colours, fonts and sizes.
        parent: the room's window.
    """

    def __init__(self, model: ShareIntentions, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._look = look
        self._cards: dict[str, ShareCard] = {}
        self._finished = False
        self.setObjectName("sharePicker")
        self.setFixedWidth(look.size.share_dialog)
        self._heading = Text(look, "title", wraps=True)
        self._help = Text(look, "body", ink="muted", wraps=True)
        self._grid_holder = QWidget()
        self._grid_holder.setObjectName("scrolled")
        self._grid = QGridLayout(self._grid_holder)
        self._nothing = Text(look, "body", wraps=True, name="nothingToShare")
        self._warning = InfoLine(look, "ownWindowWarning", Tone.WARNING)
        self._replaces = InfoLine(look, "replacesShare", Tone.NEUTRAL)
        self._error = ErrorLine(look, "shareError")
        self._cancel = Button(look, "cancelShareButton")
        self._share = Button(look, "shareNowButton", ButtonKind.FILLED)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look_again)
        self._lay_out()
        self._ring = FocusRing(look, self)
        self._cancel.clicked.connect(model.cancel)
        self._share.clicked.connect(self._take)
        model.changed.connect(self.render_state)
        self._retranslate()

    @property
    def chosen(self) -> ShareChoice | None:
        """What would be shared."""
        return next((card.choice for card in self._cards.values() if card.isChecked()), None)

    def finish(self) -> None:
        """Close without asking anybody."""
        self._finished = True
        self.close()

    def render_state(self, state: ShareState) -> None:
        """Draw a state."""
        if {choice.key for choice in state.choices} != self._cards.keys():
            self._replace(state.choices)
        for choice in state.choices:
            self._cards[choice.key].show_choice(choice)
        self._nothing.setText(state.nothing)
        self._nothing.setVisible(bool(state.nothing))
        self._replaces.show_text(state.replaces)
        self._error.show_text(state.error)
        self._cancel.setEnabled(not state.busy)
        self._share.set_busy(state.busy)
        self._grid_holder.setEnabled(not state.busy)
        self._chosen_changed()

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter shares, Escape closes."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take()
        elif event.key() == Qt.Key.Key_Escape:
            self._model.cancel()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing the frame cancels."""
        if self._finished:
            event.accept()
            return
        event.ignore()
        self._model.cancel()

    def showEvent(self, event: QShowEvent) -> None:
        """Look for newer pictures while it is on screen."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop looking."""
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dialogs lie on `surface`."""
        QPainter(self).fillRect(event.rect(), self._look.colour.surface)

    def _lay_out(self) -> None:
        look, space = self._look, self._look.space
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(space.s)
        scroll = QScrollArea()
        scroll.setWidget(self._grid_holder)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setMinimumHeight(look.size.share_grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(space.l, space.l, space.l, space.l)
        column.setSpacing(space.xs)
        column.addWidget(self._heading)
        column.addWidget(self._help)
        column.addSpacing(space.xs)
        column.addWidget(self._nothing)
        column.addWidget(scroll, 1)
        column.addWidget(self._warning)
        column.addWidget(self._replaces)
        column.addWidget(self._error)
        column.addSpacing(space.xs)
        buttons = QHBoxLayout()
        buttons.setSpacing(space.xs)
        buttons.addStretch()
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._share)
        column.addLayout(buttons)

    def _replace(self, choices: tuple[ShareChoice, ...]) -> None:
        chosen = self.chosen
        focused = next((key for key, card in self._cards.items() if card.hasFocus()), None)
        kept = {choice.key for choice in choices}
        for key in self._cards.keys() - kept:
            card = self._cards.pop(key)
            self._grid.removeWidget(card)
            card.deleteLater()
        cards = {}
        for number, choice in enumerate(choices):
            card = self._cards.get(choice.key) or self._card(choice)
            cards[choice.key] = card
            self._grid.addWidget(card, number // COLUMNS, number % COLUMNS)
        self._cards = cards
        self._grid.setRowStretch(len(choices) // COLUMNS + 1, 1)
        self._grid.setColumnStretch(COLUMNS, 1)
        if chosen is None or chosen.key not in cards:
            first = next(iter(cards.values()), None)
            if first is not None:
                first.setChecked(True)
                if focused is None and self.isVisible():
                    first.setFocus()

    def _card(self, choice: ShareChoice) -> ShareCard:
        card = ShareCard(self._look, self._model, choice)
        card.setAutoExclusive(True)
        card.toggled.connect(self._chosen_changed)
        return card

    def _chosen_changed(self) -> None:
        chosen = self.chosen
        self._share.setEnabled(chosen is not None and not self._model.state.busy)
        ours = chosen is not None and chosen.is_ours
        self._warning.show_text(
            self.tr("This is the meeting itself: the others would see themselves without end.")
            if ours
            else ""
        )

    def _take(self) -> None:
        chosen = self.chosen
        if chosen is not None and not self._model.state.busy:
            self._model.share(chosen.key)

    def _look_again(self) -> None:
        for card in self._cards.values():
            card.look_again()

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Share your screen"))
        self._heading.setText(self.tr("What do you want to share?"))
        self._help.setText(self.tr("The others see it beside your picture until you stop."))
        self._cancel.set_label(self.tr("Cancel"))
        self._share.set_label(self.tr("Share"))
        self.render_state(self._model.state)
