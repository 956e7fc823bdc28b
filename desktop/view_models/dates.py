"""Days, hours and durations in words, for one language and one zone.

Babel knows the languages; this file knows which form is used where.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time, format_timedelta, get_timezone_name
from babel.numbers import format_decimal
from PySide6.QtCore import QCoreApplication, QTimeZone


def system_zone() -> ZoneInfo:
    """The machine's zone with its rules: an offset alone is wrong beyond the next clock change."""
    name = bytes(QTimeZone.systemTimeZoneId().data()).decode()
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        # A container without /etc/localtime reports no name; UTC is what such a machine shows anyway.
        return ZoneInfo("UTC")


class Dates:
    """Formats instants for one reader.

    Args:
        locale: the reader's language.
        zone: the reader's zone; every instant is shown in it.
    """

    def __init__(self, locale: Locale, zone: tzinfo) -> None:
        self.locale = locale
        self.zone = zone

    def hour(self, instant: datetime) -> str:
        """`14:05`, in both languages: 24 hours, as the lists show them."""
        return format_time(instant, "HH:mm", tzinfo=self.zone, locale=self.locale)

    def hours(self, start: datetime, minutes: int) -> str:
        """`14:00–15:00`."""
        return f"{self.hour(start)}–{self.hour(start + timedelta(minutes=minutes))}"

    def day(self, instant: datetime, *, now: datetime) -> str:
        """`lundi 23 novembre`, with the year when it is not this one."""
        local, today = instant.astimezone(self.zone), now.astimezone(self.zone)
        pattern = "EEEE d MMMM" if self.locale.language == "fr" else "EEEE, MMMM d"
        if local.year != today.year:
            pattern += " y" if self.locale.language == "fr" else ", y"
        return format_date(local.date(), pattern, locale=self.locale)

    def short_day(self, instant: datetime) -> str:
        """`lun. 23 nov.`: for rows of days other than today and tomorrow."""
        pattern = "EEE d MMM" if self.locale.language == "fr" else "EEE, MMM d"
        return format_date(instant.astimezone(self.zone).date(), pattern, locale=self.locale)

    def short_day_with_year(self, instant: datetime, *, now: datetime) -> str:
        """`lun. 23 nov.`, and `lun. 23 nov. 2025` when it is not this year."""
        local = instant.astimezone(self.zone)
        short = self.short_day(instant)
        if local.year == now.astimezone(self.zone).year:
            return short
        return f"{short} {local.year}" if self.locale.language == "fr" else f"{short}, {local.year}"

    def month(self, instant: datetime) -> str:
        """`Mars 2026`."""
        name = format_date(instant.astimezone(self.zone).date(), "LLLL y", locale=self.locale)
        return name[:1].upper() + name[1:]

    def language_name(self, code: str) -> str:
        """`Français`, `English`: each in the reader's own language, with a capital."""
        try:
            name = Locale.parse(code, sep="-").get_display_name(self.locale) or code
        except (UnknownLocaleError, ValueError):
            name = code
        return name[:1].upper() + name[1:]

    def exact(self, instant: datetime) -> str:
        """The whole truth for tooltips: `lundi 23 novembre 2026 à 14:00:00 (heure : France)`."""
        moment = format_datetime(instant, "full", tzinfo=self.zone, locale=self.locale)
        return moment if self.zone_name(instant) in moment else f"{moment} ({self.zone_name(instant)})"

    def zone_name(self, instant: datetime) -> str:
        """Name of the zone as people say it: `heure normale d’Europe centrale`."""
        return get_timezone_name(instant.astimezone(self.zone), locale=self.locale)

    def elsewhere(self, instant: datetime, zone_name: str, whose: str, *, minutes: int = 0) -> str:
        """`Chez Alice : 08:00, heure normale de l’Est nord-américain`, "" where the clocks agree.

        Args:
            instant: when.
            zone_name: IANA name of the other zone; an unknown one says nothing.
            whose: first name of who lives there.
            minutes: a length, to show hours from to.
        """
        try:
            there = Dates(self.locale, ZoneInfo(zone_name))
        except (ValueError, KeyError, OSError):
            return ""
        if instant.astimezone(there.zone).utcoffset() == instant.astimezone(self.zone).utcoffset():
            return ""
        return QCoreApplication.translate("Dates", "For {name}: {hours}, {zone}").format(
            name=whose,
            hours=there.hours(instant, minutes) if minutes else there.hour(instant),
            zone=there.zone_name(instant),
        )

    def duration(self, seconds: int) -> str:
        """`52 min`, `1 h 05`; under a minute `40 s`."""
        if seconds < 60:
            return f"{max(seconds, 0)}\u00a0s"
        minutes = round(seconds / 60)
        if minutes < 60:
            return f"{minutes}\u00a0min"
        return (
            f"{minutes // 60}\u00a0h\u00a0{minutes % 60:02d}" if minutes % 60 else f"{minutes // 60}\u00a0h"
        )

    def decimal(self, value: float) -> str:
        """`4,3` or `4.3`: one place."""
        return format_decimal(value, "0.0", locale=self.locale)

    def relative(self, instant: datetime, *, now: datetime) -> str:
        """`dans 25 min`, `dans 2 h`; "" when the instant is over 24 hours away or already past."""
        ahead = instant - now
        if not timedelta(0) < ahead < timedelta(hours=24):
            return ""
        # Rounded up to the minute: "in 0 min" helps nobody.
        minutes = max(1, -(-int(ahead.total_seconds()) // 60))
        return format_timedelta(
            timedelta(minutes=minutes), threshold=1, add_direction=True, format="short", locale=self.locale
        )

    def elapsed(self, seconds: int) -> str:
        """`12:05` or `1:02:05`: a running counter, the same width each second."""
        seconds = max(seconds, 0)
        hours, rest = divmod(seconds, 3600)
        return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60:02d}:{rest % 60:02d}"
