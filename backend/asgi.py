"""The service for an ASGI server of one's own choice, as a factory.

    uvicorn --factory backend.asgi:application --timeout-graceful-shutdown 10

Settings come from the environment and VISIO_CONFIG as for `python -m backend`, which is one line
shorter and tells open event streams to spread before it stops.
"""

from __future__ import annotations

from fastapi import FastAPI

from backend import logs
from backend.app import create_app
from backend.production import SettingsError, read_settings


def application() -> FastAPI:
    """The app.

    Raises:
        SettingsError: a setting is wrong; VISIO_PUBLIC_URL must be set, since the app does not know where
            it will listen.
    """
    logs.configure()
    settings = read_settings()
    if settings.public_url is None:
        raise SettingsError(
            "VISIO_PUBLIC_URL: missing; give the address under which the apps reach the service"
        )
    return create_app(settings)
