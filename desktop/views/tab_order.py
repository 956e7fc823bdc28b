"""The Tab key follows what the eye sees, whatever the order in which parts were made."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget


def order_tabs(*containers: QWidget) -> None:
    """Let Tab go through the containers one after the other, in each from top to bottom, left to right.

    What is hidden keeps its old place: call it again when something appears.
    """
    chain = [widget for container in containers for widget in _reading_order(container)]
    for before, after in pairwise(chain):
        QWidget.setTabOrder(before, after)


def _reading_order(container: QWidget) -> list[QWidget]:
    reached = [
        widget
        for widget in [container, *container.findChildren(QWidget)]
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
        and (widget is container or widget.isVisibleTo(container))
    ]

    def place(widget: QWidget) -> tuple[int, int]:
        corner = widget.mapTo(container, QPoint(0, 0)) if widget is not container else QPoint(0, 0)
        return corner.y() + widget.height() // 2, corner.x()

    rows: list[list[QWidget]] = []
    for widget in sorted(reached, key=place):
        # What overlaps in height with the row's first stands beside it.
        if rows and abs(place(widget)[0] - place(rows[-1][0])[0]) <= rows[-1][0].height() // 2:
            rows[-1].append(widget)
        else:
            rows.append([widget])
    return [widget for row in rows for widget in sorted(row, key=lambda each: place(each)[1])]
