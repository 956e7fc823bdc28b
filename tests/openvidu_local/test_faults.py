"""The fault switches: what is understood, and what each question answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from openvidu_local import faults as module
from openvidu_local.__main__ import main, parser
from openvidu_local.faults import FaultError, Faults
from openvidu_local.server import OpenViduServer
from tests.openvidu_local.wire_client import WireClient, WireError
from tests.support.openvidu import OpenViduRest

TESTS = Path(__file__).parents[1]
SWITCHES = {
    "swallow-ping=2": "openvidu_local/test_rpc.py::test_a_swallowed_ping_gets_no_reply",
    "silent=echo": "openvidu_local/test_methods.py::test_a_silent_method_gets_no_reply",
    "drop=echo": "openvidu_local/test_rpc.py::test_a_dropped_socket_has_no_close_frame",
    "error=joinRoom:401": "openvidu_local/test_faults.py::test_any_method_fails_as_asked",
    "error-shape=manager": "openvidu_local/test_rpc.py::test_both_error_shapes",
    "evict-on-drop": "openvidu_local/test_rpc.py::test_the_switch_evicts_without_grace",
    "delay-answer=0.5": "openvidu_local/test_rpc.py::"
    "test_requests_of_one_socket_are_sequential_and_others_are_not_blocked",
    "reject-video": "openvidu_local/test_relay.py::test_answers_with_faults",
    "bandwidth-line": "openvidu_local/test_relay.py::test_answers_with_faults",
    "no-candidates": "openvidu_local/test_media_methods.py::test_no_candidates_with_the_switch",
    "no-subscriber-pli": "openvidu_local/test_relay.py::test_kurento_keeps_a_subscribers_loss_to_itself",
    "stall-media": "openvidu_local/test_relay.py::test_stalled_media_keeps_connections",
    "rest-status=503": "openvidu_local/test_rest.py::test_faults_over_http",
}
"""Every switch, and the test of what it does."""


def test_nothing_is_on_at_first() -> None:
    faults = Faults()
    assert not faults.has("reject-video")
    assert faults.error_for("joinRoom") is None
    assert faults.answer_delay_s == 0
    assert faults.rest_status is None
    assert not faults.swallows_ping()


def test_switches_are_remembered_in_their_form() -> None:
    faults = Faults(["reject-video", "silent=echo", "silent=joinRoom", "error=publishVideo:303"])
    assert faults.has("reject-video")
    assert faults.names_method("silent", "echo")
    assert faults.names_method("silent", "joinRoom")
    assert not faults.names_method("silent", "publishVideo")
    assert faults.error_for("publishVideo") == 303
    assert set(faults.switches) == {
        "reject-video",
        "silent=echo",
        "silent=joinRoom",
        "error=publishVideo:303",
    }


def test_setting_replaces_everything() -> None:
    faults = Faults(["reject-video"])
    faults.set("rest-status=503", "delay-answer=1.5", "error-shape=manager")
    assert not faults.has("reject-video")
    assert (faults.rest_status, faults.answer_delay_s, faults.error_shape) == (503, 1.5, "manager")
    faults.clear()
    assert faults.switches == ()


def test_pings_are_swallowed_as_often_as_asked() -> None:
    faults = Faults(["swallow-ping=2"])
    assert [faults.swallows_ping() for _ in range(3)] == [True, True, False]
    faults.set("swallow-ping")
    assert all(faults.swallows_ping() for _ in range(5))


@pytest.mark.parametrize(
    "switch",
    [
        "nonsense",
        "reject-video=yes",
        "silent",
        "silent=two words",
        "error=joinRoom",
        "error=joinRoom:x",
        "error=:5",
        "delay-answer=soon",
        "delay-answer=-1",
        "delay-answer=inf",
        "error-shape=round",
        "rest-status=99",
        "rest-status=1000",
        "swallow-ping=-1",
    ],
)
def test_what_is_not_understood_is_refused(switch: str) -> None:
    """A bad switch raises and changes nothing."""
    faults = Faults(["reject-video"])
    with pytest.raises(FaultError):
        faults.set(switch)
    assert faults.switches == ("reject-video",)


def test_every_switch_is_described_and_tested() -> None:
    """The table in `--help`, what is understood, and the tests are the same list."""
    described = re.findall(r"^\| `([a-z-]+)", module.__doc__ or "", re.MULTILINE)
    assert sorted(described) == sorted(switch.partition("=")[0] for switch in SWITCHES)
    assert set(described) == module.KNOWN
    for name in SWITCHES.values():
        file, _, test = name.partition("::")
        assert f"def {test}(" in (TESTS / file).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("switch", SWITCHES)
def test_every_switch_is_taken_from_the_command_line(switch: str) -> None:
    parsed = parser().parse_args(["--fault", switch])
    assert Faults(parsed.fault).switches == (switch,)


def test_the_command_line_says_what_it_does_not_understand(capsys: pytest.CaptureFixture[str]) -> None:
    """With the reason; and `--help` names every switch."""
    with pytest.raises(SystemExit):
        main(["--fault", "rest-status=9"])
    assert "bad value '9'" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        parser().parse_args(["--help"])
    text = capsys.readouterr().out
    for switch in SWITCHES:
        assert f"`{switch.partition('=')[0]}" in text


@pytest.mark.parametrize("code", [401, 202, 800, -1])
async def test_any_method_fails_as_asked(server: OpenViduServer, rest: OpenViduRest, code: int) -> None:
    """A used token, a closed session, a missing codec, nonsense: without having to bring it about."""
    await rest.create_session("room")
    server.faults.set(f"error=joinRoom:{code}")
    async with await WireClient.open(server.url) as client:
        with pytest.raises(WireError) as raised:
            await client.join(await rest.token("room"))
        assert raised.value.code == code
        server.faults.clear()
        await client.join(await rest.token("room"))
