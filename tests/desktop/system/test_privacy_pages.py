"""Pages of the system's settings where devices are allowed."""

from __future__ import annotations

import pytest

from desktop.system.privacy_pages import privacy_page


@pytest.mark.parametrize("device", ["camera", "microphone"])
def test_macos_and_windows_have_a_page_for_each_device(device: str) -> None:
    assert privacy_page(device, "darwin").startswith("x-apple.systempreferences:")
    assert privacy_page(device, "win32").startswith("ms-settings:privacy-")
    assert privacy_page(device, "linux") == ""
