"""Misbehaviour on demand, so that clients can be tested against it.

A switch is `name` or `name=value`, given on the command line (`--fault`, repeatable), in
`Options.faults`, by `Faults.set()` in a test, or over HTTP while the server runs
(`PUT /openvidu-local/faults {"faults": [...]}`, with the REST password):

| switch | effect |
|---|---|
| `swallow-ping` | pings get no reply; `swallow-ping=N`: the next N only |
| `silent=METHOD` | the method gets no reply |
| `drop=METHOD` | the socket is cut without a close frame when the method arrives |
| `error=METHOD:CODE` | the method is answered with that error |
| `error-shape=handler` or `manager` | which of OpenVidu's two error shapes is used |
| `evict-on-drop` | a lost socket is evicted at once, without grace |
| `delay-answer=SECONDS` | SDP answers and offers come late |
| `reject-video` | answers refuse the video m-line |
| `bandwidth-line` | answers have `b=AS:` on their video m-line |
| `no-candidates` | the server never sends `iceCandidate` |
| `no-subscriber-pli` | a subscriber's PLI is not passed on, as Kurento behaves |
| `stall-media` | connections stay up, no media flows |
| `rest-status=CODE` | REST calls answer with that status and no body |
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_FLAGS = frozenset(
    {
        "evict-on-drop",
        "reject-video",
        "bandwidth-line",
        "no-candidates",
        "no-subscriber-pli",
        "stall-media",
    }
)
_VALUED = frozenset({"silent", "drop", "error", "error-shape", "delay-answer", "rest-status"})
_OPTIONAL = frozenset({"swallow-ping"})
KNOWN = _FLAGS | _VALUED | _OPTIONAL
"""Names of all switches."""


_FORMS = {
    "swallow-ping": re.compile(r"\d{1,6}"),
    "silent": re.compile(r"\w+"),
    "drop": re.compile(r"\w+"),
    "error": re.compile(r"\w+:-?\d{1,6}"),
    "error-shape": re.compile(r"handler|manager"),
    "delay-answer": re.compile(r"\d{1,4}(?:\.\d+)?"),
    "rest-status": re.compile(r"[2-5]\d\d"),
}
"""What the value of a switch looks like."""


class FaultError(ValueError):
    """A switch is unknown or its value makes no sense; the message says which."""


class Faults:
    """The switches that are on."""

    def __init__(self, switches: Iterable[str] = ()) -> None:
        self._on: dict[str, list[str]] = {}
        self._pings_to_swallow = 0.0
        self.set(*switches)

    def set(self, *switches: str) -> None:
        """Turn everything off, then `switches` on.

        Raises:
            FaultError: a switch is not understood; then nothing changed.
        """
        on: dict[str, list[str]] = {}
        for switch in switches:
            name, has_value, value = switch.partition("=")
            _check(name, value, has_value=bool(has_value))
            on.setdefault(name, []).append(value)
        self._on = on
        counts = on.get("swallow-ping", [])
        self._pings_to_swallow = sum(int(count) if count else float("inf") for count in counts)

    def clear(self) -> None:
        """Turn everything off."""
        self.set()

    @property
    def switches(self) -> tuple[str, ...]:
        """What is on, in the form `set()` takes."""
        return tuple(
            f"{name}={value}" if value else name for name, values in self._on.items() for value in values
        )

    def has(self, name: str) -> bool:
        """Whether a switch without a value is on."""
        return name in self._on

    def names_method(self, name: str, method: str) -> bool:
        """Whether `name=method` is on."""
        return method in self._on.get(name, [])

    def error_for(self, method: str) -> int | None:
        """The error code that `method` shall be answered with."""
        for value in self._on.get("error", []):
            name, _, code = value.partition(":")
            if name == method:
                return int(code)
        return None

    @property
    def error_shape(self) -> str | None:
        """`handler` or `manager` when one of them is enforced."""
        values = self._on.get("error-shape")
        return values[-1] if values else None

    @property
    def answer_delay_s(self) -> float:
        """How long SDP answers are held back."""
        return float(self._on.get("delay-answer", ["0"])[-1])

    @property
    def rest_status(self) -> int | None:
        """The status that every REST call shall get."""
        values = self._on.get("rest-status")
        return int(values[-1]) if values else None

    def swallows_ping(self) -> bool:
        """Whether this ping stays unanswered; counts down."""
        if self._pings_to_swallow <= 0:
            return False
        self._pings_to_swallow -= 1
        return True


def _check(name: str, value: str, *, has_value: bool) -> None:
    if name not in KNOWN:
        raise FaultError(f"unknown fault {name!r}; known: {', '.join(sorted(KNOWN))}")
    if name in _FLAGS and has_value:
        raise FaultError(f"fault {name!r} takes no value")
    if name in _VALUED and not value:
        raise FaultError(f"fault {name!r} needs a value")
    form = _FORMS.get(name)
    if value and form is not None and not form.fullmatch(value):
        raise FaultError(f"fault {name!r} has a bad value {value!r}")
