"""The page of the official web client: bundled, and served on loopback."""

from __future__ import annotations

import functools
import http.server
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.official_clients.packages import NodePackages

PAGE = Path(__file__).resolve().parent / "page"


@contextmanager
def bundled_page(node_packages: NodePackages) -> Iterator[str]:
    """Serve the page with `openvidu-browser` in it; yields its address."""
    with tempfile.TemporaryDirectory(prefix="page-") as name:
        folder = Path(name)
        shutil.copy(PAGE / "index.html", folder)
        node_packages.bundle(PAGE / "main.js", folder / "main.js")
        with _served(folder) as url:
            yield url


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing: the page is fetched in every test."""


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    handler = functools.partial(_QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, name="page server")
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/index.html"
        finally:
            server.shutdown()
            thread.join()
