"""One-time codes and the links that carry them.

mikl://invite/<code>            opens the app
<public URL>/invite#<code>      opens a page that opens the app; the part behind # never travels
                                to a server, so no log between here and there holds a code
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Literal

from fastapi import APIRouter, Response

from resources.brand import PARTICIPANT, URL_SCHEME

Purpose = Literal["invite", "reset"]

router = APIRouter(include_in_schema=False)


def new_code() -> str:
    """A code that cannot be guessed: 256 bits, safe in addresses."""
    return secrets.token_urlsafe(32)


def app_link(purpose: Purpose, code: str) -> str:
    """The link that opens the app."""
    return f"{URL_SCHEME}://{purpose}/{code}"


def web_link(public_url: str, purpose: Purpose, code: str) -> str:
    """The link for mail programs that refuse unknown schemes; opens `page`."""
    return f"{public_url.rstrip('/')}/{purpose}#{code}"


_SCRIPT = (
    "var c=location.hash.slice(1),p=location.pathname.split('/').pop();"
    f"if(/^[A-Za-z0-9_-]+$/.test(c)){{var l='{URL_SCHEME}://'+p+'/'+c;"
    "document.getElementById('open').href=l;location.href=l}"
)
_STYLE = (
    "body{font:1.1rem/1.6 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem;"
    "color-scheme:light dark}"
    "a{display:inline-block;padding:.7rem 1.2rem;border:2px solid;border-radius:.5rem;text-decoration:none}"
)
_PAGE = (
    "<!doctype html><html lang=fr><head><meta charset=utf-8>"
    "<meta name=viewport content='width=device-width,initial-scale=1'>"
    "<meta name=referrer content=no-referrer>"
    f"<title>{PARTICIPANT.name}</title><style>{_STYLE}</style></head><body>"
    f"<h1>{PARTICIPANT.name}</h1>"
    f"<p><a id=open href='#'>Ouvrir {PARTICIPANT.name}</a></p>"
    "<p>Si rien ne s’ouvre, installez d’abord l’application, puis cliquez à nouveau.</p>"
    f"<p lang=en>Nothing opens? Install {PARTICIPANT.name} first, then click again.</p>"
    f"<script>{_SCRIPT}</script></body></html>"
)


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        f"default-src 'none'; script-src {_source(_SCRIPT)}; style-src {_source(_STYLE)};"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}


@router.get("/invite")
@router.get("/reset")
async def page() -> Response:
    """The page behind a web link: the same for everybody, since the code stays in the browser."""
    return Response(_PAGE, media_type="text/html; charset=utf-8", headers=_HEADERS)
