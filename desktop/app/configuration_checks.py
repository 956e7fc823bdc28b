"""The checks of the configuration test, on the real parts: service, clock, account, relays, devices."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Awaitable, Callable, Sequence

from backend_client.client import BackendClient
from backend_client.errors import ApiError, ApiErrorCode
from backend_client.models import (
    DeviceReadiness,
    Health,
    NetworkReadiness,
    ReadinessReport,
    SpeakerReadiness,
)
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.ice_servers import TurnServer
from desktop.view_models.device_states import DeviceKind, DevicesState
from desktop.view_models.diagnosis_states import Check, Finding, Outcome
from desktop.view_models.ports import DevicesPort

log = logging.getLogger(__name__)

CLOCK_WARN_S = 30.0
CLOCK_FAIL_S = 120.0
"""From here on reminders mislead, and second factors (30 s a code) no longer fit."""

Answer = tuple[Outcome, str, str]
"""Outcome, reason, detail for IT."""
PASSED: Answer = (Outcome.PASSED, "", "")


class ConfigurationChecks:
    """Implements `ChecksPort`.

    Args:
        client: the service.
        devices: cameras, microphones, loudspeakers.
        relays: addresses of further TURN servers to try, besides those that a room names.
        ssl_context: whom to trust.
    """

    def __init__(
        self,
        client: BackendClient,
        devices: DevicesPort,
        relays: tuple[str, ...],
        ssl_context: ssl.SSLContext,
    ) -> None:
        self._client = client
        self._devices = devices
        self._relays = relays
        self._ssl = ssl_context
        self._health: Health | None = None
        self._room_relays: tuple[TurnServer, ...] = ()
        """With credentials, as a meeting would be given them now."""
        self._checks: dict[Check, Callable[[], Awaitable[Answer]]] = {
            Check.SERVICE: self._service,
            Check.CLOCK: self._clock,
            Check.SIGN_IN: self._sign_in,
            Check.MEDIA: self._media,
            Check.RELAY_UDP: self._relay_udp,
            Check.RELAY_TCP: self._relay_tcp,
            Check.DEVICES: self._device_lists,
            Check.VERSION: self._version,
        }

    async def run(self, check: Check) -> Finding:
        """See `ChecksPort.run`."""
        began = time.monotonic()
        try:
            outcome, reason, detail = await self._checks[check]()
        except ApiError as error:
            reason = "too-old" if error.code is ApiErrorCode.CLIENT_TOO_OLD else "unreachable"
            if error.status is not None and reason == "unreachable":
                reason = "unavailable"
            outcome, detail = Outcome.FAILED, _told(error)
        return Finding(check, outcome, reason, detail, round((time.monotonic() - began) * 1000))

    async def _service(self) -> Answer:
        self._health = None
        began = time.monotonic()
        health = await self._client.health()
        self._health = health
        if health.database is False or health.events is False:
            return Outcome.FAILED, "unavailable", f"database={health.database} events={health.events}"
        return Outcome.PASSED, "", f"answer after {(time.monotonic() - began) * 1000:.0f} ms"

    async def _clock(self) -> Answer:
        if self._health is None:
            return Outcome.SKIPPED, "", ""
        off_s = self._client.clock_offset_s
        detail = f"{-off_s:+.1f} s"
        if abs(off_s) >= CLOCK_FAIL_S:
            return Outcome.FAILED, "clock-off", detail
        return (
            (Outcome.WARNED, "clock-off", detail)
            if abs(off_s) >= CLOCK_WARN_S
            else (Outcome.PASSED, "", detail)
        )

    async def _sign_in(self) -> Answer:
        if self._client.sign_in.user is None:
            return Outcome.SKIPPED, "not-signed-in", ""
        try:
            await self._client.me()
        except ApiError as error:
            if error.code in (
                ApiErrorCode.SESSION_ENDED,
                ApiErrorCode.UNAUTHENTICATED,
                ApiErrorCode.FORBIDDEN,
            ):
                return Outcome.FAILED, "session", _told(error)
            raise
        return PASSED

    async def _media(self) -> Answer:
        """Join an empty room, as a meeting is joined; without a session, what the service says of it."""
        self._room_relays = ()
        if self._client.sign_in.user is None:
            return self._media_told()
        try:
            token = (await self._client.connection_test()).token
        except ApiError as error:
            if error.code is ApiErrorCode.MEDIA_UNAVAILABLE:
                return Outcome.FAILED, "media-down", _told(error)
            if error.status is None:
                raise
            return self._media_told()  # an older service, tested too often, or no session any more
        # What joins is loaded when somebody tests: no start waits for it.
        from desktop.rtc.media_probe import address_of, probe_media  # noqa: PLC0415

        began = time.monotonic()
        try:
            address = address_of(token)
            self._room_relays = await probe_media(token, self._ssl)
        except RtcError as error:
            if error.code is RtcErrorCode.BAD_TOKEN:
                return Outcome.FAILED, "media-down", error.code.value
            untrusted = error.code is RtcErrorCode.UNTRUSTED_CERTIFICATE
            reason = "media-certificate" if untrusted else "media-blocked"
            return Outcome.FAILED, reason, f"{address} {error.code.value}"
        return Outcome.PASSED, "", f"{address} joined in {(time.monotonic() - began) * 1000:.0f} ms"

    def _media_told(self) -> Answer:
        if self._health is None or self._health.media is None:
            return Outcome.SKIPPED, "", ""
        return PASSED if self._health.media else (Outcome.FAILED, "media-down", "media=False")

    async def _relay_udp(self) -> Answer:
        return await self._relay("udp")

    async def _relay_tcp(self) -> Answer:
        return await self._relay("tcp")

    async def _relay(self, transport: str) -> Answer:
        """One that works is enough; all are asked at once, those of the room with its credentials."""
        # aioice is loaded when somebody tests: no start waits for it.
        from desktop.rtc.relay_probe import RelayProbeError, allocate, probe, relay_of  # noqa: PLC0415

        async def ask(relay: TurnServer) -> str:
            try:
                await (allocate if relay.username else probe)(relay, self._ssl)
            except RelayProbeError as error:
                return str(error)
            return ""

        relays = [
            relay
            for relay in (*self._room_relays, *map(relay_of, self._relays))
            if relay.transport == transport
        ]
        if not relays:
            is_signed_in = self._client.sign_in.user is not None
            return Outcome.SKIPPED, f"no-room-relay-{transport}" if is_signed_in else "no-relay", ""
        troubles = []
        for relay, trouble in zip(relays, await asyncio.gather(*map(ask, relays)), strict=True):
            address = f"{relay.host}:{relay.port}{' TLS' if relay.tls else ''}"
            if not trouble:
                return Outcome.PASSED, "", address
            troubles.append(f"{address} {trouble}")
        return (
            (Outcome.WARNED if transport == "udp" else Outcome.FAILED),
            f"relay-{transport}",
            ", ".join(troubles),
        )

    async def _device_lists(self) -> Answer:
        await self._devices.load()
        state = self._devices.state
        counts = {
            "camera": len(state.camera.devices),
            "microphone": len(state.microphone.devices),
            "speaker": len(state.speaker.devices),
        }
        detail = " ".join(f"{name}={count}" for name, count in counts.items())
        if state.generated:
            return Outcome.PASSED, "", f"generated; {detail}"
        if not counts["microphone"]:
            return Outcome.FAILED, "no-microphone", detail
        if not counts["speaker"]:
            return Outcome.FAILED, "no-speaker", detail
        if not counts["camera"]:
            return Outcome.WARNED, "no-camera", detail
        return Outcome.PASSED, "", detail

    async def _version(self) -> Answer:
        config = await self._client.client_config()
        detail = f"minimum={config.minimum} recommended={config.recommended}"
        if config.status == "too-old":
            return Outcome.FAILED, "too-old", detail
        return (
            (Outcome.WARNED, "outdated", detail)
            if config.status == "outdated"
            else (Outcome.PASSED, "", detail)
        )


def readiness_of(findings: Sequence[Finding], devices: DevicesState) -> ReadinessReport:
    """What the host is told before a meeting: this side's devices, and whether media gets through."""
    outcomes = {each.check: each.outcome for each in findings}
    there = {kind: bool(devices.of(kind).devices) or devices.generated for kind in DeviceKind}
    relays = [outcomes.get(check) for check in (Check.RELAY_UDP, Check.RELAY_TCP)]
    blocked = Outcome.FAILED in relays and Outcome.PASSED not in relays
    broken = outcomes.get(Check.SERVICE) is Outcome.FAILED or outcomes.get(Check.MEDIA) is Outcome.FAILED
    return ReadinessReport(
        microphone=DeviceReadiness.OK if there[DeviceKind.MICROPHONE] else DeviceReadiness.MISSING,
        camera=DeviceReadiness.OK if there[DeviceKind.CAMERA] else DeviceReadiness.MISSING,
        speaker=SpeakerReadiness.OK if there[DeviceKind.SPEAKER] else SpeakerReadiness.MISSING,
        network=NetworkReadiness.FAILED if blocked or broken else NetworkReadiness.OK,
    )


def _told(error: ApiError) -> str:
    return f"{error.code.value} {error.status or ''}".strip()
