"""Quality in words: how good, whose side spoils it, what to do; and figures for support."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from babel.numbers import format_decimal, format_percent
from PySide6.QtCore import QObject

from desktop.rtc.state import ParticipantState, Quality, QualityReason, QualityWord, RoomState, StreamKind
from desktop.rtc.statistics import KindStatistics, RoomStatistics, StreamStatistics
from desktop.view_models.dates import Dates
from desktop.view_models.names import with_name
from desktop.view_models.room_part import RoomPart
from desktop.view_models.room_states import StatisticsState, StreamFigures
from desktop.view_models.tasks import OnUnexpected

LOOK_S = 1.0
"""Between two looks; the figures are of one second."""
OWN_STREAM = ""


class QualityWords(QObject):
    """Puts a judgement of quality into words."""

    def word(self, quality: Quality) -> str:
        """What to say beside a name; a good connection needs no word."""
        if quality.word is QualityWord.LOST:
            # On the other side there is nothing to do but to wait: their app is at it.
            return self.tr("Connection lost") if quality.ours else self.tr("Reconnecting…")
        if quality.word is QualityWord.POOR:
            if quality.reason is QualityReason.COMPUTER:
                return self.tr("Computer too slow")
            return self.tr("Weak connection")
        return ""

    def sentence(self, quality: Quality, name: str) -> str:
        """How good it is, and whose side spoils it; `name` is "" for our own stream."""
        words = {
            QualityWord.EXCELLENT: self.tr("Connection: excellent"),
            QualityWord.GOOD: self.tr("Connection: good"),
            QualityWord.POOR: self.tr("Connection: weak"),
            QualityWord.LOST: self.tr("Connection: lost"),
        }
        word = words[quality.word]
        if quality.reason is None:
            return word
        if quality.reason is QualityReason.COMPUTER:
            side = self.tr("your computer") if quality.ours else self.tr("the computer of {name}")
        else:
            side = self.tr("on your side") if quality.ours else self.tr("on the side of {name}")
        return f"{word} ({with_name(side, name)})"

    def advice(self, quality: Quality, name: str) -> str:
        """What to do about it, "" while nothing has to be done."""
        if quality.word < QualityWord.POOR or quality.reason is None:
            return ""
        if not quality.ours:
            return with_name(self.tr("Nothing to do on your side: it comes from {name}."), name)
        if quality.reason is QualityReason.COMPUTER:
            return self.tr("Close other programs, or choose “Spare the computer” in the menu.")
        return self.tr("Go nearer to the Wi-Fi or take a cable; stop downloads; or choose “Sound only”.")


class StatisticsViewModel(RoomPart[StatisticsState]):
    """The figures of every stream, looked at once a second while somebody reads them.

    Args:
        words: for the judgements.
        dates: knows the reader's language.
    """

    def __init__(
        self,
        words: QualityWords,
        dates: Callable[[], Dates],
        *,
        on_unexpected: OnUnexpected | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(StatisticsState(), on_unexpected, parent)
        self._words = words
        self._dates = dates
        self._room_state = RoomState()
        self._open = False

    def take_state(self, state: RoomState) -> None:
        """Who is there, and how good."""
        self._room_state = state

    def set_open(self, open_: bool) -> None:
        """The panel is on screen, or not."""
        if open_ and not self._open:
            self._scope.start(self._look(), name="statistics")
        self._open = open_

    async def _look(self) -> None:
        await asyncio.sleep(0)
        while self._open:
            if self._room is not None:
                self._show(await self._room.statistics())
            await asyncio.sleep(LOOK_S)

    # ------------------------------------------------------------------ words

    def _show(self, statistics: RoomStatistics) -> None:
        state = self._room_state
        figures: list[StreamFigures] = []
        lines: list[str] = []
        own = statistics.streams.get(OWN_STREAM)
        if own is not None:
            figures.append(self._figures(self.tr("You"), "", state.own_quality, own))
            lines += self._report("own", state.own_quality, own)
        for number, person in enumerate(state.participants, 1):
            for stream in person.streams:
                seen = statistics.streams.get(stream.stream_id)
                if seen is None:
                    continue
                screen = stream.kind is StreamKind.SCREEN
                title = self._title(person, screen=screen)
                figures.append(self._figures(title, person.name, person.quality, seen))
                name = f"person {number}{' screen' if screen else ''}"
                lines += self._report(name, person.quality, seen)
        self._set(streams=tuple(figures), report="\n".join(lines))

    def _title(self, person: ParticipantState, *, screen: bool) -> str:
        return with_name(self.tr("Screen of {name}"), person.name) if screen else person.name

    def _figures(self, title: str, name: str, quality: Quality, seen: StreamStatistics) -> StreamFigures:
        return StreamFigures(
            title,
            self._words.sentence(quality, name),
            self._words.advice(quality, name),
            tuple(self._rows(seen)),
        )

    def _rows(self, seen: StreamStatistics) -> list[tuple[str, str]]:
        rows: list[tuple[str, str]] = []
        if seen.video is not None:
            rows.append((self.tr("Picture"), self._rate(seen.video)))
            size = f"{seen.video.width_px}×{seen.video.height_px}" if seen.video.width_px else ""
            per_second = self.tr("{rate} pictures/s").format(
                rate=self._number(seen.video.frame_rate, "#,##0")
            )
            rows.append((self.tr("Frame rate"), " · ".join(part for part in (per_second, size) if part)))
        if seen.audio is not None:
            rows.append((self.tr("Sound"), self._rate(seen.audio)))
        kinds = [kind for kind in (seen.audio, seen.video) if kind is not None]
        if kinds:
            loss = format_percent(max(kind.loss for kind in kinds), "0.0 %", locale=self._dates().locale)
            rows.append((self.tr("Lost packets"), loss))
        jitters = [kind.jitter_s for kind in kinds if kind.jitter_s is not None]
        if jitters:
            rows.append((self.tr("Jitter"), self._milliseconds(max(jitters))))
        if seen.round_trip_s is not None:
            rows.append((self.tr("There and back"), self._milliseconds(seen.round_trip_s)))
        if seen.candidates is not None:
            rows.append((self.tr("Path"), " → ".join(seen.candidates)))
        return rows

    def _rate(self, kind: KindStatistics) -> str:
        return f"{self._number(kind.bitrate_bps / 1000, '#,##0')}\u00a0kbit/s"

    def _milliseconds(self, seconds: float) -> str:
        return f"{self._number(seconds * 1000, '#,##0')}\u00a0ms"

    def _number(self, value: float, pattern: str) -> str:
        return format_decimal(value, pattern, locale=self._dates().locale)

    @staticmethod
    def _report(name: str, quality: Quality, seen: StreamStatistics) -> list[str]:
        """Lines for support: figures with units, nobody's name or address."""
        reason = quality.reason.value if quality.reason is not None else "-"
        side = "ours" if quality.ours else "theirs"
        lines = [f"[{name}] {quality.word.name.lower()} ({reason}, {side})"]
        for kind_name, kind in (("audio", seen.audio), ("video", seen.video)):
            if kind is None:
                continue
            jitter = "-" if kind.jitter_s is None else f"{kind.jitter_s * 1000:.0f}"
            size = f" {kind.width_px}x{kind.height_px}" if kind.width_px else ""
            lines.append(
                f"  {kind_name}: {kind.bitrate_bps / 1000:.0f} kbit/s, {kind.frame_rate:.0f}/s{size},"
                f" loss {kind.loss * 100:.1f} %, jitter {jitter} ms, nacks {kind.nacks},"
                f" freezes {kind.freezes}, codec {(kind.codec_s or 0) * 1000:.1f} ms"
            )
        round_trip = "-" if seen.round_trip_s is None else f"{seen.round_trip_s * 1000:.0f}"
        estimate = "-" if seen.estimate_bps is None else f"{seen.estimate_bps / 1000:.0f}"
        path = "-" if seen.candidates is None else ">".join(seen.candidates)
        lines.append(f"  round trip {round_trip} ms, estimate {estimate} kbit/s, path {path}")
        return lines
