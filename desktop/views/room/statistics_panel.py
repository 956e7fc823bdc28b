"""The connection of everybody in words and figures, to be copied for whoever helps."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.view_models.room_states import StatisticsState, StreamFigures
from desktop.views.controls import Button, ButtonKind
from desktop.views.room.side_panels import SidePanel
from desktop.views.room_intentions import StatisticsIntentions
from desktop.views.text import Text
from desktop.views.theme import Look


class StreamView(QWidget):
    """One stream: a title, a sentence, what to do, and figures."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._title = Text(look, "strong", wraps=True)
        self._quality = Text(look, "small", ink="muted", wraps=True)
        self._advice = Text(look, "small", ink="warning", wraps=True)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, look.space.xxs, 0, 0)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self._cells: list[tuple[Text, Text]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, look.space.m)
        column.setSpacing(2)
        for text in (self._title, self._quality, self._advice):
            column.addWidget(text)
        column.addLayout(self._grid)

    def show_figures(self, figures: StreamFigures) -> None:
        """Draw another second."""
        self._title.setText(figures.title)
        self._quality.setText(figures.quality)
        self._advice.setText(figures.advice)
        self._advice.setVisible(bool(figures.advice))
        while len(self._cells) < len(figures.rows):
            row = len(self._cells)
            cells = (
                Text(self._look, "small", ink="muted"),
                Text(self._look, "small", tabular=True),
            )
            for place, cell in enumerate(cells):
                self._grid.addWidget(cell, row, place)
            cells[1].setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._cells.append(cells)
        for place, cells in enumerate(self._cells):
            shown = place < len(figures.rows)
            for cell, words in zip(cells, figures.rows[place] if shown else ("", ""), strict=True):
                cell.setText(words)
                cell.setVisible(shown)
        self.setAccessibleName(
            ", ".join([figures.title, figures.quality, *(" ".join(row) for row in figures.rows)])
        )


class StatisticsPanel(SidePanel):
    """How good everybody's connection is.

    Args:
        model: state and intentions.
        look: the stage's look.
    """

    def __init__(self, model: StatisticsIntentions, look: Look) -> None:
        super().__init__(look, "statisticsPanel")
        self._model = model
        self._views: list[StreamView] = []
        self._copy = Button(look, "copyStatisticsButton", ButtonKind.PLAIN)
        self._copy.clicked.connect(self._copy_report)
        self._copied = False
        self._waiting = Text(look, "body", ink="muted", wraps=True, name="statisticsWaiting")
        scrolled = QWidget()
        scrolled.setObjectName("scrolled")
        self._rows = QVBoxLayout(scrolled)
        self._rows.setContentsMargins(0, 0, look.space.xs, 0)
        self._rows.setSpacing(0)
        self._rows.addWidget(self._waiting)
        self._rows.addStretch(1)
        area = QScrollArea()
        area.setObjectName("statisticsList")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(scrolled)
        self.column.addWidget(area, 1)
        self.column.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignHCenter)
        model.changed.connect(self.render_state)
        self.retranslate()
        self.render_state(model.state)

    def render_state(self, state: StatisticsState) -> None:
        """Draw another second."""
        self._waiting.setVisible(not state.streams)
        while len(self._views) < len(state.streams):
            view = StreamView(self.look)
            self._rows.insertWidget(len(self._views), view)
            self._views.append(view)
        for place, view in enumerate(self._views):
            view.setVisible(place < len(state.streams))
            if place < len(state.streams):
                view.show_figures(state.streams[place])
        self._copy.setEnabled(bool(state.report))

    def retranslate(self) -> None:
        """Speak the new language."""
        self.set_title(self.tr("Connection quality"), self.tr("Close the connection quality"))
        self._waiting.setText(self.tr("The first figures come in a second."))
        self._copy.set_label(self.tr("Copied") if self._copied else self.tr("Copy for support"))

    def _copy_report(self) -> None:
        QGuiApplication.clipboard().setText(self._model.state.report)
        self._copied = True
        self.retranslate()
