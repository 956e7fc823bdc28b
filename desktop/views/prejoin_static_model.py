"""A screen before a meeting that never changes by itself: for the gallery and for tests of the view."""

from __future__ import annotations

from desktop.view_models.device_states import DeviceKind
from desktop.view_models.prejoin_states import PreJoinState
from desktop.views.static_models import StaticModel, StaticSlot


class StaticPreJoin(StaticModel[PreJoinState]):
    """Devices that do nothing.

    Args:
        state: what to draw.
        slot: our picture.
        loudness: of our microphone.
    """

    def __init__(self, state: PreJoinState, slot: StaticSlot | None = None, *, loudness: float = 0.0) -> None:
        super().__init__(state)
        self.picture = slot or StaticSlot()
        self.loudness = loudness

    def toggle_microphone(self) -> None:
        """Keep the intention."""
        self.sent.append(("toggle_microphone",))

    def toggle_camera(self) -> None:
        """Keep the intention."""
        self.sent.append(("toggle_camera",))

    def choose(self, kind: DeviceKind, device_id: str) -> None:
        """Keep the intention."""
        self.sent.append(("choose", kind, device_id))

    def set_blur(self, on: bool) -> None:
        """Keep the intention."""
        self.sent.append(("set_blur", on))

    def help_with(self, kind: DeviceKind) -> None:
        """Keep the intention."""
        self.sent.append(("help_with", kind))

    def test_speaker(self) -> None:
        """Keep the intention."""
        self.sent.append(("test_speaker",))

    def set_skip(self, skip: bool) -> None:
        """Keep the intention."""
        self.sent.append(("set_skip", skip))

    def join(self) -> None:
        """Keep the intention."""
        self.sent.append(("join",))

    def nudge(self) -> None:
        """Keep the intention."""
        self.sent.append(("nudge",))

    def leave(self) -> None:
        """Keep the intention."""
        self.sent.append(("leave",))
