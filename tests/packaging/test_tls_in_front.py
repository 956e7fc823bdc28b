"""Caddy and nginx, each with the configuration that is shipped, in front of the real service."""

from __future__ import annotations

import asyncio
import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from backend.demo_accounts import PASSWORD
from tests.backend.mail.mail_server import make_certificate
from tests.backend.people import ALICE
from tests.packaging.test_server import SERVER, free_port, need
from tests.support.service import TestDatabase, database, postgres_cluster, running_service

__all__ = ["database", "postgres_cluster"]


@contextmanager
def running(*command: str | Path, environment: dict[str, str] | None = None) -> Iterator[None]:
    """A program that is ended by SIGTERM."""
    with subprocess.Popen(
        list(map(str, command)),
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def nginx(upstream: str, folder: Path) -> Iterator[str]:
    """Nginx with the shipped file: other ports, another certificate, otherwise as it is."""
    certificate = folder / "own.pem"
    make_certificate(certificate)
    plain, secure = free_port(), free_port()
    text = (SERVER / "nginx.conf").read_text()
    for before, after in (
        ("127.0.0.1:8000", upstream),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{secure} ssl http2;"),
        ("/etc/mikl-visio/tls/fullchain.pem", str(certificate)),
        ("/etc/mikl-visio/tls/privkey.pem", str(certificate)),
    ):
        assert before in text
        text = text.replace(before, after)
    text = "\n".join(line for line in text.splitlines() if "listen [::]" not in line)
    (folder / "site.conf").write_text(text)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}"
        f" http {{ {temporary} access_log off; include {folder}/site.conf; }}"
    )
    program: list[str | Path] = [
        need("nginx"),
        "-c",
        folder / "nginx.conf",
        "-p",
        folder,
        "-e",
        folder / "error.log",
    ]
    checked = subprocess.run([*map(str, program), "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr
    with running(*program):
        yield f"https://127.0.0.1:{secure}"


@contextmanager
def caddy(upstream: str, folder: Path) -> Iterator[str]:
    """Caddy with the shipped file; its own authority signs for localhost."""
    program = need("caddy")
    port = free_port()
    text = (SERVER / "Caddyfile").read_text()
    # Nothing on port 80, and no attempt to make this machine trust the authority.
    text = text.replace("{\n", "{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n", 1)
    (folder / "Caddyfile").write_text(text)
    environment = {
        "VISIO_DOMAIN": f"https://localhost:{port}",
        "VISIO_UPSTREAM": upstream,
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
    }
    command = (program, "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile")
    with running(*command, environment=environment):
        yield f"https://localhost:{port}"


async def _answers(http: httpx.AsyncClient) -> None:
    """Wait until the proxy is up and has its certificate."""
    async with asyncio.timeout(20):
        while True:
            try:
                answer = await http.get("/livez")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
                continue
            if answer.status_code == 200:
                return
            await asyncio.sleep(0.05)


def unverified() -> ssl.SSLContext:
    """The certificate is one of the test's own."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@pytest.mark.parametrize("proxy", [nginx, caddy], ids=["nginx", "caddy"])
async def test_the_service_behind_tls(proxy: object, database: TestDatabase, tmp_path: Path) -> None:
    """Log-in, live events at once, nothing of the monitoring outside, the app's address as it is."""
    assert proxy in (nginx, caddy)
    need("nginx" if proxy is nginx else "caddy")
    with running_service(database, trusted_proxies="127.0.0.1") as service:
        upstream = service.url.removeprefix("http://")
        with (nginx if proxy is nginx else caddy)(upstream, tmp_path) as url:
            async with httpx.AsyncClient(
                base_url=url, verify=unverified(), trust_env=False, timeout=10
            ) as http:
                await _answers(http)
                claimed = {"X-Forwarded-For": "203.0.113.9"}
                login = await http.post(
                    "/v1/auth/login", json={"email": ALICE, "password": PASSWORD}, headers=claimed
                )
                token = login.raise_for_status().json()["access_token"]
                signed_in = {"Authorization": f"Bearer {token}"}
                assert login.headers["Strict-Transport-Security"]
                sessions = (await http.get("/v1/auth/sessions", headers=signed_in)).json()["items"]
                assert len(sessions) == 1
                for path in ("/readyz", "/metrics"):
                    assert (await http.get(path)).status_code == 404
                too_large = await http.post("/v1/auth/login", content=b"x" * 200_000)
                # 502 where the proxy was still sending when the service had refused and hung up.
                assert too_large.status_code in {413, 502}
                async with http.stream("GET", "/v1/events", headers=signed_in) as stream:
                    assert stream.status_code == 200
                    async for line in stream.aiter_lines():
                        if line == "event: reset":
                            break
    address = database.admin("select last_address from private.sessions")[0]["last_address"]
    assert address == "127.0.0.1", "what a stranger claims about his address is not believed"
    shutil.rmtree(tmp_path / "data", ignore_errors=True)
