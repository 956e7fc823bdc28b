"""What the page of the past is filtered by, its sum, and its export."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.view_models.history import FileKind
from desktop.view_models.hub_states import HistoryState
from desktop.views.controls import Button
from desktop.views.dropdown import Dropdown
from desktop.views.hub_intentions import HistoryIntentions
from desktop.views.menu import MenuRow
from desktop.views.select import Select
from desktop.views.text import ElidedText
from desktop.views.theme import Look


class HistoryBar(QWidget):
    """The line above the rows.

    Args:
        model: state and intentions.
        look: colours, fonts and sizes.
    """

    def __init__(self, model: HistoryIntentions, look: Look) -> None:
        super().__init__()
        self._model = model
        self._look = look
        self._menu: Dropdown | None = None
        self._client = Select(look, "historyClient")
        self._period = Select(look, "historyPeriod")
        for select in (self._client, self._period):
            select.setFixedWidth(look.size.history_select)
        self._total = ElidedText(look, "small", ink="muted", tabular=True, name="historyTotal")
        self._export = Button(look, "exportButton", icon="download")
        row = QHBoxLayout(self)
        row.setContentsMargins(look.space.xxs, 0, look.space.xxs + look.space.s, 0)
        row.setSpacing(look.space.xs)
        row.addWidget(self._client)
        row.addWidget(self._period)
        row.addWidget(self._total, 1)
        row.addWidget(self._export)
        self._client.chosen.connect(model.choose_client)
        self._period.chosen.connect(model.choose_period)
        self._export.clicked.connect(self._open)
        model.changed.connect(self.render_state)
        self._retranslate()
        self.render_state(model.state)

    def render_state(self, state: HistoryState) -> None:
        """Draw a state."""
        self._client.show_options(state.clients, state.client)
        self._period.show_options(state.periods, state.period)
        self._total.setText(state.total)
        self._export.set_busy(state.exporting)

    def changeEvent(self, event: QEvent) -> None:
        """Speak the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _open(self) -> None:
        if self._menu is not None:
            self._menu.hide()
            return
        menu = Dropdown(self._look, "exportMenu", self._export)
        rows = (
            (
                FileKind.TABLE,
                "download",
                self.tr("Table (CSV)…"),
                self.tr("What is chosen here, for a spreadsheet"),
            ),
            (
                FileKind.CALENDAR,
                "calendar",
                self.tr("Calendar (iCalendar)…"),
                self.tr("The last half year and what comes"),
            ),
        )
        for kind, icon, text, second in rows:
            row = MenuRow(self._look, f"export-{kind.value}", icon)
            row.set_words(text, second)
            row.clicked.connect(lambda _checked=False, kind=kind: self._take(kind))
            menu.content.addWidget(row)
        menu.closed.connect(self._closed)
        self._menu = menu
        menu.open_under(right=True)
        first = menu.findChild(MenuRow)
        if first is not None:
            first.setFocus(Qt.FocusReason.PopupFocusReason)

    def _take(self, kind: FileKind) -> None:
        self._export.setFocus(Qt.FocusReason.PopupFocusReason)
        if self._menu is not None:
            self._menu.hide()
        self._model.export(kind)

    def _closed(self) -> None:
        menu, self._menu = self._menu, None
        if menu is not None:
            menu.deleteLater()

    def _retranslate(self) -> None:
        self._client.setAccessibleName(self.tr("Client"))
        self._period.setAccessibleName(self.tr("Period"))
        self._export.set_label(self.tr("Export"))
