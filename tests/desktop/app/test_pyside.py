"""PySide6 does not give back references it does not own (docs/decisions/0002)."""

from __future__ import annotations

import sys

from PySide6.QtCore import QCoreApplication, QObject, Signal

CALLS = 200_000


class Sender(QObject):
    """Something with a signal."""

    fired = Signal()


def test_many_calls_leave_none_and_true_alone(qapp: QCoreApplication) -> None:
    """6.12.0 loses one reference to None and True per call and aborts Python 3.11 within this loop."""
    sender = Sender()
    before = sys.getrefcount(None), sys.getrefcount(True)
    for _ in range(CALLS):
        sender.setObjectName("x")
        sender.fired.emit()
    after = sys.getrefcount(None), sys.getrefcount(True)
    assert after[0] > before[0] - CALLS // 10
    assert after[1] > before[1] - CALLS // 10
