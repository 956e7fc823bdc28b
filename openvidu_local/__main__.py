"""`python -m openvidu_local`: run the server until SIGTERM or SIGINT.

When it is ready one line of JSON with `url` and `secret` goes to standard output, and nothing else
ever does. Logs go to standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from openvidu_local import faults
from openvidu_local.faults import FaultError, Faults
from openvidu_local.heap import set_start_apart
from openvidu_local.options import (
    SECRET_FORM,
    WEBHOOK_EVENTS,
    Bandwidth,
    Mode,
    Options,
    Timing,
    random_secret,
)
from openvidu_local.server import OpenViduServer

SECRET_VARIABLE = "VISIO_OPENVIDU_SECRET"  # noqa: S105 - the name of a variable, no secret
"""Environment variable that holds the secret when `--secret` does not."""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    arguments = argparse.ArgumentParser(
        prog="python -m openvidu_local",
        description=(__doc__ or "").split("\n", 1)[0],
        epilog=faults.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    arguments.add_argument("--host", default="127.0.0.1", help="address to bind to (default: %(default)s)")
    arguments.add_argument("--public-host", help="host name written into tokens (default: --host)")
    arguments.add_argument("--port", type=int, default=0, help="0 (default) takes a free one")
    arguments.add_argument(
        "--secret", type=_secret, help=f"REST password; else {SECRET_VARIABLE}, else a random one"
    )
    arguments.add_argument("--mode", type=Mode, choices=list(Mode), default=Mode.KURENTO)
    arguments.add_argument("--cert", type=Path, help="PEM certificate; with --key it turns on TLS")
    arguments.add_argument("--key", type=Path, help="PEM private key")
    arguments.add_argument("--webhook-url", metavar="URL", help="post OpenVidu's webhook events there")
    arguments.add_argument(
        "--webhook-header",
        action="append",
        default=[],
        type=_header,
        metavar="'NAME: VALUE'",
        help="send this header with every event; repeatable",
    )
    arguments.add_argument(
        "--webhook-event",
        action="append",
        choices=WEBHOOK_EVENTS,
        help="post this event; repeatable (default: all)",
    )
    arguments.add_argument(
        "--max-bitrate",
        type=_bitrate,
        default=Bandwidth().max_bps,
        metavar="BPS",
        help="most that publishers are told to send, bits per second (default: %(default)s)",
    )
    arguments.add_argument("--coturn-host", help="TURN host named to clients (default: no TURN)")
    arguments.add_argument("--coturn-port", type=int, default=3478, help="its port (default: %(default)s)")
    arguments.add_argument(
        "--grace", type=float, default=10.0, metavar="S", help="how long a lost socket may resume"
    )
    arguments.add_argument(
        "--fault", action="append", default=[], metavar="NAME[=VALUE]", help="misbehave, see below"
    )
    arguments.add_argument("--log-level", default="INFO", choices=["DEBUG", "INFO", "WARNING", "ERROR"])
    return arguments


def _bitrate(text: str) -> int:
    """A bit rate that REMB can carry, from one at which something can still be seen."""
    if not text.isascii() or not text.isdigit() or not 30_000 <= int(text) <= 100_000_000:
        raise argparse.ArgumentTypeError("30000 to 100000000 bits per second")
    return int(text)


def _secret(text: str) -> str:
    if not SECRET_FORM.fullmatch(text):
        raise argparse.ArgumentTypeError("a secret has letters, digits, '-' and '_' only")
    return text


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise argparse.ArgumentTypeError("a header looks like 'Name: value'")
    return name.strip(), value.strip()


async def serve(options: Options) -> None:
    """Run one server until the process is told to stop."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        if sys.platform == "win32":
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopped.set))
        else:
            loop.add_signal_handler(number, stopped.set)
    async with OpenViduServer(options) as server:
        line = {"ready": True, "url": server.url, "secret": server.secret}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        await stopped.wait()


def new_loop() -> asyncio.AbstractEventLoop:
    """The loop to serve on: uvloop, which is quicker with packets, where there is one."""
    try:
        import uvloop  # noqa: PLC0415 - does not exist on Windows
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and serve; returns the exit code."""
    parsed = parser().parse_args(arguments)
    if bool(parsed.cert) != bool(parsed.key):
        parser().error("--cert and --key belong together")
    try:
        Faults(parsed.fault)
    except FaultError as error:
        parser().error(str(error))
    logging.basicConfig(
        level=parsed.log_level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for library in ("aiortc", "aioice", "aiohttp"):
        # At lower levels they log SDP, with its credentials.
        logging.getLogger(library).setLevel(logging.WARNING)
    options = Options(
        secret=parsed.secret or os.environ.get(SECRET_VARIABLE) or random_secret(),
        mode=parsed.mode,
        host=parsed.host,
        port=parsed.port,
        public_host=parsed.public_host,
        certificate=parsed.cert,
        key=parsed.key,
        webhook_url=parsed.webhook_url,
        webhook_headers=tuple(parsed.webhook_header),
        webhook_events=tuple(parsed.webhook_event or WEBHOOK_EVENTS),
        coturn_host=parsed.coturn_host,
        coturn_port=parsed.coturn_port,
        faults=tuple(parsed.fault),
        timing=Timing(grace_s=parsed.grace),
        bandwidth=Bandwidth(min(Bandwidth().min_bps, parsed.max_bitrate), parsed.max_bitrate),
    )
    set_start_apart()
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(serve(options))
    except OSError as error:
        logging.getLogger(__name__).error("cannot serve: %s", error)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
