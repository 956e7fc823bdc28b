"""Which proxy this process uses: said once, before the first connection, to every library at once.

HTTP (httpx) and signalling (websockets) both read the environment's proxy variables, so that is
where the choice goes. Connections to this machine itself never pass a proxy.
"""

from __future__ import annotations

import os
import sys
from urllib.parse import urlsplit

from desktop.system.setting_model import ProxyMode

_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_LOCAL = "localhost,127.0.0.1,::1"


def use_proxy(mode: ProxyMode, address: str, service_url: str) -> None:
    """Make the whole process use a proxy, or none.

    Args:
        mode: where the answer comes from.
        address: the proxy of the mode `manual`.
        service_url: for the mode `system` on Windows and macOS, whose proxy scripts answer by address.
    """
    if mode is ProxyMode.SYSTEM:
        address = _proxy_of_the_system(service_url)
        if not address:
            return
    if mode is ProxyMode.MANUAL and not address:
        return
    for name in _VARIABLES:
        os.environ.pop(name, None)
        os.environ.pop(name.upper(), None)
    if mode is ProxyMode.NONE:
        os.environ["no_proxy"] = os.environ["NO_PROXY"] = "*"
        return
    for name in ("http_proxy", "https_proxy"):
        os.environ[name] = os.environ[name.upper()] = address
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = _LOCAL


def _proxy_of_the_system(service_url: str) -> str:
    """What Windows or macOS answer for the service, their scripts (PAC) included; "" for none.

    On Linux the environment is the system's setting: the libraries read it themselves.
    """
    scripted = sys.platform in {"win32", "darwin"}
    if not scripted or any(os.environ.get(name) for name in _VARIABLES):
        return ""
    from PySide6.QtCore import QUrl  # noqa: PLC0415  (these two systems alone)
    from PySide6.QtNetwork import QNetworkProxy, QNetworkProxyFactory, QNetworkProxyQuery  # noqa: PLC0415

    if not urlsplit(service_url).hostname:
        return ""
    for found in QNetworkProxyFactory.systemProxyForQuery(QNetworkProxyQuery(QUrl(service_url))):
        if found.type() in (QNetworkProxy.ProxyType.HttpProxy, QNetworkProxy.ProxyType.HttpCachingProxy):
            return f"http://{found.hostName()}:{found.port()}"
        if found.type() is QNetworkProxy.ProxyType.NoProxy:
            return ""
    return ""
