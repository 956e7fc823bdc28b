"""What the configuration test found, and how its window shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol


class Check(Enum):
    """What is tested, in order."""

    SERVICE = "service"
    CLOCK = "clock"
    SIGN_IN = "sign-in"
    MEDIA = "media"
    RELAY_UDP = "relay-udp"
    RELAY_TCP = "relay-tcp"
    DEVICES = "devices"
    VERSION = "version"


class Outcome(Enum):
    """How a check ended."""

    PASSED = "passed"
    SKIPPED = "skipped"
    """There is nothing to test here: not signed in, no relay configured."""
    WARNED = "warned"
    """Works, not as it should."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Attributes:
        check: which.
        outcome: how it ended.
        reason: why, as a word that `DiagnosisViewModel` has sentences for; "" when it passed.
        detail: for IT: figures and codes, in English, without names or secrets.
        duration_ms: how long it took.
    """

    check: Check
    outcome: Outcome
    reason: str = ""
    detail: str = ""
    duration_ms: int = 0


class ChecksPort(Protocol):
    """Does the checks."""

    async def run(self, check: Check) -> Finding:
        """Do one; every failure is a finding."""


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check in the window.

    Attributes:
        check: which.
        title: its name.
        outcome: None while it has not ended.
        running: it is under way.
        sentence: for the user, what to do; "" when all is well.
        it_sentence: for IT, what is wrong in their words.
    """

    check: Check
    title: str
    outcome: Outcome | None = None
    running: bool = False
    sentence: str = ""
    it_sentence: str = ""


@dataclass(frozen=True, slots=True)
class DiagnosisState:
    """`DiagnosisViewModel`: the configuration test.

    Attributes:
        rows: every check.
        running: the test is under way.
        headline: the result in one sentence.
        all_well: nothing failed.
        report: the whole test as text, cleaned; "" while it runs.
        can_copy: IT has not forbidden reports.
    """

    rows: tuple[CheckRow, ...] = field(default=())
    running: bool = False
    headline: str = ""
    all_well: bool = True
    report: str = ""
    can_copy: bool = True
