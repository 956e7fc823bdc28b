"""What a Mac wants to know of an app: Info.plist, its French and English words, the entitlements."""

from __future__ import annotations

import plistlib
from typing import Any

from installers.products import COMMON, Installable

USAGE = {
    "NSCameraUsageDescription": {
        "en": "Others in the meeting see you while the camera is on.",
        "fr": "Les autres participants vous voient tant que la caméra est activée.",
    },
    "NSMicrophoneUsageDescription": {
        "en": "Others in the meeting hear you while the microphone is on.",
        "fr": "Les autres participants vous entendent tant que le micro est activé.",
    },
}
"""What the system's question says when the app asks for a device."""


def info_plist(product: Installable, version: str) -> dict[str, Any]:
    """The content of `Info.plist`; PyInstaller adds the executable and the icon."""
    plist: dict[str, Any] = {
        "CFBundleIdentifier": product.application_id,
        "CFBundleName": product.name,
        "CFBundleDisplayName": product.name,
        "CFBundleExecutable": product.program,
        "CFBundleIconFile": f"{product.program}.icns",
        "CFBundlePackageType": "APPL",
        "CFBundleShortVersionString": version,
        "CFBundleVersion": version,
        "CFBundleDevelopmentRegion": "fr",
        "CFBundleLocalizations": ["fr", "en"],
        "LSMinimumSystemVersion": COMMON.oldest_macos,
        "LSMultipleInstancesProhibited": True,
        "LSApplicationCategoryType": "public.app-category.business",
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": f"© {COMMON.vendor}",
        **{key: words["fr"] for key, words in USAGE.items()},
    }
    if product.takes_links:
        plist["CFBundleURLTypes"] = [
            {
                "CFBundleURLName": product.application_id,
                "CFBundleURLSchemes": [COMMON.scheme],
                "CFBundleTypeRole": "Viewer",
            }
        ]
    return plist


def info_strings(language: str) -> str:
    """`InfoPlist.strings` of one language."""
    return "".join(f'"{key}" = "{words[language]}";\n' for key, words in sorted(USAGE.items()))


def entitlements() -> bytes:
    """What the hardened runtime lets our programs do, as a plist without comments (codesign's wish).

    Writable code memory is what ctypes and cffi need for call-backs. Libraries are all signed by the
    same team, so library validation stays on; there is no just-in-time compiler.
    """
    return plistlib.dumps(
        {
            "com.apple.security.device.camera": True,
            "com.apple.security.device.audio-input": True,
            "com.apple.security.cs.allow-unsigned-executable-memory": True,
        }
    )
