"""The links that carry codes, and the page behind the web's."""

from __future__ import annotations

import base64
import hashlib
import re

from backend.accounts.links import app_link, new_code, web_link
from tests.support.http import client_without_tls
from tests.support.service import RunningService


def test_links_carry_the_code() -> None:
    """The web's behind the #, which no server and no log ever sees."""
    code = new_code()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", code)
    assert app_link("invite", code) == f"mikl://invite/{code}"
    assert web_link("https://visio.example/", "reset", code) == f"https://visio.example/reset#{code}"


async def test_the_page_runs_its_own_script_and_nothing_else(service: RunningService) -> None:
    """The policy names the digest of exactly the script that is in the page."""
    async with client_without_tls(service.url) as http:
        for path in ("/invite", "/reset"):
            answer = await http.get(path)
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
            script = re.search(r"<script>(.*)</script>", answer.text)
            assert script is not None
            digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
            assert f"script-src 'sha256-{digest}'" in answer.headers["content-security-policy"]
