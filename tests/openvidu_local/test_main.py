"""The server as a process: one line on standard output, options, a clean end."""

from __future__ import annotations

import json
import subprocess
import sys

import httpx
import pytest

from openvidu_local.__main__ import main, parser
from tests.support.openvidu import SECRET, openvidu_process


def test_ready_line_and_clean_stop() -> None:
    """The line names address and secret; SIGTERM ends it with 0 and nothing else was printed."""
    with openvidu_process("--fault", "rest-status=503", "--fault", "reject-video") as running:
        assert running.secret == SECRET
        url = f"{running.url}/openvidu/api/sessions"
        assert httpx.get(url, auth=("OPENVIDUAPP", SECRET), trust_env=False).status_code == 503
        running.process.terminate()
        assert running.process.stdout is not None
        assert running.process.stdout.read() == ""
        assert running.process.wait(timeout=10) == 0


def test_a_random_secret_when_none_is_given() -> None:
    command = [sys.executable, "-m", "openvidu_local", "--log-level", "ERROR"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"PATH": ""}) as process:
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        process.terminate()
    assert line["ready"] is True
    assert len(line["secret"]) >= 32


@pytest.mark.parametrize(
    "arguments",
    [
        ["--fault", "nonsense"],
        ["--mode", "janus"],
        ["--cert", "c.pem"],
        ["--webhook-header", "no colon"],
        ["--webhook-event", "sessionImagined"],
        ["--secret", "two words"],
        ["--max-bitrate", "fast"],
        ["--max-bitrate", "29999"],
    ],
)
def test_bad_arguments(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Argparse's exit, with the reason on standard error."""
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    assert capsys.readouterr().out == ""


def test_webhook_options() -> None:
    """Headers are taken apart at the first colon."""
    headers = ["--webhook-header", "Authorization: Basic eDp5", "--webhook-header", "A:b:c"]
    parsed = parser().parse_args(["--webhook-url", "http://h/", *headers])
    assert parsed.webhook_url == "http://h/"
    assert parsed.webhook_header == [("Authorization", "Basic eDp5"), ("A", "b:c")]


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["--help"])
    text = capsys.readouterr().out
    for option in ("--port", "--secret", "--mode", "--fault", "--cert", "--key", "--grace", "--webhook-url"):
        assert option in text
