"""Hands one message to the mail server (SMTP, RFC 5321), and says whether it took it.

A message counts as sent once the server answered the end of DATA with 250. If the connection breaks
between that point and the answer, nobody can know: the message is handed over again, with the same
Message-ID, by which mail systems fold copies.
"""

from __future__ import annotations

import contextlib
import ssl
from email.message import EmailMessage
from typing import Protocol

import aiosmtplib

from backend.config import Settings
from backend.jobs import JobPostponedError

TIMEOUT_S = 30.0
"""For each answer of the server; the whole hand-over is limited by the lane of the mails."""
_QUIT_TIMEOUT_S = 2.0


class MailRefusedError(Exception):
    """The server will never take this message (5xx to the recipient or to the content).

    Attributes:
        smtp_code: its reply code; 0 when the address cannot even be written in SMTP.
    """

    def __init__(self, smtp_code: int) -> None:
        super().__init__(f"smtp {smtp_code}")
        self.smtp_code = smtp_code


class Post(Protocol):
    """Takes messages."""

    async def send(self, message: EmailMessage, recipient: str) -> None:
        """Return once the message is in safe hands.

        Raises:
            MailRefusedError: for good.
            JobPostponedError: not now.
        """


class SmtpPost:
    """The configured mail server; one connection per message."""

    def __init__(self, settings: Settings, *, timeout_s: float = TIMEOUT_S) -> None:
        """Prepare.

        Args:
            settings: with `smtp_host` and `mail_from`.
            timeout_s: for each answer.
        """
        assert settings.smtp_host is not None
        assert settings.mail_from is not None
        self._settings = settings
        self._host = settings.smtp_host
        self._sender = settings.mail_from
        self._timeout_s = timeout_s
        self._tls = (
            None
            if settings.smtp_security == "none"
            else ssl.create_default_context(
                cafile=None if settings.smtp_ca is None else str(settings.smtp_ca)
            )
        )

    async def send(self, message: EmailMessage, recipient: str) -> None:
        """Hand one message over. Server replies are named by code alone: their text holds addresses.

        Raises:
            MailRefusedError: 5xx to the recipient or to the content.
            JobPostponedError: everything else that failed: 4xx, no connection, a wrong certificate, a
                refused log-in or sender (the configuration's fault, not this message's).
        """
        security = self._settings.smtp_security
        password = self._settings.smtp_password
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._settings.smtp_port,
            username=self._settings.smtp_user,
            password=None if password is None else password.get_secret_value(),
            timeout=self._timeout_s,
            use_tls=security == "tls",
            start_tls=security == "starttls",
            tls_context=self._tls,
        )
        try:
            await client.connect()
            await client.send_message(message, sender=self._sender, recipients=[recipient])
            # It is in the server's hands: whatever happens to the farewell changes nothing.
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=_QUIT_TIMEOUT_S)
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPDataError) as error:
            code = (
                error.recipients[0].code
                if isinstance(error, aiosmtplib.SMTPRecipientsRefused)
                else error.code
            )
            raise (MailRefusedError(code) if code >= 500 else JobPostponedError(f"smtp {code}")) from None
        except aiosmtplib.SMTPResponseException as error:
            raise JobPostponedError(f"{type(error).__name__} {error.code}") from None
        except aiosmtplib.SMTPNotSupported:
            # An address beyond ASCII at a server without SMTPUTF8, or a server without the demanded TLS.
            if not recipient.isascii() and client.is_connected:
                raise MailRefusedError(0) from None
            raise JobPostponedError("SMTPNotSupported") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise JobPostponedError(type(error).__name__) from None
        finally:
            client.close()
