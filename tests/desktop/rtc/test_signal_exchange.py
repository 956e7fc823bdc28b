"""Signals in and out: limits, order, floods."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.rtc import signal_exchange
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.messages import MAX_REQUEST_BYTES, SignalReceived, encode_request
from desktop.rtc.roster import Identity
from desktop.rtc.signal_exchange import Drop, SignalInbox, to_request
from desktop.rtc.signals import Signal
from tests.support.waiting import until

PEOPLE = {"con_bo": Identity("Bo", "b"), "con_cleo": Identity("Cleo", "c")}


def message(data: str = "hello", kind: str = "signal:chat", sender: str = "con_bo") -> SignalReceived:
    """A signal on the wire; no sender is the service."""
    members = {"data": data, "type": kind, **({"from": sender} if sender else {})}
    return SignalReceived.model_validate(members)


class Received:
    """An inbox and what it handed over."""

    def __init__(self) -> None:
        self.signals: list[Signal] = []
        self.hands: list[tuple[str, bool]] = []
        self.inbox = SignalInbox(PEOPLE.get, self.signals.append, lambda *hand: self.hands.append(hand))


@pytest.fixture
async def received() -> AsyncIterator[Received]:
    """An inbox that hands over."""
    received = Received()
    async with running(received.inbox):
        yield received


@asynccontextmanager
async def running(inbox: SignalInbox) -> AsyncIterator[None]:
    """Hand over meanwhile."""
    task = asyncio.create_task(inbox.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_in_order_with_their_senders(received: Received) -> None:
    """With `signal:` or without; the service has no sender."""
    received.inbox.take(message("1"))
    received.inbox.take(message("2", "chat", sender=""))
    received.inbox.take(message('{"x":3}', "signal:mikl.x", "con_cleo"))
    received.inbox.take(message("4", "signal:of-another-app"))
    await until(lambda: len(received.signals) == 4, "all of them")
    assert received.signals == [
        Signal("chat", "1", "con_bo", "b", "Bo"),
        Signal("chat", "2", None),
        Signal("mikl.x", '{"x":3}', "con_cleo", "c", "Cleo"),
        Signal("of-another-app", "4", "con_bo", "b", "Bo"),
    ]
    assert received.inbox.dropped == {}


async def test_hands_are_state(received: Received) -> None:
    received.inbox.take(message('{"raised":true}', "signal:hand"))
    received.inbox.take(message('{"raised":false}', "signal:hand", "con_cleo"))
    received.inbox.take(message('{"raised":true}', "hand", sender=""))
    received.inbox.take(message())
    await until(lambda: received.signals, "the one after them")
    assert received.hands == [("con_bo", True), ("con_cleo", False)]


@pytest.mark.parametrize(
    ("dropped", "drop"),
    [
        (message(sender="con_stranger"), Drop.UNKNOWN_SENDER),
        (message("x" * (MAX_REQUEST_BYTES + 1)), Drop.TOO_LONG),
        (message(kind="x" * 200), Drop.TOO_LONG),
        (message("{", "signal:mikl.x"), Drop.UNREADABLE),
        (message("[" * 40_000, "signal:mikl.x"), Drop.UNREADABLE),
        (message("up", "signal:hand"), Drop.UNREADABLE),
        (message("true", "signal:hand"), Drop.UNREADABLE),
        (message('{"raised":1}', "signal:hand"), Drop.UNREADABLE),
    ],
)
async def test_dropped_and_counted(received: Received, dropped: SignalReceived, drop: Drop) -> None:
    received.inbox.take(dropped)
    received.inbox.take(message("after"))
    await until(lambda: received.signals, "the one after it")
    assert [signal.data for signal in received.signals] == ["after"]
    assert received.hands == []
    assert received.inbox.dropped == {drop: 1}


async def test_a_flood_is_survived(caplog: pytest.LogCaptureFixture) -> None:
    """Bounded, counted, said once and without the text; who floods crowds out nobody else."""
    received = Received()
    for _ in range(10_000):
        received.inbox.take(message("secret words"))
    received.inbox.take(message("mine", sender="con_cleo"))
    async with running(received.inbox):
        await until(lambda: len(received.signals) == signal_exchange.MAX_WAITING_OF_ONE + 1, "what was kept")
    assert received.signals[-1].data == "mine"
    assert received.inbox.dropped == {Drop.FLOOD: 10_000 - signal_exchange.MAX_WAITING_OF_ONE}
    (line,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "flood" in line.getMessage()
    assert "secret" not in caplog.text


async def test_many_who_flood_are_bounded_together() -> None:
    received = Received()
    inbox = SignalInbox(lambda _: Identity(), received.signals.append, lambda *_: None)
    for place in range(2_000):
        inbox.take(message(sender=f"con_{place}"))
    assert inbox.dropped == {Drop.FLOOD: 2_000 - signal_exchange.MAX_WAITING}


async def test_a_busy_app_gets_pauses() -> None:
    """However many wait, the loop is not held for more than a few at once."""
    received = Received()
    for _ in range(signal_exchange.MAX_WAITING_OF_ONE):
        received.inbox.take(message())
    async with running(received.inbox):
        await until(lambda: received.signals, "the first")
        assert len(received.signals) == signal_exchange.AT_ONCE


async def test_a_fault_of_the_app_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    taken: list[Signal] = []

    def take(signal: Signal) -> None:
        if signal.data == "bad":
            raise LookupError
        taken.append(signal)

    inbox = SignalInbox(PEOPLE.get, take, lambda *_: None)
    inbox.take(message("bad"))
    inbox.take(message("good"))
    async with running(inbox):
        await until(lambda: taken, "the one after it")
    assert "was not handled" in caplog.text


@given(text=st.text(max_size=60_000 // 12), scale=st.integers(1, 12))
def test_what_is_let_through_fits(text: str, scale: int) -> None:
    """Escaping may make six bytes of a letter: what counts is the frame."""
    signal = Signal("chat", text * scale)
    try:
        request = to_request(signal, ("con_bo",))
    except RtcError:
        too_long = len(text) * scale > MAX_REQUEST_BYTES // 13
        assert too_long
    else:
        assert len(encode_request(request, 999_999_999).encode()) <= MAX_REQUEST_BYTES
        assert json.loads(request.message)["data"] == text * scale


def test_the_limit() -> None:
    to_request(Signal("chat", "x" * 50_000), ())
    with pytest.raises(RtcError) as caught:
        to_request(Signal("chat", "é" * 9_000), ())
    assert caught.value.code is RtcErrorCode.TOO_LONG
