"""The local server under soak: `python -m tests.bench.soak_server`, until standard input ends."""

from __future__ import annotations

import asyncio
import logging
import sys

from desktop.app.media_thread import new_media_loop
from openvidu_local.options import Options
from openvidu_local.server import OpenViduServer
from tests.bench.soak_report import parent_is_done, report, tell, tell_the_last
from tests.support.openvidu import SECRET


async def serve() -> None:
    """Run one server and tell what it uses."""
    async with OpenViduServer(Options(secret=SECRET)) as server:
        tell({"url": server.url})

        def more() -> dict[str, object]:
            return {"endpoints": server.relay.open_count}

        reporting = asyncio.create_task(report(more))
        try:
            await parent_is_done()
            tell_the_last(more())
        finally:
            reporting.cancel()


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    with asyncio.Runner(loop_factory=new_media_loop) as runner:
        runner.run(serve())
