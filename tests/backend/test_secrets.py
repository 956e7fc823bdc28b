"""A whole day at the service as a program: nothing secret in what it writes, nor in the list of processes."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from psycopg.conninfo import conninfo_to_dict

from backend.demo_accounts import PASSWORD
from tests.backend.people import ALICE, BOB, MIKL, plan, signed_in
from tests.support.fake_openvidu import SECRET, FakeOpenVidu
from tests.support.http import client_without_tls
from tests.support.service import TestDatabase
from tests.support.service_process import service_process

NEW_PASSWORD = "sept-girafes-mangent-du-riz"
WRONG_PASSWORD = "almost-her-password-7531"
HOOK_SECRET = "hook-9f2b7c41d8e05a63"
REFRESH_KEY = "refresh-key-Zk3nQ8vLw0Rt5YbCxPd7Uf2Gh"
TOTP_KEY = "totp-key-b8Nw2Qm6Xc1Vt9Zr4Ls7Kd3Jp0"
TITLE = "Licenciement de Zorglub"
FORGED = 'Zorro\r\n{"event": "request", "level": "error", "forged": true}\n\x1b[31mred\x1b[0m'


@pytest.fixture
async def day(database: TestDatabase, openvidu: FakeOpenVidu) -> tuple[str, list[str], set[str]]:
    """What the service wrote, its command lines, and everything that must not be in either."""
    secrets: set[str] = {
        PASSWORD,
        NEW_PASSWORD,
        WRONG_PASSWORD,
        HOOK_SECRET,
        REFRESH_KEY,
        TOTP_KEY,
        SECRET,
        TITLE,
    }
    secrets |= {ALICE, BOB, MIKL, "new@demo.visio", "not-there@demo.visio"}
    for dsn in (database.api_dsn, database.jobs_dsn):
        secrets.add(str(conninfo_to_dict(dsn)["password"]))
    with service_process(
        database,
        openvidu_url=openvidu.url,
        openvidu_secret=SECRET,
        openvidu_webhook_secret=HOOK_SECRET,
        refresh_key=REFRESH_KEY,
        totp_key=TOTP_KEY,
        job_poll_s=0.1,
        # Nobody listens there: every mail fails, and is told of.
        smtp_host="127.0.0.1",
        smtp_port=9,
        smtp_security="none",
        mail_from="visio@demo.visio",
    ) as service:
        async with signed_in(service.url, MIKL) as mikl, signed_in(service.url, ALICE) as alice:
            for person in (mikl, alice):
                secrets |= {person.refresh_token, person.http.headers["Authorization"].partition(" ")[2]}
            meeting = await plan(mikl, database.client_id(ALICE), title=TITLE)
            path = f"/meetings/{meeting['id']}"
            await mikl.http.put(f"/v1{path}/note", json={"body": TITLE})
            await mikl.post(f"{path}/start")
            for _ in range(2):
                address = (await alice.post(f"{path}/token")).json()["token"]
                secrets.add(urlsplit(address).query.rpartition("token=")[2])
            openvidu.status = 500
            assert (await alice.post(f"{path}/token")).status_code == 503
            openvidu.status = None
            invited = await mikl.post(
                "/clients", {"email": "new@demo.visio", "full_name": FORGED.replace("\r\n", " ")}
            )
            assert invited.status_code == 201, invited.text
            code = invited.json()["invite"]["web_link"].partition("#")[2]
            secrets.add(code)
            await alice.http.patch("/v1/me", json={"full_name": FORGED})
            enrolled = await mikl.post("/auth/totp/enrol")
            secrets |= set(enrolled.json()["recovery_codes"])
            secrets.add(re.findall(r"secret=([A-Z2-7]+)", enrolled.json()["otpauth_uri"])[0])
            async with client_without_tls(service.url) as http:
                for email, password in ((ALICE, WRONG_PASSWORD), ("not-there@demo.visio", WRONG_PASSWORD)):
                    await http.post("/v1/auth/login", json={"email": email, "password": password})
                await http.post("/v1/auth/password-reset", json={"email": ALICE})
                accepted = await http.post(
                    "/v1/auth/invites/accept",
                    json={"code": code, "password": NEW_PASSWORD, "full_name": "New"},
                )
                tokens = accepted.json()
                secrets |= {tokens["access_token"], tokens["refresh_token"]}
                again = await http.post("/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
                secrets |= {again.json()["access_token"], again.json()["refresh_token"]}
                # Where people put things that do not belong there.
                await http.get(f"/v1/meetings?access_token={tokens['access_token']}&email={ALICE}")
                await http.get(f"/v1/{ALICE}/{tokens['refresh_token']}")
                await http.get("/v1/meetings", headers={"User-Agent": f"{FORGED.splitlines()[0]} {ALICE}"})
                await http.post(
                    "/v1/webhooks/openvidu",
                    json={"event": "participantJoined", "timestamp": 1, "clientData": TITLE},
                    headers={"Authorization": f"Bearer {HOOK_SECRET}x"},
                )
            await mikl.post(f"{path}/end")
            # A defect: its stack is written, and must not quote the request.
            database.admin("drop function public.update_me(text, text, text)")
            assert (await alice.http.patch("/v1/me", json={"full_name": TITLE})).status_code == 500
        commands = [" ".join(psutil.Process(service.process_id).cmdline())]
        assert service.stop() == 0
        return service.log, commands, secrets


def test_nothing_secret_is_written(day: tuple[str, list[str], set[str]]) -> None:
    """No issued token, code, password, key, address or title; though every kind of line was."""
    log, commands, secrets = day
    assert len(secrets) > 30
    assert [secret for secret in secrets if secret in log] == []
    assert [secret for secret in secrets if any(secret in line for line in commands)] == []
    for kind in ("request failed unexpectedly", "openvidu refused", '"route": "/v1/auth/login"'):
        assert kind in log


def test_nobody_writes_lines_of_his_own(day: tuple[str, list[str], set[str]]) -> None:
    """Names with line ends and terminal commands: each line is one JSON object, ours."""
    log, _, _ = day
    lines: list[dict[str, Any]] = [json.loads(line) for line in log.splitlines()]
    assert len(lines) > 20
    assert not [line for line in lines if "forged" in line]
    assert "\x1b" not in log
    ids = {line["request_id"] for line in lines if "request_id" in line}
    assert len(ids) > 15
