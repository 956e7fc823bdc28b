"""Starting and stopping, with and without TLS."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from pathlib import Path

import aiohttp
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from openvidu_local.model import Connection
from openvidu_local.options import Options, Timing
from openvidu_local.server import OpenViduServer
from tests.openvidu_local.conftest import Joiner
from tests.openvidu_local.wire_client import OFFER, until
from tests.support.openvidu import OpenViduRest, openvidu_server


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "openvidu-local")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate_file, key_file


async def test_tls(tmp_path: Path) -> None:
    """`https` for REST, `wss` in tokens, one certificate for both."""
    certificate, key = self_signed(tmp_path)
    context = ssl.create_default_context(cafile=str(certificate))
    async with OpenViduServer(Options(certificate=certificate, key=key)) as server:
        assert server.url.startswith("https://")
        auth = httpx.BasicAuth("OPENVIDUAPP", server.secret)
        base = f"{server.url}/openvidu/api"
        async with httpx.AsyncClient(base_url=base, auth=auth, verify=context, trust_env=False) as http:
            await http.post("/sessions", json={"customSessionId": "room"})
            token = (await http.post("/sessions/room/connection", json={})).json()["token"]
        assert token.startswith("wss://127.0.0.1:")
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{token.split('?')[0]}/openvidu", ssl=context) as websocket,
        ):
            await websocket.send_json({"jsonrpc": "2.0", "id": 1, "method": "ping"})
            assert (await websocket.receive_json())["result"] == {"value": "pong"}


async def test_public_host_is_written_into_tokens() -> None:
    async with OpenViduServer(Options(public_host="visio.test")) as server:
        assert server.url.startswith("http://visio.test:")


async def test_a_taken_port_is_an_error() -> None:
    async with openvidu_server() as first:
        port = int(first.url.rpartition(":")[2])
        second = OpenViduServer(Options(port=port))
        with pytest.raises(OSError, match="address already in use"):
            await second.start()
        await second.stop()


async def test_stopping_closes_sockets_and_endpoints(join: Joiner, server: OpenViduServer) -> None:
    """Clients get a close frame, and stopping twice is fine."""
    client = await join()
    params = {"sdpOffer": OFFER, "doLoopback": False, "hasAudio": True, "hasVideo": False}
    await client.call("publishVideo", params)
    await server.stop()
    assert await client.closed() == 1001
    assert server.relay.open_count == 0
    await server.stop()


async def test_garbage_is_collected_in_time() -> None:
    timing = Timing(garbage_interval_s=0.02, garbage_age_s=0.0)
    async with openvidu_server(timing=timing) as server, OpenViduRest(server.url) as rest:
        await rest.create_session("unused")
        await until(lambda: not server.rooms.sessions, "the session is collected")


@pytest.mark.parametrize(
    ("secure", "port", "address"),
    [
        (True, 443, "https://visio.test"),
        (True, 4443, "https://visio.test:4443"),
        (False, 443, "http://visio.test:443"),
    ],
)
def test_the_usual_port_is_not_named(secure: bool, port: int, address: str) -> None:
    """Nor is it in tokens, which begin with this address."""
    file = Path("certificate.pem") if secure else None
    server = OpenViduServer(Options(public_host="visio.test", certificate=file, key=file))
    server._port = port  # binding 443 takes rights that tests do not have
    assert server.url == address
    session = server.rooms.create_session({}, custom_id="room", codec="NONE")
    connection = Connection(session=session)
    server.rooms.add_pending(connection)
    assert (connection.token or "").startswith(
        f"{address.replace('http', 'ws', 1)}?sessionId=room&token=tok_"
    )
