"""The end screen's rating: five stars, a word of thanks, and room for a word more."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.view_models.rating_states import COMMENT_MAX, STARS_MAX, RatingState
from desktop.views.controls import Button, ButtonKind, IconButton
from desktop.views.fields import ErrorLine, FieldFrame, LineEditor
from desktop.views.rating_intentions import RatingIntentions
from desktop.views.text import Text
from desktop.views.theme import Look


class RatingView(QWidget):
    """Stands below the words of the end screen; nothing of it must be answered.

    Args:
        model: state and intentions.
        look: the stage's look.
    """

    def __init__(self, model: RatingIntentions, look: Look) -> None:
        super().__init__()
        self.setObjectName("rating")
        self._model = model
        self._question = Text(look, "body", ink="muted", wraps=True, name="ratingQuestion")
        self._question.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._stars = [IconButton(look, f"star-{place}", "star") for place in range(1, STARS_MAX + 1)]
        stars = QHBoxLayout()
        stars.setSpacing(look.space.xxs)
        stars.addStretch()
        for place, star in enumerate(self._stars, start=1):
            stars.addWidget(star)
            star.clicked.connect(lambda _checked=False, place=place: model.rate(place))
        stars.addStretch()
        self._more = QWidget()
        self._more.setFixedWidth(look.size.side_panel)
        frame = FieldFrame(look)
        self._editor = LineEditor(look, "ratingComment", frame)
        self._editor.setMaxLength(COMMENT_MAX)
        frame.add(self._editor, stretch=1)
        self._send = Button(look, "sendRatingButton", ButtonKind.PLAIN)
        self._send.clicked.connect(self._comment)
        self._editor.returnPressed.connect(self._comment)
        self._editor.textChanged.connect(lambda _text: self._allow(model.state))
        more = QHBoxLayout(self._more)
        more.setContentsMargins(0, 0, 0, 0)
        more.setSpacing(look.space.xs)
        more.addWidget(frame, 1)
        more.addWidget(self._send)
        self._error = ErrorLine(look, "ratingError")
        self._error.setFixedWidth(look.size.side_panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, look.space.m, 0, 0)
        column.setSpacing(look.space.xs)
        column.addWidget(self._question)
        column.addLayout(stars)
        column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._error, 0, Qt.AlignmentFlag.AlignHCenter)
        model.changed.connect(self.render_state)
        self.render_state(model.state)

    def render_state(self, state: RatingState) -> None:
        """Draw a state."""
        self.setVisible(state.offered)
        for place, star in enumerate(self._stars, start=1):
            lit = place <= state.stars
            star.set_icon("star-filled" if lit else "star", ink="warning" if lit else "muted")
            star.setEnabled(not state.busy)
            name = self.tr("%n star(s) of 5", "", place)
            star.set_name(name)
            chosen = place == state.stars
            star.setAccessibleDescription(self.tr("chosen") if chosen else "")
        self._question.setText(
            self.tr("Thank you, this helps.") if state.sent else self.tr("How was the sound and the picture?")
        )
        self._more.setVisible(bool(state.stars) and not state.comment_sent)
        self._editor.setPlaceholderText(self.tr("A word more? (optional)"))
        self._editor.setAccessibleName(self.tr("Comment on the call"))
        self._send.set_label(self.tr("Send"))
        self._allow(state)
        self._error.show_text(state.error)

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.render_state(self._model.state)

    def _allow(self, state: RatingState) -> None:
        self._send.setEnabled(bool(self._editor.text().strip()) and not state.busy)

    def _comment(self) -> None:
        if self._send.isEnabled():
            self._model.comment(self._editor.text())
