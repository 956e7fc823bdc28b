"""Limits on guessing: nobody guesses for long, nobody shuts another out, nobody learns who exists."""

from __future__ import annotations

import statistics
import time
from typing import LiteralString

import psycopg

from tests.backend.people import ALICE, BOB
from tests.support.service import TestDatabase

HOME, ELSEWHERE = "198.51.100.7", "203.0.113.9"


def tries(database: TestDatabase, email: str, address: str, count: int) -> list[bool]:
    """So many failures; for each whether it was looked at."""
    begin = "select retry_after_s from private.begin_sign_in(%s, %s)"
    return [database.admin(begin, (email, address))[0]["retry_after_s"] == 0 for _ in range(count)]


def sign_in(database: TestDatabase, email: str, address: str) -> None:
    """A log-in that succeeded."""
    database.admin(
        "select private.complete_sign_in(%s, %s, %s, '')", (database.account_id(email), email, address)
    )


def test_a_stranger_does_not_shut_the_owner_out(database: TestDatabase) -> None:
    """However many tries at his account come from elsewhere: where he signed in before he still can."""
    sign_in(database, ALICE, HOME)
    assert tries(database, ALICE, ELSEWHERE, 12) == [True] * 10 + [False] * 2
    assert tries(database, ALICE, HOME, 1) == [True]


def test_a_neighbour_does_not_shut_the_owner_out(database: TestDatabase) -> None:
    """Fifty failures from one office stop strangers there, not those who are known there."""
    sign_in(database, ALICE, HOME)
    looked_at = [tries(database, f"nobody{number}@demo.visio", HOME, 1)[0] for number in range(52)]
    assert looked_at == [True] * 50 + [False] * 2
    assert tries(database, BOB, HOME, 1) == [False]
    assert tries(database, ALICE, HOME, 1) == [True]


def test_a_known_address_guesses_no_longer_than_others(database: TestDatabase) -> None:
    """Ten tries there, and what the owner does there gives a stranger elsewhere no new ones."""
    sign_in(database, ALICE, HOME)
    assert tries(database, ALICE, ELSEWHERE, 11)[-1] is False
    assert tries(database, ALICE, HOME, 11) == [True] * 10 + [False]
    sign_in(database, ALICE, HOME)
    assert tries(database, ALICE, ELSEWHERE, 1) == [False]


def test_known_addresses_are_forgotten(database: TestDatabase) -> None:
    """After ninety days without a log-in, and they are kept as digests."""
    sign_in(database, ALICE, HOME)
    (row,) = database.admin("select k::text as text from private.known_addresses k")
    assert HOME not in row["text"]
    database.admin("update private.known_addresses set seen_at = now() - interval '91 days'")
    tries(database, ALICE, ELSEWHERE, 10)
    assert tries(database, ALICE, HOME, 1) == [False]


ROUNDS = 400


def _apart_s(database: TestDatabase, query: LiteralString) -> float:
    """How much longer the database works for an account than for nobody: the median over pairs.

    Asked in turns, so that the machine's other work falls on both; now the one, now the other first.
    """
    pairs: list[list[float]] = []
    with psycopg.connect(database.admin_dsn, autocommit=True) as connection:
        for number in range(ROUNDS):
            pair = [0.0, 0.0]
            for which in (0, 1) if number % 2 else (1, 0):
                email = (ALICE, "nobdy@demo.visio")[which]
                connection.execute("delete from private.attempts")
                began = time.perf_counter()
                connection.execute(query, (email, ELSEWHERE))
                pair[which] = time.perf_counter() - began
            pairs.append(pair)
    return statistics.median(account - nobody for account, nobody in pairs)


def test_log_in_takes_as_long_for_nobody(database: TestDatabase) -> None:
    """Far within a twentieth of the hash's 30 ms, which `test_passwords` compares."""
    assert abs(_apart_s(database, "select * from private.begin_sign_in(%s, %s)")) < 0.0005


def test_a_reset_takes_as_long_for_nobody(database: TestDatabase) -> None:
    """What differs is done by a job, after the answer: making the code here would show with 0.26 ms."""
    assert abs(_apart_s(database, "select private.ask_for_reset(%s, %s)")) < 0.0001
