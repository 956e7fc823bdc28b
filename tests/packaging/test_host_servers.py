"""The servers on which installed apps meet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from installers import host_servers
from installers.environment import BuildError


def test_a_server_that_does_not_start_takes_the_others_along(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing is left running behind a check that could not begin."""
    started: list[host_servers.Server] = []

    class Server(host_servers.Server):
        def __init__(self, arguments: list[str], log: Path, env: Mapping[str, str] | None = None) -> None:
            broken = "backend.embedded" in arguments
            super().__init__(["-c", "pass"] if broken else arguments, log, env)
            started.append(self)

    monkeypatch.setattr(host_servers, "Server", Server)
    with pytest.raises(BuildError, match="did not start"), host_servers.HostServers(tmp_path):
        pytest.fail("the service is not there")
    (openvidu,) = started
    assert openvidu._process.poll() is not None
