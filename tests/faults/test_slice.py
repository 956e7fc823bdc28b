"""A slice of the campaign (`python -m tests.faults`), and its parts by themselves."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.faults.campaign import Outcome, Point, spread, strike
from tests.faults.report import failures, report
from tests.faults.scenes import End, Mail, Scene, Start, Token
from tests.faults.seams import Line, Queries, Seam, Side, anything
from tests.faults.town import Answer, town
from tests.faults.victims import folder_of_a_campaign

SLICE = (
    (Start, "media", "", Side.AFTER, "service"),
    (Token, "database", "visio_api", Side.BEFORE, "postgresql"),
    (End, "database", "visio_api", Side.AFTER, "postgresql"),
    (Mail, "mail", "", Side.BEFORE, "service"),
    (Token, "media", "", Side.BEFORE, "openvidu"),
)
"""One kill of each kind: (scene, seam, role, side, victim), at the first exchange."""


@pytest.mark.timeout(180)
async def test_a_few_kills_leave_nothing_stuck_doubled_or_lost() -> None:
    """Real processes, SIGKILL, at real exchanges."""
    with folder_of_a_campaign() as folder:
        outcomes = await play(folder)
    assert all(outcome.struck for outcome in outcomes)
    assert failures(outcomes) == []


async def play(folder: Path) -> list[Outcome]:
    """The slice."""
    async with town(folder) as made:
        victims = {victim.name: victim for victim in (made.postgres, made.service, made.openvidu)}
        return [
            await strike(made, Point(scene, seam, role, 1, side), "kill", victims[victim])
            for scene, seam, role, side, victim in SLICE
        ]


async def test_a_seam_strikes_before_the_far_side_hears() -> None:
    """The strike is over when the packet goes on."""
    heard: list[bytes] = []
    order: list[str] = []

    async def far_side(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(100):
            heard.append(chunk)
            order.append("heard")
            writer.write(b"answer")
        writer.close()

    async def hit() -> None:
        order.append("strike")

    server = await asyncio.start_server(far_side, "127.0.0.1", 0)
    address: tuple[str, int] = server.sockets[0].getsockname()[:2]
    async with server, Seam(lambda: address, anything) as seam:
        reader, writer = await asyncio.open_connection("127.0.0.1", seam.port)
        for number, side in ((1, Side.BEFORE), (2, Side.AFTER)):
            seam.arm(number, side, hit)
            for _ in range(number):
                writer.write(b"question")
                assert await reader.read(100) == b"answer"
        writer.close()
        await writer.wait_closed()
    assert order == ["strike", "heard", "heard", "heard", "strike"]
    assert heard == [b"question"] * 3


def test_queries_are_told_from_signing_in() -> None:
    """The role stands in the start-up packet; packets of type `p` are no queries."""
    counts, line = Queries("visio_api"), Line()
    start = b"\0\0\0\x3a\0\3\0\0user\0visio_api\0database\0visio\0\0"
    assert [counts(chunk, line) for chunk in (start, b"p\0\0\0\x08", b"Q\0\0\0\x0abegin\0")] == [
        False,
        False,
        True,
    ]
    assert not Queries("visio_jobs")(b"Q", line)


def test_what_is_wrong_ends_in_the_report() -> None:
    """Also an answer that took too long."""
    point = Point(Scene, "database", "visio_api", 2, Side.AFTER)
    fine = Outcome(point, "kill", "service", struck=True, answer=Answer(None, 0.1, {}, 0, 0))
    slow = Outcome(point, "freeze", "openvidu", struck=True, answer=Answer(503, 8.5, {}, 0, 0))
    stuck = Outcome(point, "kill", "service", struck=True, wrong=["stuck: scheduled"])
    assert failures([fine]) == []
    assert [text.rsplit(": ", 1)[-1] for text in failures([fine, slow, stuck])] == [
        "answered after 8.5 s",
        "scheduled",
    ]
    assert "Nothing was stuck" in report([fine], seconds=60)
    assert "- kill service" in report([stuck], seconds=60)


def test_a_short_campaign_is_spread_over_all_steps() -> None:
    """Not the first few."""
    assert spread(range(10), 3) == [0, 3, 6]
    assert spread(range(2), 3) == [0, 1]
