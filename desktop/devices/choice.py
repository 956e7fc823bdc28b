"""What a room gets: the machine's devices where they exist, generated ones where they do not."""

from __future__ import annotations

import asyncio
import importlib
from typing import Literal

from desktop.devices.frame_code import source_id_of
from desktop.devices.silent_speaker import SilentSpeaker
from desktop.devices.test_picture import TestPicture
from desktop.devices.test_tone import TestTone
from desktop.rtc.room import RoomDevices

DeviceSource = Literal["system", "test"]
"""`system`: the machine's devices. `test`: the generated picture and tone even where devices exist."""


def choose_devices(camera: DeviceSource, account_id: str) -> RoomDevices:
    """Devices for one room, none of them open yet.

    Each kind by itself: a machine with a microphone and no camera shows the test picture and speaks
    with its own voice. Call it on the main thread (see `device_list`); it blocks for a quarter of a
    second the first time, almost all of which `await find_devices(...)` spares the user interface.

    Args:
        camera: where picture and sound come from; the loudspeaker is the machine's either way.
        account_id: whose devices: decides colour, code and tone of what is generated.
    """
    # Here and not above: QtMultimedia takes 0.2 s to import, and an app without a room needs none of it.
    from desktop.devices import system_devices  # noqa: PLC0415

    source_id = source_id_of(account_id)
    of_system = camera == "system"
    return RoomDevices(
        camera=(system_devices.system_camera() if of_system else None) or TestPicture(source_id),
        microphone=(system_devices.system_microphone() if of_system else None) or TestTone(source_id),
        output=system_devices.system_speaker() or SilentSpeaker(),
    )


async def find_devices(camera: DeviceSource, account_id: str) -> RoomDevices:
    """`choose_devices` with the slow part, loading QtMultimedia, in a worker thread. Main thread only."""
    await asyncio.to_thread(importlib.import_module, "desktop.devices.system_devices")
    return choose_devices(camera, account_id)
