"""Starting a meeting at once: with whom, and what it is called."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.view_models.hub_states import StartNowState
from desktop.views.dialogs.client_field import ClientFrame
from desktop.views.dialogs.form_dialog import FormDialog
from desktop.views.fields import Field, FieldFrame, LineEditor
from desktop.views.hub_intentions import StartNowIntentions
from desktop.views.text import Text
from desktop.views.theme import Look


class StartNowDialog(FormDialog):
    """Show it with `open()`.

    Args:
        model: state and intentions.
        look: colours, fonts and sizes.
        parent: the window it belongs to.
    """

    def __init__(self, model: StartNowIntentions, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, "startNowDialog", parent=parent)
        self._model = model
        self._client = ClientFrame(look)
        self._client_field = Field(look, self._client.editor, self._client)
        frame = FieldFrame(look)
        self._title = LineEditor(look, "startTitleField", frame)
        frame.add(self._title, stretch=1)
        self._title_field = Field(look, self._title, frame)
        self._help = Text(look, "small", ink="muted", wraps=True)
        for part in (self._client_field, self._title_field):
            self.form.addWidget(part)
        self.form.addWidget(self._help)
        self._client.changed.connect(model.edited)
        self._title.textEdited.connect(model.edited)
        model.changed.connect(self.render_state)
        self.retranslate()
        self._client.editor.setFocus()

    def submit(self) -> None:
        """Start."""
        if not self.busy:
            self._client.settle()
            self._model.start(self._client.client_id, self._title.text())

    def take_escape(self) -> bool:
        """Close the list of clients."""
        return self._client.close_list()

    def first_field(self) -> QWidget:
        """The client."""
        return self._client.editor

    def retranslate(self) -> None:
        """Write the words of now."""
        super().retranslate()
        self.setWindowTitle(self.tr("Start now"))
        self.heading.setText(self.tr("Start a meeting now"))
        self._client_field.set_label(self.tr("Client"))
        self._client.open_button.set_name(self.tr("Show all clients"))
        self._title_field.set_label(self.tr("Title (optional)"))
        self._help.setText(self.tr("It begins at once, and your client's app rings."))
        self.action_button.set_label(self.tr("Start now"))
        self.render_state(self._model.state)

    def render_state(self, state: StartNowState) -> None:
        """Draw a state."""
        if state.done:
            self.done_well()
            return
        self._client.set_clients(state.clients)
        self._client.editor.setPlaceholderText(
            self.tr("Loading clients…") if state.loading_clients else self.tr("Name of a client")
        )
        self._title.setPlaceholderText(state.title)
        self._client_field.set_error(state.client_error)
        self._title_field.set_error(state.title_error)
        self.show_progress(busy=state.busy, error=state.error)
