"""The configuration test: one sentence for the user and one for IT per failure, and a report to hand on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop.system.redaction import redact_text
from desktop.view_models.diagnosis_states import (
    Check,
    CheckRow,
    ChecksPort,
    DiagnosisState,
    Finding,
    Outcome,
)
from desktop.view_models.language import Language
from desktop.view_models.tasks import OnUnexpected
from desktop.view_models.view_model import ViewModel

LIMIT_S = 12.0
"""For one check; three come one after the other at most, so all of them together stay under a minute."""
_WAY_OF_MEDIA = (Check.MEDIA, Check.RELAY_UDP, Check.RELAY_TCP)


class DiagnosisViewModel(ViewModel[DiagnosisState]):
    """Runs the checks.

    Signals:
        finished(): every check has ended.

    Args:
        checks: does them.
        language: retranslates everything when it changes.
        facts: what the report begins with: app, version, system; cleaned like the rest.
        private: words that must not be in the report: names and addresses of people.
        can_copy: reports may be copied.
    """

    finished = Signal()

    def __init__(
        self,
        checks: ChecksPort,
        language: Language,
        *,
        facts: Callable[[], str],
        private: Callable[[], tuple[str, ...]],
        can_copy: bool,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(DiagnosisState(can_copy=can_copy), on_unexpected, parent)
        self._checks = checks
        self._facts = facts
        self._private = private
        self._findings: dict[Check, Finding] = {}
        language.changed.connect(self._write)
        self._write()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What has been found so far, in the order of the checks."""
        return tuple(self._findings[check] for check in Check if check in self._findings)

    def start(self) -> None:
        """Run the test, unless it runs."""
        if not self._state.running:
            self._findings.clear()
            self._set(running=True, report="")
            self._write()
            self._scope.start(self._run(), name="configuration test")

    async def _run(self) -> None:
        # The clock is read off the service's answers: after the first of them.
        await self._do(Check.SERVICE)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._way_of_media(), name="check the way of media")
            for check in Check:
                if check not in (Check.SERVICE, *_WAY_OF_MEDIA):
                    group.create_task(self._do(check), name=f"check {check.value}")
        self._set(running=False)
        self._write()
        self.finished.emit()

    async def _way_of_media(self) -> None:
        """The media server names the relays: they come after it."""
        first, *rest = _WAY_OF_MEDIA
        await self._do(first)
        async with asyncio.TaskGroup() as group:
            for check in rest:
                group.create_task(self._do(check), name=f"check {check.value}")

    async def _do(self, check: Check) -> None:
        try:
            finding = await asyncio.wait_for(self._checks.run(check), LIMIT_S)
        except TimeoutError:
            finding = Finding(check, Outcome.FAILED, "no-answer", f"nothing within {LIMIT_S:.0f} s")
        self._findings[check] = finding
        self._write()

    # ------------------------------------------------------------------ words

    def _write(self) -> None:
        rows = tuple(self._row(check) for check in Check)
        failed = sum(row.outcome is Outcome.FAILED for row in rows)
        warned = sum(row.outcome is Outcome.WARNED for row in rows)
        done = bool(self._findings) and not self._state.running
        if self._state.running:
            headline = self.tr("Testing…")
        elif failed:
            headline = self.tr("%n thing(s) need(s) attention", "", failed)
        elif warned:
            headline = self.tr("Everything works, %n thing(s) could be better", "", warned)
        else:
            headline = self.tr("Everything works") if done else ""
        self._set(
            rows=rows, headline=headline, all_well=not failed, report=self._report(rows) if done else ""
        )

    def _row(self, check: Check) -> CheckRow:
        finding = self._findings.get(check)
        title = self._titles()[check]
        if finding is None:
            return CheckRow(check, title, running=self._state.running)
        sentence, it_sentence = self._sentences(finding)
        if finding.detail and it_sentence:
            it_sentence = f"{it_sentence} ({finding.detail})"
        return CheckRow(check, title, finding.outcome, sentence=sentence, it_sentence=it_sentence)

    def _titles(self) -> dict[Check, str]:
        return {
            Check.SERVICE: self.tr("Service"),
            Check.CLOCK: self.tr("Clock of this computer"),
            Check.SIGN_IN: self.tr("Your account"),
            Check.MEDIA: self.tr("Video server"),
            Check.RELAY_UDP: self.tr("Relay (UDP)"),
            Check.RELAY_TCP: self.tr("Relay (TCP)"),
            Check.DEVICES: self.tr("Camera, microphone, loudspeaker"),
            Check.VERSION: self.tr("Version of the app"),
        }

    def _sentences(self, finding: Finding) -> tuple[str, str]:
        """For the user and for IT; ("", "") when there is nothing to do."""
        network = self.tr("Check your network, then test again.")
        by_reason = {
            "unreachable": (
                network,
                self.tr(
                    "HTTPS to the service is blocked, or its name is not resolved: see DNS, proxy, firewall."
                ),
            ),
            "unavailable": (
                self.tr("The service is not available right now. Try again in a few minutes."),
                self.tr("The service answers and reports a part of its own as down."),
            ),
            "no-answer": (network, self.tr("No answer in time: packets are dropped somewhere on the way.")),
            "clock-off": (
                self.tr("Set this computer's clock: reminders come at the wrong moment."),
                self.tr("The clock differs from the service's: switch time synchronisation on (NTP)."),
            ),
            "not-signed-in": (self.tr("Not tested: nobody is signed in."), ""),
            "session": (
                self.tr("Sign out and in again."),
                self.tr("The service refuses the session of this device."),
            ),
            "media-down": (
                self.tr("The video server does not answer. Try again in a few minutes."),
                self.tr("The service cannot reach its OpenVidu server."),
            ),
            "media-blocked": (
                self.tr("Your network does not let this app reach the video server. Tell your IT service."),
                self.tr("Allow the WebSocket (wss) to this address, through the proxy as well."),
            ),
            "media-certificate": (
                self.tr("The video server could not prove who it is. Tell your IT service."),
                self.tr(
                    "This computer does not trust its certificate: "
                    "TLS is inspected, or an authority is missing."
                ),
            ),
            "no-room-relay-udp": (
                self.tr("Not tested: the video server names no relay for it."),
                self.tr("OpenVidu offers no TURN over UDP: see its coturn and OPENVIDU_WEBRTC_ICE_SERVERS."),
            ),
            "no-room-relay-tcp": (
                self.tr("Not tested: the video server names no relay for it."),
                self.tr(
                    "OpenVidu offers no TURN over TCP, which networks without UDP need: see "
                    "OPENVIDU_WEBRTC_ICE_SERVERS (turn:…:443?transport=tcp or turns:…:443)."
                ),
            ),
            "no-relay": (self.tr("Not tested: no relay is named in the settings."), ""),
            "relay-udp": (
                self.tr(
                    "Your network blocks the fast way for sound and picture; meetings use the slower one."
                ),
                self.tr("Allow UDP to the relay: outgoing, and the answers to it."),
            ),
            "relay-tcp": (
                self.tr("Your network blocks the way around for sound and picture. Tell your IT service."),
                self.tr("Allow TCP to the relay, without inspection of its TLS."),
            ),
            "no-microphone": (
                self.tr("No microphone was found. Plug one in, then test again."),
                self.tr("The system lists no audio input, or denies the app access to it."),
            ),
            "no-speaker": (
                self.tr("No loudspeaker was found. Plug one in, then test again."),
                self.tr("The system lists no audio output."),
            ),
            "no-camera": (
                self.tr("No camera was found: you will be heard and not seen."),
                self.tr("The system lists no camera, or denies the app access to it."),
            ),
            "outdated": (
                self.tr("A newer version is available."),
                self.tr("Below the version that the service recommends."),
            ),
            "too-old": (
                self.tr("This version is too old. Ask your IT service for the update."),
                self.tr("Below the oldest version that the service accepts."),
            ),
        }
        return by_reason.get(finding.reason, ("", ""))

    def _report(self, rows: tuple[CheckRow, ...]) -> str:
        """The whole test as text, without tokens, addresses and names."""
        lines = [self._facts(), ""]
        for row in rows:
            finding = self._findings.get(row.check)
            if finding is None:
                continue
            lines.append(
                f"{row.check.value}: {finding.outcome.value} {finding.reason} {finding.detail}"
                f" [{finding.duration_ms} ms]".replace("  ", " ")
            )
        return clean("\n".join(lines), self._private())


def clean(text: str, private: tuple[str, ...]) -> str:
    """A text without secrets, e-mail addresses, and these words in any case."""
    text = redact_text(text)
    for word in sorted({each for each in private if len(each) > 1}, key=len, reverse=True):
        start = text.casefold().find(word.casefold())
        while start >= 0:
            text = f"{text[:start]}[name]{text[start + len(word) :]}"
            start = text.casefold().find(word.casefold(), start + len("[name]"))
    return text
