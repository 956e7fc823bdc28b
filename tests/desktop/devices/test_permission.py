"""Permission: granted, refused, asked on the main thread from another one."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, QObject, Qt
from pytestqt.qtbot import QtBot

from desktop.devices import permission
from desktop.devices.permission import require_camera_permission, require_microphone_permission
from desktop.rtc.errors import RtcError, RtcErrorCode

Status = Qt.PermissionStatus
DEADLINE_S = 40.0


class System:
    """An application on a system that asks: this machine's grants everything without asking."""

    def __init__(self, app: QCoreApplication, status: Status, answer: Status | None) -> None:
        self.app = app
        self.status = status
        self.answer = answer
        self.asked_in: list[threading.Thread] = []

    def thread(self) -> object:
        return self.app.thread()

    def checkPermission(self, _: object) -> Status:
        return self.status

    def requestPermission(self, kind: object, context: QObject, done: Callable[[object], None]) -> None:
        assert context.thread() is self.app.thread()
        self.asked_in.append(threading.current_thread())
        if self.answer is not None:
            self.status = self.answer
            done(kind)


def use(monkeypatch: pytest.MonkeyPatch, system: System) -> System:
    """Make the module meet that system."""

    class Application:
        @staticmethod
        def instance() -> System:
            return system

    monkeypatch.setattr(permission, "QCoreApplication", Application)
    return system


def code_in_worker(qtbot: QtBot, require: Callable[[], None]) -> str:
    """What requiring ends with in a worker thread while the main loop runs: a code, or "" for yes."""
    codes: list[str] = []

    def work() -> None:
        try:
            require()
        except RtcError as error:
            codes.append(error.code.value)
        else:
            codes.append("")

    worker = threading.Thread(target=work)
    worker.start()
    qtbot.waitUntil(lambda: bool(codes), timeout=int(DEADLINE_S * 1000))
    worker.join()
    return codes[0]


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS asks a person")
@pytest.mark.usefixtures("qapp")
def test_this_machine_has_nothing_to_ask() -> None:
    """On Linux and Windows Qt grants at once, on any thread."""
    require_microphone_permission()
    require_camera_permission()


def test_the_user_is_asked_once_on_the_main_thread(
    qapp: QCoreApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = use(monkeypatch, System(qapp, Status.Undetermined, Status.Granted))
    assert code_in_worker(qtbot, require_camera_permission) == ""
    assert code_in_worker(qtbot, require_camera_permission) == ""
    assert system.asked_in == [threading.main_thread()]


@pytest.mark.parametrize(
    ("require", "code"),
    [
        (require_camera_permission, RtcErrorCode.CAMERA_DENIED),
        (require_microphone_permission, RtcErrorCode.MICROPHONE_DENIED),
    ],
)
def test_a_refusal_is_named(
    qapp: QCoreApplication,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    require: Callable[[], None],
    code: RtcErrorCode,
) -> None:
    """Whether it is given now or was given before; then nobody is asked again."""
    use(monkeypatch, System(qapp, Status.Undetermined, Status.Denied))
    assert code_in_worker(qtbot, require) == code.value
    before = use(monkeypatch, System(qapp, Status.Denied, None))
    assert code_in_worker(qtbot, require) == code.value
    assert before.asked_in == []


def test_no_answer_is_a_refusal(
    qapp: QCoreApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permission, "ANSWER_TIMEOUT_S", 0.01)
    use(monkeypatch, System(qapp, Status.Undetermined, None))
    assert code_in_worker(qtbot, require_camera_permission) == "camera-denied"


def test_the_main_thread_cannot_wait_for_the_question(
    qapp: QCoreApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, System(qapp, Status.Undetermined, Status.Granted))
    with pytest.raises(RuntimeError, match="another thread"):
        require_camera_permission()
