"""Settings that never change by themselves: for the gallery, and for tests of the window."""

from __future__ import annotations

from desktop.view_models.settings_states import SettingsPage, SettingsState
from desktop.views.static_models import StaticModel


class StaticSettings(StaticModel[SettingsState]):
    """Keeps the intentions it was sent, in order."""

    def show_page(self, page: SettingsPage) -> None:
        """Keep the intention."""
        self.sent.append(("show_page", page))

    def toggle(self, key: str, on: bool) -> None:
        """Keep the intention."""
        self.sent.append(("toggle", key, on))

    def choose(self, key: str, value: str) -> None:
        """Keep the intention."""
        self.sent.append(("choose", key, value))

    def edit(self, key: str, text: str) -> None:
        """Keep the intention."""
        self.sent.append(("edit", key, text))

    def commit(self, key: str) -> None:
        """Keep the intention."""
        self.sent.append(("commit", key))

    def press(self, key: str) -> None:
        """Keep the intention."""
        self.sent.append(("press", key))
