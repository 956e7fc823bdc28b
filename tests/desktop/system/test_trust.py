"""Certificates that are trusted: against a real TLS server that signed its own."""

from __future__ import annotations

import argparse
import asyncio
import ssl
from pathlib import Path

import pytest

from desktop.system.settings import SettingsError, add_arguments, load_settings, save_user_settings
from desktop.system.trust import trust_context
from resources.brand import HUB
from tests.desktop.rtc.ice_peers import Certificate, make_certificate

URL = "https://visio.example.org"


async def greeted(files: Certificate, context: ssl.SSLContext, name: str = "localhost") -> bool:
    """Whether a client with this context speaks to a server with that certificate."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        await writer.drain()
        writer.close()

    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(files.certificate, files.key)
    async with await asyncio.start_server(greet, "127.0.0.1", 0, ssl=serving) as server:
        port = server.sockets[0].getsockname()[1]
        try:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port, ssl=context, server_hostname=name
            )
        except ssl.SSLCertVerificationError:
            return False
        heard = await reader.read()
        writer.close()
        await writer.wait_closed()
        return heard == b"hello"


async def test_a_certificate_is_trusted_only_when_named(tmp_path: Path) -> None:
    """And only that one, and only for its own name."""
    (tmp_path / "theirs").mkdir()
    (tmp_path / "other").mkdir()
    theirs, other = make_certificate(tmp_path / "theirs"), make_certificate(tmp_path / "other")
    assert not await greeted(theirs, trust_context(None))
    assert not await greeted(theirs, trust_context(other.certificate))
    assert await greeted(theirs, trust_context(theirs.certificate))
    assert not await greeted(theirs, trust_context(theirs.certificate), "visio.example.org")


def test_the_setting(tmp_path: Path) -> None:
    """By argument or in the user's file; a file that is none stops the start when it was typed."""
    files = make_certificate(tmp_path)
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    named = ["--backend", URL, "--profile", str(tmp_path), "--trusted-certificate"]
    typed = parser.parse_args([*named, str(files.certificate)])
    no_policy = tmp_path / "no policy"
    assert load_settings(HUB, typed, policy_file=no_policy).settings.trusted_certificate == files.certificate
    save_user_settings(tmp_path / "settings.json", {"trusted_certificate": str(files.certificate)})
    saved = load_settings(HUB, {"backend_url": URL, "profile": tmp_path}, policy_file=no_policy)
    assert saved.settings.trusted_certificate == files.certificate
    for path in (tmp_path / "nothing.pem", files.key):
        with pytest.raises(SettingsError, match="--trusted-certificate"):
            load_settings(HUB, parser.parse_args([*named, str(path)]), policy_file=no_policy)
