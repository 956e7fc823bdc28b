"""Namespaces come and go with everything in them."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack

import pytest

from tests.networks.namespaces import (
    existing,
    missing,
    namespaces,
    own_name,
    remove_stale,
    run,
    socket_within,
    within,
)

OBSTACLE = missing()

pytestmark = pytest.mark.skipif(bool(OBSTACLE), reason=OBSTACLE)


def ours() -> list[str]:
    """The namespaces of this process."""
    return [name for name, pid in existing().items() if pid == os.getpid()]


def test_a_namespace_goes_with_whatever_still_runs_in_it() -> None:
    with ExitStack() as stack:
        one, two = stack.enter_context(namespaces("one", "two"))
        assert sorted(ours()) == sorted([one, two])
        program = subprocess.Popen(within(one, "sleep", "60"))
        while str(program.pid) not in run("ip", "netns", "pids", one).split():
            assert program.poll() is None
    assert program.wait(5) != 0
    assert ours() == []


def test_what_a_killed_run_left_is_removed_and_what_a_living_one_has_is_not() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    left = own_name("left").replace(str(os.getpid()), str(gone.pid))
    run("ip", "netns", "add", left)
    with namespaces("mine") as (mine,):
        assert left not in existing()
        remove_stale()
        assert mine in existing()


def test_a_socket_lives_in_its_namespace_and_this_process_does_not() -> None:
    before = os.readlink("/proc/thread-self/ns/net")
    with namespaces("one") as (one,), socket_within(one) as inside:
        run(*within(one, "ip", "addr", "add", "10.77.9.1/32", "dev", "lo"))
        inside.bind(("10.77.9.1", 0))
    assert os.readlink("/proc/thread-self/ns/net") == before


def test_a_namespace_that_is_not_there_cannot_be_entered() -> None:
    with pytest.raises(FileNotFoundError):
        socket_within("visio-nowhere-0")
