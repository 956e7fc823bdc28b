"""The question before a meeting is cancelled: why, and whether the rest of its series goes too."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.view_models.hub_states import CancelState
from desktop.views.controls import ButtonKind, CheckBox
from desktop.views.dialogs.form_dialog import FormDialog
from desktop.views.fields import Field, FieldFrame, TextEditor
from desktop.views.hub_intentions import CancelIntentions
from desktop.views.text import Text
from desktop.views.theme import Look

_REASON_LINES = 3


class CancelDialog(FormDialog):
    """Show it with `open()`.

    Args:
        model: state and intentions.
        look: colours, fonts and sizes.
        parent: the window it belongs to.
    """

    def __init__(self, model: CancelIntentions, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, "cancelMeetingDialog", ButtonKind.DANGER, parent=parent)
        self._model = model
        self._title = Text(look, "strong", wraps=True)
        self._when = Text(look, "body", ink="muted", tabular=True, wraps=True)
        self._told = Text(look, "body", wraps=True, name="toldLine")
        frame = FieldFrame(look, tall=True)
        self._reason = TextEditor("reasonField", frame)
        self._reason.setFixedHeight(look.line_height("body") * _REASON_LINES)
        frame.add(self._reason, stretch=1)
        self._reason_field = Field(look, self._reason, frame)
        self._following = CheckBox(look, "followingBox")
        what = QVBoxLayout()
        what.setSpacing(0)
        what.addWidget(self._title)
        what.addWidget(self._when)
        self.form.addLayout(what)
        self.form.addWidget(self._reason_field)
        self.form.addWidget(self._following)
        self.form.addWidget(self._told)
        model.changed.connect(self.render_state)
        self.retranslate()
        self.render_state(model.state)
        self._reason.setFocus()

    def submit(self) -> None:
        """Cancel the meeting."""
        self._model.cancel(self._reason.toPlainText(), self._following.isChecked())

    def first_field(self) -> QWidget:
        """The reason."""
        return self._reason

    def something_typed(self) -> bool:
        """A reason was typed."""
        return bool(self._reason.toPlainText().strip())

    def kept(self) -> tuple[str, bool]:
        """The reason, and whether the series goes too."""
        return self._reason.toPlainText(), self._following.isChecked()

    def put_back(self, kept: tuple[str, bool]) -> None:
        """Show them again."""
        self._reason.setPlainText(kept[0])
        self._following.setChecked(kept[1])

    def retranslate(self) -> None:
        """Write the words of now."""
        super().retranslate()
        self.setWindowTitle(self.tr("Cancel the meeting"))
        self.heading.setText(self.tr("Cancel the meeting?"))
        self._reason_field.set_label(self.tr("Reason (optional)"))
        self._following.set_label(self.tr("Also cancel the later meetings of the series"))
        self.cancel_button.set_label(self.tr("Keep the meeting"))
        self.action_button.set_label(self.tr("Cancel the meeting"))

    def render_state(self, state: CancelState) -> None:
        """Draw a state."""
        if state.done:
            self.done_well()
            return
        self._title.setText(state.title)
        self._when.setText(state.when)
        self._told.setText(state.told)
        self._following.setVisible(state.in_series)
        self._reason_field.set_error(state.reason_error)
        self.show_progress(busy=state.busy, error=state.error)
