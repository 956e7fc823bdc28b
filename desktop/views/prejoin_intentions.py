"""What the screen before a meeting asks of its view-model, as in `intentions.py`."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import SignalInstance

from desktop.view_models.device_states import DeviceKind
from desktop.view_models.prejoin_states import PreJoinState
from desktop.views.intentions import PaintedSlot


class PreJoinIntentions(Protocol):
    """The screen before a meeting."""

    @property
    def state(self) -> PreJoinState:
        """What to draw now."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted with every new `PreJoinState`."""

    @property
    def picture(self) -> PaintedSlot:
        """What our camera shows."""

    @property
    def loudness(self) -> float:
        """How loud our microphone is, 0.0 to 1.0."""

    def toggle_microphone(self) -> None:
        """Join muted, or not."""

    def toggle_camera(self) -> None:
        """Join without a picture, or with one."""

    def choose(self, kind: DeviceKind, device_id: str) -> None:
        """Use another device."""

    def set_blur(self, on: bool) -> None:
        """Put the background of our picture out of focus, or not."""

    def help_with(self, kind: DeviceKind) -> None:
        """The button beside a device's error."""

    def test_speaker(self) -> None:
        """Record three seconds and play them; while it runs: stop."""

    def set_skip(self, skip: bool) -> None:
        """Do not show this screen the next time, or do."""

    def join(self) -> None:
        """Into the room."""

    def nudge(self) -> None:
        """Tell the host once more that one waits."""

    def leave(self) -> None:
        """Back to the list."""
