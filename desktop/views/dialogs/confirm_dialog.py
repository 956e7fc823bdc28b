"""A question with two answers, for what cannot be taken back easily."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.views.controls import ButtonKind
from desktop.views.dialogs.form_dialog import FormDialog
from desktop.views.text import Text
from desktop.views.theme import Look


class DeactivateDialog(FormDialog):
    """Whether a client's account is to be closed. Show it with `open()`.

    Args:
        look: colours, fonts and sizes.
        name: the client's.
        parent: the window it belongs to.
    """

    confirmed = Signal()
    """It is."""

    def __init__(self, look: Look, name: str, parent: QWidget | None = None) -> None:
        super().__init__(look, "deactivateDialog", ButtonKind.DANGER, parent=parent)
        self._name = name
        self._text = Text(look, "body", wraps=True)
        self.form.addWidget(self._text)
        self.retranslate()
        self.cancel_button.setFocus()

    def submit(self) -> None:
        """Close the account."""
        self.done_well()
        self.confirmed.emit()

    def retranslate(self) -> None:
        """Write the words of now."""
        super().retranslate()
        heading = self.tr("Deactivate {name}?").format(name=self._name)
        self.setWindowTitle(heading)
        self.heading.setText(heading)
        self._text.setText(
            self.tr(
                "{name} will be signed out everywhere and see no meeting any more. "
                "You can reactivate the account at any time; nothing is deleted."
            ).format(name=self._name.split(" ")[0])
        )
        self.action_button.set_label(self.tr("Deactivate"))
