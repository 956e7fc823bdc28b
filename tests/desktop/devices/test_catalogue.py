"""Which device somebody meant."""

from __future__ import annotations

from desktop.devices.catalogue import SYSTEM_DEFAULT, Device, DeviceWish, device_to_use

BUILT_IN = Device("0", "Built-in", True)
HEADSET = Device("usb-1", "Casque", False)
OTHER_SOCKET = Device("usb-2", "Casque", False)


def test_the_wish_is_found_by_its_id_before_its_name() -> None:
    assert DeviceWish("usb-2", "Casque").find((BUILT_IN, HEADSET, OTHER_SOCKET)) == OTHER_SOCKET


def test_in_another_socket_it_is_found_by_its_name() -> None:
    assert DeviceWish("usb-1", "Casque").find((BUILT_IN, OTHER_SOCKET)) == OTHER_SOCKET


def test_of_two_of_the_same_name_none_is_guessed() -> None:
    assert DeviceWish("usb-3", "Casque").find((HEADSET, OTHER_SOCKET)) is None


def test_what_is_not_there_is_replaced_by_the_default() -> None:
    wish = DeviceWish("usb-1", "Casque")
    assert device_to_use((HEADSET, BUILT_IN), wish) == HEADSET
    assert device_to_use((OTHER_SOCKET, BUILT_IN), DeviceWish("gone", "Micro")) == BUILT_IN
    assert device_to_use((HEADSET,), SYSTEM_DEFAULT) == HEADSET, "no default named: the first"
    assert device_to_use((), wish) is None
