"""What becomes of a line: sent, confirmed, failed, kept; and what hostile lines may do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from backend_client.models import MeetingStatus, Role
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.signals import CHAT, Signal, application_signal
from desktop.rtc.state import RoomPhase
from desktop.view_models.language import Language
from desktop.view_models.room import RoomViewModel
from desktop.view_models.room_chat import KEPT_LINES, LONGEST_SHOWN, ChatViewModel, readable
from desktop.view_models.room_states import CHAT_LIMIT, Delivery
from tests.support.fakes import ALICE, MIKL, NOW, FakeMeetings, FakeRoom, meeting
from tests.support.waiting import until


class Case:
    """Alice's room, joined."""

    def __init__(self, language: Language) -> None:
        row = meeting("Bilan", at=NOW, status=MeetingStatus.IN_PROGRESS, role=Role.CLIENT)
        self.service = FakeMeetings([row])
        self.rooms: list[FakeRoom] = []
        self.model = RoomViewModel(row, ALICE, self.service, self._make, language)

    def _make(self) -> FakeRoom:
        self.rooms.append(FakeRoom())
        return self.rooms[-1]

    @property
    def room(self) -> FakeRoom:
        return self.rooms[-1]

    @property
    def chat(self) -> ChatViewModel:
        return self.model.chat

    def says(self, text: str, name: str = "MiKL", connection_id: str = "con_M") -> None:
        """Somebody writes."""
        self.room.receive(Signal(CHAT, text, connection_id, str(MIKL.id), name))

    @property
    def texts(self) -> list[str]:
        return [line.text for line in self.chat.state.lines]


@pytest.fixture
async def case(english: Language) -> AsyncIterator[Case]:
    made = Case(english)
    made.model.start()
    await until(lambda: made.rooms and made.room.state.phase is RoomPhase.CONNECTED)
    yield made
    await made.model.close()


async def test_a_line_of_ours_stands_at_once_and_is_confirmed_by_its_echo(case: Case) -> None:
    case.chat.send("  Bonjour  ")
    (line,) = case.chat.state.lines
    assert (line.text, line.own, line.name, line.delivery) == ("Bonjour", True, "You", Delivery.SENDING)
    await until(lambda: case.chat.state.lines[0].delivery is Delivery.SENT)
    assert case.room.sent == [(Signal(CHAT, "Bonjour"), ())]
    assert case.texts == ["Bonjour"]


async def test_lines_go_out_in_the_order_they_were_written(case: Case) -> None:
    for text in "abcdef":
        case.chat.send(text)
    await until(lambda: len(case.room.sent) == 6)
    assert [signal.data for signal, _ in case.room.sent] == list("abcdef")
    assert case.texts == list("abcdef")


async def test_a_line_of_somebody_else_has_name_and_hour_and_counts_as_unread(case: Case) -> None:
    case.says("Un")
    case.says("Deux")
    first, second = case.chat.state.lines
    assert (first.name, first.heads, second.heads) == ("MiKL", True, False)
    assert first.hour.endswith(":35")
    assert (case.chat.state.unread, case.chat.state.newest) == (2, "MiKL: Deux")
    case.chat.set_open(True)
    case.says("Trois")
    assert case.chat.state.unread == 0
    case.service.moment += timedelta(minutes=10)
    case.says("Quatre")
    assert case.chat.state.lines[-1].heads


async def test_a_line_that_fails_stays_and_goes_out_by_retry(case: Case) -> None:
    case.room.send_error = RtcError(RtcErrorCode.NO_REPLY)
    case.chat.send("Important")
    await until(lambda: case.chat.state.failed)
    assert "1 message not sent." in case.chat.state.failed
    assert case.chat.state.lines[0].delivery is Delivery.FAILED
    case.says("Autre chose")
    assert case.texts == ["Autre chose", "Important"], "what is not through stands at the end"
    case.room.send_error = None
    case.chat.retry()
    await until(lambda: case.chat.state.lines[-1].delivery is Delivery.SENT)
    assert (case.chat.state.failed, case.texts) == ("", ["Autre chose", "Important"])


async def test_an_echo_that_comes_after_the_failure_counts(case: Case) -> None:
    """`no-reply` says that it may be lost, not that it is."""
    case.room.send_error = RtcError(RtcErrorCode.NO_REPLY)
    case.chat.send("Allô")
    await until(lambda: case.chat.state.failed)
    case.room.receive(Signal(CHAT, "Allô", "con_A", str(ALICE.id), "Alice"))
    assert [line.delivery for line in case.chat.state.lines] == [Delivery.SENT]
    assert case.chat.state.failed == ""


async def test_a_comeback_keeps_the_lines_and_says_that_some_may_be_missing(case: Case) -> None:
    case.says("Avant")
    case.room.show(replace(case.room.state, phase=RoomPhase.RECONNECTING))
    case.room.show(replace(case.room.state, phase=RoomPhase.CONNECTED))
    assert case.texts == ["Avant"], "the same connection misses nothing"
    case.room.show(replace(case.room.state, own_connection_id="con_A2"))
    assert case.texts[0] == "Avant"
    assert case.chat.state.lines[1].is_note
    case.chat.send("Me revoilà")
    await until(lambda: case.chat.state.lines[-1].delivery is Delivery.SENT)
    assert len(case.texts) == 3


async def test_another_device_of_ours_is_us(case: Case) -> None:
    case.room.receive(Signal(CHAT, "Du téléphone", "con_Z", str(ALICE.id), "Alice"))
    assert (case.chat.state.lines[0].own, case.chat.state.unread) == (True, 0)


async def test_other_signals_are_no_chat(case: Case) -> None:
    case.room.receive(replace(application_signal("mute", {}), from_connection_id="con_M"))
    case.says("   \n ")
    assert case.texts == []


@pytest.mark.parametrize("text", ["", "  \n", "x" * (CHAT_LIMIT + 1)])
async def test_nothing_and_too_much_are_not_sent(case: Case, text: str) -> None:
    case.chat.send(text)
    assert (case.chat.state.lines, case.room.sent) == ((), [])


async def test_a_flood_does_not_fill_the_memory(case: Case) -> None:
    for number in range(KEPT_LINES + 50):
        case.chat.take_signal(Signal(CHAT, str(number), "con_M", "", "MiKL"))
    assert len(case.texts) == KEPT_LINES
    assert case.texts[-1] == str(KEPT_LINES + 49)


def test_signs_that_only_do_harm_are_left_out() -> None:
    assert readable("a\u202eb\u2066c\x00d\x1b[31me\ufdd0f\ufffcg\r\nh\u2028i") == "abcd[31mefg\nh\ni"
    assert len(readable("x" * 100_000)) == LONGEST_SHOWN + 1
    assert readable("é 👩‍👧 שלום\tx") == "é 👩‍👧 שלום\tx"
