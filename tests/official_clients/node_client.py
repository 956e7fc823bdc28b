"""openvidu-node-client in a process of its own, driven by `rest_client.cjs`."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.official_clients.packages import HERE, NodePackages

ANSWER_LIMIT_S = 30.0


class NodeError(Exception):
    """openvidu-node-client rejected a call; the message is its own, often an HTTP status."""


class NodeClient:
    """One `OpenVidu` object of openvidu-node-client, with the sessions it knows."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def call(self, method: str, *parameters: Any) -> Any:
        """Run one command of `rest_client.cjs`.

        Raises:
            NodeError: the library rejected it.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([method, *parameters]).encode() + b"\n")
        line = await asyncio.wait_for(self._process.stdout.readline(), ANSWER_LIMIT_S)
        answer = json.loads(line)
        if "error" in answer:
            raise NodeError(answer["error"])
        return answer["value"]


@asynccontextmanager
async def node_client(packages: NodePackages, url: str, secret: str) -> AsyncIterator[NodeClient]:
    """Start Node with the library pointed at a server; it ends when its input does."""
    environment = {**packages.environment(), "OPENVIDU_URL": url, "OPENVIDU_SECRET": secret}
    process = await asyncio.create_subprocess_exec(
        packages.node, str(HERE / "rest_client.cjs"), stdin=PIPE, stdout=PIPE, env=environment
    )
    try:
        yield NodeClient(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), ANSWER_LIMIT_S)
        except TimeoutError:
            process.kill()
            await process.wait()
