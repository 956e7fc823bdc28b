"""The sound of the call window, repeated until it stops; once for a knock at the door of one's room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl

from desktop.qt_classes import import_qt
from desktop.view_models.tasks import TaskScope
from resources.reader import data_path

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QSoundEffect

VOLUME = 0.8


class Ring(QObject):
    """Rings on the system's default loudspeaker; QtMultimedia is loaded with the first ring."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scope = TaskScope()
        self._effect: QSoundEffect | None = None
        self._wanted = False
        self._once = False

    @property
    def rings(self) -> bool:
        """It is meant to be heard now."""
        return self._wanted

    def start(self, *, once: bool = False) -> None:
        """Ring until `stop`, or once; whatever rings already goes on."""
        if not self._wanted:
            self._wanted, self._once = True, once
            self._scope.start(self._play(), name="ring")

    def stop(self) -> None:
        """Be silent."""
        self._wanted = False
        if self._effect is not None:
            self._effect.stop()

    async def close(self) -> None:
        """End with the app."""
        self.stop()
        await self._scope.close()
        if self._effect is not None:
            self._effect.deleteLater()
            self._effect = None

    async def _play(self) -> None:
        import_qt("QtMultimedia")
        from PySide6.QtMultimedia import QSoundEffect  # noqa: PLC0415  (with the first ring)

        if self._effect is None:
            effect = QSoundEffect(self)
            effect.setSource(QUrl.fromLocalFile(str(data_path("sounds", "ring.wav"))))
            effect.setVolume(VOLUME)
            self._effect = effect
        if self._wanted:
            self._effect.setLoopCount(1 if self._once else QSoundEffect.Loop.Infinite.value)
            self._effect.play()
        if self._once:
            self._wanted = False
