"""The ring goes on until it is stopped; a knock at the door is heard once."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtMultimedia import QSoundEffect

from desktop.app.ring import Ring
from tests.support.waiting import until


def effect_of(ring: Ring) -> QSoundEffect | None:
    """What it sounds with, once it has sounded."""
    return ring.findChild(QSoundEffect)


async def test_a_knock_is_heard_once_and_a_call_until_it_is_stopped(qapp: QCoreApplication) -> None:
    ring = Ring()
    ring.start(once=True)
    await until(lambda: not ring.rings, "the knock", timeout_s=30)
    effect = effect_of(ring)
    assert effect is not None
    assert effect.loopCount() == 1
    ring.start()
    ring.start(once=True)  # it rings already
    await until(lambda: effect.loopCount() == QSoundEffect.Loop.Infinite.value, "the call", timeout_s=30)
    assert ring.rings
    ring.stop()
    assert not ring.rings
    await ring.close()
