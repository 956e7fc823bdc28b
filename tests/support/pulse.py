"""A private PulseAudio with devices that make no sound, for tests of real microphones and speakers.

    loudspeaker ("out")  ── its monitor ──▶  microphone ("in")

What is played into the loudspeaker comes out of the microphone: a cable without hardware. QtMultimedia
connects to a server once per process and never again, so tests run what they measure in a process of
its own, with `PulseServer.environment`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SPEAKER_ID = "out"
MICROPHONE_ID = "in"

NEEDED_PROGRAMS = ("pulseaudio", "pactl")


def missing_programs() -> list[str]:
    """Which of the needed programs are not installed (Debian: pulseaudio, pulseaudio-utils)."""
    return [name for name in NEEDED_PROGRAMS if shutil.which(name) is None]


@dataclass(frozen=True, slots=True)
class PulseServer:
    """A running server.

    Attributes:
        environment: variables that make a process use this server and no other.
    """

    environment: dict[str, str]

    def control(self, *arguments: str) -> str:
        """Run `pactl` against this server and return what it says.

        Raises:
            subprocess.CalledProcessError: it refused.
        """
        done = subprocess.run(
            ["pactl", *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
        )
        return done.stdout


@contextmanager
def pulse_server() -> Iterator[PulseServer]:
    """Start a server with one loudspeaker and one microphone; stop it and remove its files at the end.

    Raises:
        RuntimeError: it did not come up; the message carries its own words.
    """
    # A short path: sockets have at most 107 characters.
    with tempfile.TemporaryDirectory(prefix="pulse-") as folder:
        home = Path(folder)
        socket = home / "socket"
        environment = {
            "PULSE_SERVER": f"unix:{socket}",
            "PULSE_COOKIE": str(home / "cookie"),
            "PULSE_RUNTIME_PATH": str(home / "run"),
            "XDG_RUNTIME_DIR": folder,
        }
        modules = (
            f"module-native-protocol-unix socket={socket} auth-anonymous=1",
            f"module-null-sink sink_name={SPEAKER_ID} rate=48000",
            # A monitor counts as no microphone; a source of its own that reads it does.
            f"module-remap-source master={SPEAKER_ID}.monitor source_name={MICROPHONE_ID}",
        )
        command = [
            *("pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1"),
            *("--disable-shm=yes", "--log-target=stderr"),
            *(f"--load={module}" for module in modules),
        ]
        log = home / "log"
        with log.open("wb") as stderr:
            server = subprocess.Popen(
                command,
                env={"PATH": os.environ["PATH"], "HOME": folder, **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )
        try:
            _wait_ready(server, PulseServer(environment), log)
            yield PulseServer(environment)
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_ready(server: subprocess.Popen[bytes], running: PulseServer, log: Path) -> None:
    """Ask until it answers; `pactl` itself waits a moment for the socket."""
    for _ in range(100):
        if server.poll() is not None:
            break
        try:
            sources = running.control("list", "short", "sources")
        except subprocess.CalledProcessError:
            try:
                server.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            break
        if MICROPHONE_ID in sources:
            return
    raise RuntimeError("pulseaudio did not start: " + log.read_text(errors="replace")[-2000:])
