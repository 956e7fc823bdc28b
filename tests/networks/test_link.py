"""The disturbed link itself: what it loses, delays and cuts, and that it otherwise leaves packets alone."""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

import pytest

from tests.networks.link import (
    CLIENT_ADDRESS,
    OTHER_ADDRESS,
    SERVER_ADDRESS,
    EmulatedLink,
    Link,
    has_netem,
    link,
)
from tests.networks.namespaces import missing, socket_within

OBSTACLE = missing()

pytestmark = pytest.mark.skipif(bool(OBSTACLE), reason=OBSTACLE)

STAMP = struct.Struct("!Id")
BATCH = 20
QUIET_S = 0.3
"""Nothing more comes when nothing came for so long on top of the delay."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What came through.

    Attributes:
        sent: how many packets were sent.
        numbers: of those that came, in the order they came.
        delays_s: how long each of these took.
    """

    sent: int
    numbers: list[int]
    delays_s: list[float]

    @property
    def loss(self) -> float:
        """Share of packets that did not come."""
        return 1 - len(self.numbers) / self.sent


class Ends:
    """A UDP socket at either end of a link."""

    def __init__(self, way: Link, stack: ExitStack) -> None:
        self.client = stack.enter_context(socket_within(way.client))
        self.server = stack.enter_context(socket_within(way.server))
        self.client.bind(("0.0.0.0", 0))
        self.server.bind((SERVER_ADDRESS, 0))

    def send_up(self, count: int, *, every_s: float = 0.002) -> Passed:
        """Send small packets from the client to the server, some at a time."""
        return self._send(
            self.client, self.server, (SERVER_ADDRESS, self.server.getsockname()[1]), count, every_s
        )

    def send_down(self, count: int, *, every_s: float = 0.002) -> Passed:
        """Send small packets from the server to the client."""
        return self._send(
            self.server, self.client, (CLIENT_ADDRESS, self.client.getsockname()[1]), count, every_s
        )

    @staticmethod
    def _send(
        source: socket.socket, target: socket.socket, address: tuple[str, int], count: int, every_s: float
    ) -> Passed:
        passed = Passed(count, [], [])

        def take(wait_s: float) -> bool:
            ready, _, _ = select.select([target], [], [], wait_s)
            if ready:
                number, sent_s = STAMP.unpack(target.recv(STAMP.size))
                passed.numbers.append(number)
                passed.delays_s.append(time.monotonic() - sent_s)
            return bool(ready)

        for number in range(count):
            source.sendto(STAMP.pack(number, time.monotonic()), address)
            if number % BATCH == BATCH - 1:
                next_s = time.monotonic() + every_s
                while (left_s := next_s - time.monotonic()) > 0:
                    take(left_s)
        while take(QUIET_S):
            pass
        return passed


@pytest.fixture(scope="module", params=["emulated", "netem"])
def way(request: pytest.FixtureRequest) -> Iterator[Link]:
    """A link of either kind."""
    if request.param == "netem" and not has_netem():
        pytest.skip("this kernel has no netem")
    with link("a seed", backend=request.param) as made:
        yield made


@pytest.fixture
def ends(way: Link) -> Iterator[Ends]:
    """The link, undisturbed before and after."""
    with ExitStack() as stack:
        yield Ends(way, stack)
    way.disturb()


def test_an_undisturbed_link_loses_nothing_and_adds_next_to_no_delay(ends: Ends) -> None:
    for passed in (ends.send_up(2_000), ends.send_down(2_000)):
        assert passed.numbers == list(range(2_000))
        assert median(passed.delays_s) < 0.005


@pytest.mark.parametrize("loss", [0.02, 0.1])
def test_loss_is_what_was_asked_for_in_both_directions(way: Link, ends: Ends, loss: float) -> None:
    way.disturb(loss=loss)
    for passed in (ends.send_up(4_000), ends.send_down(4_000)):
        # Four standard deviations of so many draws.
        assert abs(passed.loss - loss) < 4 * (loss * (1 - loss) / 4_000) ** 0.5


def test_delay_is_added_and_jitter_keeps_the_order(way: Link, ends: Ends) -> None:
    way.disturb(delay_s=0.1, jitter_s=0.03)
    passed = ends.send_up(200, every_s=0.04)
    assert passed.numbers == list(range(200))
    assert min(passed.delays_s) >= 0.07
    assert 0.1 <= median(passed.delays_s) < 0.16
    assert max(passed.delays_s) - min(passed.delays_s) > 0.02


def test_a_delay_without_jitter_is_even(way: Link, ends: Ends) -> None:
    way.disturb(delay_s=0.05)
    passed = ends.send_down(100, every_s=0.02)
    assert passed.loss == 0
    assert 0.05 <= min(passed.delays_s) <= median(passed.delays_s) < 0.07


def test_a_cut_drops_everything_even_what_is_on_its_way_and_ends(way: Link, ends: Ends) -> None:
    way.disturb(cut=True)
    assert ends.send_up(50).loss == ends.send_down(50).loss == 1.0
    way.disturb()
    assert ends.send_up(50).loss == ends.send_down(50).loss == 0.0


def test_after_a_change_of_address_the_client_speaks_from_the_new_one() -> None:
    with link() as way, ExitStack() as stack:
        ends = Ends(way, stack)
        way.change_address()
        ends.client.sendto(b"", (SERVER_ADDRESS, ends.server.getsockname()[1]))
        assert select.select([ends.server], [], [], 5.0)[0]
        assert ends.server.recvfrom(1)[1][0] == OTHER_ADDRESS


def test_the_same_seed_loses_the_same_packets() -> None:
    lost = []
    for _ in range(2):
        with link("one seed", backend="emulated") as way, ExitStack() as stack:
            assert isinstance(way, EmulatedLink)
            ends = Ends(way, stack)
            way.disturb(loss=0.3)
            lost.append(ends.send_up(100).numbers)
    assert lost[0] == lost[1]
