"""A meeting into the system's own calendar: the service's .ics in the downloads, opened there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices

from backend_client.client import BackendClient
from backend_client.errors import ApiError
from backend_client.models import Meeting
from desktop.system.downloads import save_download
from desktop.view_models.error_texts import text_for
from desktop.view_models.states import Tone

log = logging.getLogger(__name__)
translate = QCoreApplication.translate


async def put_into_calendar(
    client: BackendClient, meeting: Meeting, say: Callable[[str, Tone], None]
) -> None:
    """Save the meeting's .ics and hand it to the system's calendar.

    Args:
        client: the service.
        meeting: which.
        say: told what came of it.
    """
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation))
    try:
        content = await client.calendar_entry(meeting.id)
        path = await asyncio.to_thread(save_download, folder, f"{meeting.title}.ics", content)
    except ApiError as error:
        say(text_for(error.code).sentence, Tone.DANGER)
    except OSError as error:
        log.warning("a calendar file could not be written: %s", error.strerror)
        words = translate("CalendarFile", "The file could not be saved in {folder}.")
        say(words.format(folder=folder), Tone.DANGER)
    else:
        opened = QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
        words = (
            translate("CalendarFile", "{file} is in your downloads and opens in your calendar.")
            if opened
            else translate("CalendarFile", "{file} is in your downloads. Open it with your calendar.")
        )
        say(words.format(file=path.name), Tone.SUCCESS)
