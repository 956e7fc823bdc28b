"""A thread with a Qt event loop, in which one device lives.

QtMultimedia's objects deliver through the event loop of the thread they were made in. Giving each
device a thread of its own keeps conversion out of the user interface, and a device that hangs (drivers
do) hangs alone. It is a `threading.Thread` that runs a `QEventLoop`, not a `QThread`: Qt adopts such
threads, and Python knows their names and their end, which it does not for threads that Qt made.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, Qt, Signal, Slot

from desktop.qt_classes import make_classes
from desktop.rtc.errors import RtcError, RtcErrorCode


class Resident(Protocol):
    """What lives in a device thread."""

    def shut(self) -> None:
        """Release the device. Called in the thread, just before it ends."""


R = TypeVar("R", bound=Resident)


class Started:
    """Whether a device has begun to work. The first verdict counts. Safe between threads."""

    def __init__(self) -> None:
        self._future: Future[None] = Future()

    def succeed(self) -> None:
        """The device works."""
        with suppress(InvalidStateError):  # decided before
            self._future.set_result(None)

    def fail(self, error: BaseException) -> bool:
        """The device does not work; `wait()` raises `error`. False when it was decided before."""
        try:
            self._future.set_exception(error)
        except InvalidStateError:
            return False
        return True

    def wait(self, timeout_s: float) -> None:
        """Return once the device works.

        Raises:
            TimeoutError: no verdict in time.
            BaseException: what `fail` was given.
        """
        self._future.result(timeout_s)


class _Inbox(QObject):
    """Takes work from other threads into the thread it was made in."""

    posted = Signal(object)
    ended = Signal()

    def __init__(self, loop: QEventLoop) -> None:
        super().__init__()
        self.resident: Any = None
        self.posted.connect(self._do, Qt.ConnectionType.QueuedConnection)
        self.ended.connect(loop.quit, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _do(self, action: Callable[[Any], None]) -> None:
        action(self.resident)


class DeviceThread(Generic[R]):
    """Makes an object in a thread of its own, lets it live there and releases it there.

    Qt objects have to be made, used and destroyed in one thread; so nobody outside ever holds the
    resident: `tell` carries actions to it. Needs a `QCoreApplication`. Runs once.
    """

    def __init__(self, name: str, make: Callable[[Started], R]) -> None:
        """Prepare the thread; nothing runs before `start()`.

        Args:
            name: the thread's name in dumps and logs.
            make: makes the resident, in the thread. It or the resident later must settle the verdict
                it is given; when it raises, the verdict is that error and the thread ends.
        """
        self._make = make
        self._started = Started()
        self._lock = threading.Lock()
        self._stopped = False
        self._ready = threading.Event()
        # Used by others only under the lock and never kept by them: its last holder must be the thread.
        self._inbox: _Inbox | None = None
        # A daemon: a device whose driver hangs must not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def stopped(self) -> bool:
        """Whether `stop()` was called."""
        return self._stopped

    def start(self) -> None:
        """Start the thread, once; from then on it can be told something.

        Does not wait for the resident: see `wait_started`.

        Raises:
            RtcError: `closed` when `stop()` came first.
        """
        with self._lock:
            if self._stopped:
                raise RtcError(RtcErrorCode.CLOSED)
            make_classes()  # the app has done it long ago; two threads that make one crash
            self._thread.start()
        self._ready.wait()

    def wait_started(self, timeout_s: float) -> None:
        """Wait until the device works.

        Raises:
            TimeoutError: no verdict in time.
            RtcError: `closed` when `stop()` came first.
            BaseException: why the device does not work.
        """
        self._started.wait(timeout_s)

    def tell(self, action: Callable[[R], None]) -> None:
        """Have `action` done with the resident, in its thread, after what was told before.

        Never waits. Nothing happens before `start()`, after `stop()` or when no resident could be made.
        """
        with self._lock:
            if self._inbox is not None and not self._stopped:
                self._inbox.posted.emit(action)

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Have the resident shut, end the thread and wait for it. Calling it twice is fine.

        From inside the thread it only asks for the end.

        Returns:
            False when the thread did not end in time: a driver hangs. The thread is then left to
            itself and still cleans up should the driver return.
        """
        with self._lock:
            if self._inbox is not None and not self._stopped:
                self._inbox.ended.emit()
            self._stopped = True
        self._started.fail(RtcError(RtcErrorCode.CLOSED))
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        loop = QEventLoop()
        inbox = _Inbox(loop)
        with self._lock:
            # From here on actions and the wish to stop wait in the inbox until the loop runs.
            self._inbox = None if self._stopped else inbox
            self._ready.set()
            if self._stopped:
                return
        try:
            inbox.resident = resident = self._make(self._started)
        except BaseException as error:  # noqa: BLE001  (not swallowed: whoever waits gets it)
            # The error leaves this thread; what its frames hold must be destroyed in it.
            traceback.clear_frames(error.__traceback__)
            self._started.fail(error)
            self._forget_inbox()
            return
        try:
            loop.exec()
        finally:
            self._forget_inbox()
            resident.shut()
            # What asked to be deleted later must go now: nobody runs this thread's events any more.
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def _forget_inbox(self) -> None:
        with self._lock:
            self._inbox = None
