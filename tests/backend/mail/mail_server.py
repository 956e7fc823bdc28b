"""A real SMTP server (aiosmtpd) on loopback that does as it is told."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LOGIN = ("visio", "post-s3cret")


@dataclass
class MailServer:
    """What it does, and what it got.

    Attributes:
        replies: replies to the end of DATA, one each; then 250. "drop" takes the message and cuts the
            connection, "hang" never answers.
        recipient_replies: the same for RCPT.
        taken: messages it has, in order.
        encrypted: for each message, whether it came by TLS.
    """

    port: int = 0
    replies: list[str] = field(default_factory=list)
    recipient_replies: list[str] = field(default_factory=list)
    taken: list[EmailMessage] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """A command RCPT."""
        if self.recipient_replies:
            return self.recipient_replies.pop(0)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """The end of a DATA."""
        reply = self.replies.pop(0) if self.replies else "250 OK"
        if reply == "hang":
            await asyncio.Event().wait()
        if reply in {"drop", "250 OK"}:
            message = message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
            self.encrypted.append(
                session.ssl is not None or server.transport.get_extra_info("cipher") is not None
            )
        if reply == "drop":
            server.transport.abort()
        return reply


@asynccontextmanager
async def mail_server(
    certificate: Path | None = None, *, tls_at_once: bool = False, login: bool = False
) -> AsyncIterator[MailServer]:
    """The server, as long as the block.

    Args:
        certificate: PEM of its key and certificate; offers STARTTLS with it.
        tls_at_once: TLS from the first byte instead.
        login: demands `LOGIN`.
    """
    state = MailServer()
    context: ssl.SSLContext | None = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        right = (data.login.decode(), data.password.decode()) == LOGIN
        return AuthResult(success=right, handled=False)

    def connection() -> SMTP:
        with warnings.catch_warnings():
            # It does not count TLS from the first byte as TLS.
            warnings.filterwarnings("ignore", "Requiring AUTH")
            return SMTP(
                state,
                hostname="mail.test",
                tls_context=None if tls_at_once else context,
                require_starttls=False,
                auth_required=login,
                auth_require_tls=not tls_at_once,
                authenticator=authenticate if login else None,
                enable_SMTPUTF8=True,
            )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(connection, "127.0.0.1", 0, ssl=context if tls_at_once else None)
    state.port = server.sockets[0].getsockname()[1]
    before = asyncio.all_tasks()
    try:
        yield state
    finally:
        server.close()
        await server.wait_closed()
        left = [
            task
            for task in asyncio.all_tasks() - before
            if "SMTP._handle_client" in str(task.get_coro()) and not task.done()
        ]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


def make_certificate(path: Path) -> Path:
    """A key and its own certificate for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
