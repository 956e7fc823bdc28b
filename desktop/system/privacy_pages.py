"""Where the operating system lets its user allow a device to an app.

The addresses are those that Apple (System Settings, `x-apple.systempreferences:`) and Microsoft
(`ms-settings:` URI scheme) document; Linux desktops ask by themselves or not at all.
"""

from __future__ import annotations

import sys

_PAGES = {
    "darwin": {
        "camera": "x-apple.systempreferences:com.apple.preference.security?Privacy_Camera",
        "microphone": "x-apple.systempreferences:com.apple.preference.security?Privacy_Microphone",
        "screen": "x-apple.systempreferences:com.apple.preference.security?Privacy_ScreenCapture",
    },
    "win32": {
        "camera": "ms-settings:privacy-webcam",
        "microphone": "ms-settings:privacy-microphone",
    },
}


def privacy_page(device: str, platform: str = sys.platform) -> str:
    """The address of the page for `camera`, `microphone` or `screen`; "" where there is none."""
    return _PAGES.get(platform, {}).get(device, "")
