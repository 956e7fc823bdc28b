"""STUN and TURN servers on the loopback: good ones, silent ones, ones that talk nonsense."""

from __future__ import annotations

import asyncio
import base64
import hmac
import shutil
import socket
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import cast

import pytest
from aioice import stun
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from desktop.rtc.ice_servers import TurnServer
from tests.support.waiting import until

OUTSIDE = "203.0.113.7"
"""The address that our STUN server says it sees, as a router's outer one."""

_SHARED_SECRET = "a-shared-secret"

HAS_COTURN = shutil.which("turnserver") is not None
needs_coturn = pytest.mark.skipif(not HAS_COTURN, reason="no turnserver (Debian package coturn)")


class StunResponder(asyncio.DatagramProtocol):
    """Answers binding requests, or does whatever `answer` says.

    Attributes:
        requests: addresses that asked, in order.
        outside: the address it says it sees; None tells the truth.
        garbage: bytes to answer with instead.
        silent: no answer at all: requests are swallowed.
    """

    def __init__(
        self, *, outside: str | None = OUTSIDE, garbage: bytes | None = None, silent: bool = False
    ) -> None:
        self.requests: list[tuple[str, int]] = []
        self.outside = outside
        self.garbage = garbage
        self.silent = silent
        self.port = 0
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to answer."""
        self._transport = cast("asyncio.DatagramTransport", transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer one request."""
        self.requests.append(addr)
        assert self._transport is not None
        if self.silent:
            return
        if self.garbage is not None:
            # The same transaction, so that it is taken for the answer.
            self._transport.sendto(self.garbage.replace(b"<transaction>", data[8:20]), addr)
            return
        request = stun.parse_message(data)
        response = stun.Message(
            message_method=stun.Method.BINDING,
            message_class=stun.Class.RESPONSE,
            transaction_id=request.transaction_id,
        )
        response.attributes["XOR-MAPPED-ADDRESS"] = (self.outside or addr[0], addr[1])
        self._transport.sendto(bytes(response), addr)


@asynccontextmanager
async def stun_server(responder: StunResponder | None = None) -> AsyncIterator[StunResponder]:
    """Run a responder on a free port of every IPv4 address."""
    responder = responder or StunResponder()
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: responder, local_addr=("0.0.0.0", 0)
    )
    try:
        yield responder
    finally:
        transport.close()


@asynccontextmanager
async def silent_tcp() -> AsyncIterator[int]:
    """A port that takes connections and never says anything; yields its number."""
    writers: list[asyncio.StreamWriter] = []

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await reader.read()
        writer.close()

    async with await asyncio.start_server(swallow, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        for writer in writers:
            writer.close()


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate of its own making, as files."""

    certificate: Path
    key: Path

    def trusting(self) -> ssl.SSLContext:
        """A context that trusts it, and nothing else."""
        return ssl.create_default_context(cafile=str(self.certificate))


def make_certificate(folder: Path, *, name: str = "localhost") -> Certificate:
    """Make a self-signed certificate for a name and 127.0.0.1, valid for an hour, in a folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    maker = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a server of its own making")])
    now = datetime.now(UTC)
    names = [x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName(name)]
    signed = (
        x509.CertificateBuilder()
        .subject_name(maker)
        .issuer_name(maker)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = Certificate(folder / "certificate.pem", folder / "key.pem")
    files.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    files.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files


class Coturn:
    """A running coturn, the TURN server that OpenVidu deploys, on the loopback.

    Attributes:
        port: for UDP and TCP.
        tls_port: for TLS.
        process: the program.
        username: valid for a day, as OpenVidu makes them.
        credential: its password.
    """

    def __init__(
        self, port: int, tls_port: int, process: asyncio.subprocess.Process, secret: str = _SHARED_SECRET
    ) -> None:
        self.port = port
        self.tls_port = tls_port
        self.process = process
        self.username = f"{int(time.time()) + 86_400}:k3VbQx9a"
        signed = hmac.digest(secret.encode(), self.username.encode(), "sha1")
        self.credential = base64.b64encode(signed).decode()

    def server(self, transport: str = "udp", *, credential: str | None = None) -> TurnServer:
        """How to reach it by `udp`, `tcp` or `tls`."""
        tls = transport == "tls"
        return TurnServer(
            "127.0.0.1",
            self.tls_port if tls else self.port,
            "tcp" if tls else transport,
            tls,
            self.username,
            self.credential if credential is None else credential,
        )

    def entry(self, transport: str = "udp") -> dict[str, str]:
        """The same, as an entry of `customIceServers`."""
        url = f"turn:127.0.0.1:{self.port}?transport={transport}"
        return {"url": url, "username": self.username, "credential": self.credential}


@asynccontextmanager
async def coturn(
    certificate: Certificate, folder: Path, secret: str = _SHARED_SECRET
) -> AsyncIterator[Coturn]:
    """Run coturn on free ports of 127.0.0.1, its files in `folder`; credentials are made with `secret`."""
    port, tls_port = free_port(), free_port()
    options = {
        "listening-ip": "127.0.0.1",
        "relay-ip": "127.0.0.1",
        "listening-port": port,
        "tls-listening-port": tls_port,
        "static-auth-secret": secret,
        "realm": "turn.example.org",
        "cert": certificate.certificate,
        "pkey": certificate.key,
        "pidfile": folder / "turnserver.pid",
        "userdb": folder / "turndb",
        "log-file": "stdout",
        "relay-threads": 1,
    }
    switches = ["-n", "--no-cli", "--use-auth-secret", "--allow-loopback-peers"]
    arguments = [f"--{name}={value}" for name, value in options.items()]
    process = await asyncio.create_subprocess_exec(
        "turnserver",
        *switches,
        *arguments,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        # It listens on its TCP ports a little before it does on the UDP one.
        await until(lambda: accepts(port) and accepts(tls_port), "coturn's TCP ports", 60)
        await until(lambda: answers(port), "coturn's UDP port", 60)
        yield Coturn(port, tls_port, process, secret)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def accepts(port: int) -> bool:
    """Somebody listens on a TCP port of the loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(port: int) -> bool:
    """A STUN server answers on a UDP port of the loopback."""
    question = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.5)
        probe.connect(("127.0.0.1", port))
        try:
            probe.send(bytes(question))
            return bool(probe.recv(1_500))
        except OSError:  # nobody is there yet, or nothing came in time
            return False


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses at the moment, TCP and UDP."""
    with socket.socket() as probe, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as twin:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        twin.bind(("127.0.0.1", port))
        return port
