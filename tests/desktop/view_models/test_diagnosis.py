"""The configuration test: sentences for every failure, side by side, and a report without people in it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from inspect import getsource

import pytest
from PySide6.QtCore import QCoreApplication

from desktop.app import configuration_checks
from desktop.view_models.diagnosis import DiagnosisViewModel, clean
from desktop.view_models.diagnosis_states import Check, Finding, Outcome
from desktop.view_models.language import Language
from tests.support.waiting import until

SECRETS = (
    "alice@demo.visio",
    "tok_0123456789abcdef",
    "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "wss://media.example?sessionId=mtg_1&token=tok_ZmFrZQ",
    "Bearer abcdefghijkl",
)


class Checks:
    """Answers as a test says; `started` shows what ran side by side."""

    def __init__(self, answers: dict[Check, Finding] | None = None) -> None:
        self.answers = answers or {}
        self.started: list[Check] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def run(self, check: Check) -> Finding:
        """One check."""
        self.started.append(check)
        await self.gate.wait()
        return self.answers.get(check, Finding(check, Outcome.PASSED, "", "3 ms", 3))


Make = Callable[[Checks], DiagnosisViewModel]


@pytest.fixture
async def make(english: Language) -> AsyncIterator[Make]:
    made: list[DiagnosisViewModel] = []

    def new(checks: Checks) -> DiagnosisViewModel:
        model = DiagnosisViewModel(
            checks,
            english,
            facts=lambda: "mikl-visio 1.0 on PC-ALICE by Alice Laurent",
            private=lambda: ("Alice Laurent", "Alice", "Laurent", "PC-ALICE", "Bilan"),
            can_copy=True,
        )
        made.append(model)
        return model

    yield new
    for each in made:
        await each.close()


async def test_all_well_is_one_sentence(make: Make) -> None:
    checks = Checks()
    model = make(checks)
    model.start()
    await until(lambda: not model.state.running)
    assert model.state.headline == "Everything works"
    assert [row.outcome for row in model.state.rows] == [Outcome.PASSED] * len(Check)


async def test_after_the_service_everything_runs_side_by_side(make: Make) -> None:
    """But for the relays, which the media server names."""
    checks = Checks()
    checks.gate.clear()
    model = make(checks)
    model.start()
    model.start()
    await until(lambda: checks.started == [Check.SERVICE])
    checks.gate.set()
    checks.gate.clear()
    relays = {Check.RELAY_UDP, Check.RELAY_TCP}
    await until(lambda: set(checks.started) == set(Check) - relays)
    checks.gate.set()
    await until(lambda: not model.state.running)
    assert len(checks.started) == len(Check)
    assert set(checks.started[-2:]) == relays


async def test_a_check_that_hangs_fails_alone(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.view_models.diagnosis.LIMIT_S", 0.05)

    class Hanging(Checks):
        async def run(self, check: Check) -> Finding:
            if check is Check.RELAY_UDP:
                await asyncio.Event().wait()
            return await super().run(check)

    model = make(Hanging())
    model.start()
    await until(lambda: not model.state.running)
    assert model.state.headline == "1 thing needs attention"
    assert [row.outcome for row in model.state.rows].count(Outcome.FAILED) == 1


@pytest.mark.parametrize("code", ["en", "fr"])
async def test_every_failure_has_a_sentence_for_the_user_and_one_for_it(
    make: Make, english: Language, code: str
) -> None:
    english.use(code)
    reasons = set(re.findall(r'"([a-z]+(?:-[a-z]+)+|session|unreachable|unavailable|outdated)"', _source()))
    assert {"no-microphone", "relay-tcp", "clock-off", "too-old", "session"} <= reasons
    for reason in reasons - {"not-signed-in", "no-relay"}:
        answers = {Check.DEVICES: Finding(Check.DEVICES, Outcome.FAILED, reason, "x=0")}
        model = make(Checks(answers))
        await finished(model)
        (row,) = [each for each in model.state.rows if each.check is Check.DEVICES]
        assert row.sentence, reason
        assert row.it_sentence.endswith("(x=0)"), reason
    english.use("en")


async def finished(model: DiagnosisViewModel) -> None:
    """Run the test to its end."""
    model.start()
    await until(lambda: not model.state.running)


def _source() -> str:
    """The reasons that the real checks give, with those made by joining words."""
    return (
        getsource(configuration_checks)
        + '"relay-udp" "relay-tcp" "no-answer" "no-room-relay-udp" "no-room-relay-tcp"'
    )


async def test_the_report_holds_no_tokens_addresses_or_names(make: Make) -> None:
    said = " ".join(SECRETS) + " with ALICE LAURENT about bilan on pc-alice"
    answers = {check: Finding(check, Outcome.FAILED, "unreachable", said) for check in Check}
    model = make(Checks(answers))
    model.start()
    await until(lambda: not model.state.running)
    report = model.state.report
    assert "service: failed unreachable" in report
    for word in ("alice", "laurent", "bilan", "tok_", "eyj", "abcdefghijkl", "demo.visio"):
        assert word not in report.casefold(), report


def test_words_inside_words_and_tiny_names_do_not_loop() -> None:
    assert clean("na name NAME", ("name", "n", "[name]")) == "na [name] [name]"


async def test_the_language_changes_the_words_not_the_findings(make: Make, english: Language) -> None:
    model = make(Checks({Check.DEVICES: Finding(Check.DEVICES, Outcome.FAILED, "no-microphone")}))
    model.start()
    await until(lambda: not model.state.running)
    english.use("fr")
    QCoreApplication.processEvents()
    assert model.state.headline == "1\u00a0point demande votre attention" or model.state.headline.startswith(
        "1"
    )
    assert any("micro" in row.sentence for row in model.state.rows)
    english.use("en")
