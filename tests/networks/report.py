"""Makes the table of `docs/networks.md` out of what the participants of the campaign told."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from textwrap import fill

from tests.networks.people import DESK, FRAME_RATE, HEIGHT_PX, OUTSIDE, WEB, WIDTH_PX
from tests.networks.timeline import (
    FREEZE_S,
    STEADY_S,
    Account,
    Figures,
    Span,
    absence_s,
    figures,
    reconnecting_s,
)

LINE_CHARACTERS = 108

CLIENTS = {DESK: "ours", WEB: "openvidu-browser"}


@dataclass(frozen=True, slots=True)
class Result:
    """What one disturbed participant and the one outside had of each other, once.

    Attributes:
        here: what the disturbed one had of the one outside.
        there: the reverse.
        reconnecting_s: how long the disturbed one was told that the connection is being repaired.
        absence_s: how long nobody of his name was in the room, as seen from outside.
        connection: `kept`, `anew`, or `put out` when it ended without his doing.
    """

    here: Figures
    there: Figures
    reconnecting_s: float
    absence_s: float
    connection: str


def result(accounts: dict[str, Account], name: str, disturbed: Span, end_s: float) -> Result:
    """Work out what a disturbance did to one participant.

    Args:
        accounts: what everybody told.
        name: the participant.
        disturbed: when the network was.
        end_s: when looking ended.
    """
    own, outside = accounts[name], accounts[OUTSIDE]
    whole = Span(disturbed.start_s, end_s)
    is_over = own.phases[-1][1] == "left"
    return Result(
        here=figures(own.seen[OUTSIDE], disturbed, end_s, FRAME_RATE),
        there=figures(outside.seen[name], disturbed, end_s, FRAME_RATE),
        reconnecting_s=reconnecting_s(own.phases, whole),
        absence_s=absence_s(outside.seen[name], whole),
        connection="put out" if is_over else "anew" if len(own.own) > 1 else "kept",
    )


COLUMNS = (
    "disturbance",
    "client",
    "longest still",
    "freezes",
    "pictures/s",
    "later by",
    "longest silence",
    "sound missing",
    '"Reconnecting…"',
    "still at the other's",
    "silence at the other's",
    "gone for the other",
    "connection",
    "both again after",
)


def table_head() -> str:
    """The first two lines of the table."""
    return f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"


def row(disturbance: str, name: str, rounds: Sequence[Result]) -> str:
    """One line of the table: the middle value of each figure over the rounds."""

    def middle(figure: Callable[[Result], float | None]) -> float:
        values = [value for each in rounds if (value := figure(each)) is not None]
        # Never is later than any time.
        return median([*values, *[math.inf] * (len(rounds) - len(values))])

    def seconds(figure: Callable[[Result], float | None]) -> str:
        value = middle(figure)
        return f"{value:.1f} s" if math.isfinite(value) else "**never**"

    rate = middle(lambda each: each.here.frame_rate)
    later_s = middle(lambda each: each.here.later_s)
    connections = sorted({each.connection for each in rounds})
    cells = [
        disturbance,
        CLIENTS[name],
        seconds(lambda each: each.here.still_s),
        f"{middle(lambda each: each.here.freezes):.0f}",
        f"{rate:.1f}" if math.isfinite(rate) else "–",
        f"{round(later_s, 1) + 0.0:.1f} s" if math.isfinite(later_s) else "–",
        seconds(lambda each: each.here.silence_s),
        f"{100 * middle(lambda each: each.here.missing_sound):.0f} %",
        seconds(lambda each: each.reconnecting_s),
        seconds(lambda each: each.there.still_s),
        seconds(lambda each: each.there.silence_s),
        seconds(lambda each: each.absence_s),
        ", ".join(
            f"{kind} ({count} of {len(rounds)})" if len(connections) > 1 else kind
            for kind in connections
            for count in [sum(each.connection == kind for each in rounds)]
        ),
        seconds(both_again_s),
    ]
    return f"| {' | '.join(cells)} |"


def both_again_s(result: Result) -> float | None:
    """From the end of the disturbance until both see and hear each other steadily; None: never."""
    here_s, there_s = result.here.back_s, result.there.back_s
    return None if here_s is None or there_s is None else max(here_s, there_s)


HEAD = f"""# Bad networks

What participants see and hear when the network between them and the media server misbehaves: our client
beside the official one, openvidu-browser 2.32.2 in Chromium, **in the same room behind the same link at
the same time**, with a third participant on a good network who looks at both. Measured by
`python -m tests.networks.campaign --out docs/networks.md` (Linux, root; `--quick` for a first look)
against `openvidu_local`; everybody sends {WIDTH_PX}×{HEIGHT_PX} at {FRAME_RATE} pictures a second and a tone.

Every picture carries its number and every participant hums a tone of his own, so *a picture* is one whose
number could be read and had not been seen before, and *sound* is 20 ms with the other's tone in them,
received or bridged by the client. A damaged, repeated or frozen picture does not count.
"""

LEGEND = f"""
- **longest still, freezes, pictures/s, later by, longest silence, sound missing**: what the disturbed
  participant had of the undisturbed one. A freeze is a picture that stands for more than {FREEZE_S} s.
  Pictures per second, by how much they were later than before, and the share of sound missing are those
  during the disturbance; the rest reaches to the end of looking.
- **still, silence at the other's**: what the undisturbed one had of the disturbed one. **gone for the
  other**: nobody of that name was in the room.
- **"Reconnecting…"**: how long the client said so (openvidu-browser: between its events `reconnecting`
  and `reconnected`).
- **connection**: *kept*: the same connection all the time. *anew*: the server had forgotten the
  participant, or had not been heard for so long that who came or went meanwhile was unknown; the client
  joined again by itself, with a new token, and microphone and camera as they were. *put out*: the
  client's session was over, and an application has to start again (`sessionDisconnected`).
- **both again after**: from the end of the disturbance until pictures and sound came both ways without a
  pause longer than {STEADY_S:.0f} s. **never**: not while we looked.

Loss and delay happen in each direction, so a delay of 200 ms is a round trip of 400 ms. Jitter does not
change the order of packets. Pictures of openvidu-browser are read out of its page, which misses one of
fifteen now and then, as the undisturbed row shows.
"""

MEANING = """
## What it means

**Long cuts and changes of network: ours comes back sooner, and by itself.** After a minute without a
network the server has forgotten both. Our client fetches another token and is back a few seconds after the
network; openvidu-browser ends its session, and its application has to start another one. With another
address ours notices that its own is gone and needs little more than a second; openvidu-browser waits until
ICE has been disconnected for 4 s, and then negotiates. What others see follows: nobody of that name from
the moment the server gives up, until he is back.

**A cut of 5 s is lived through by both.** Ours says "Reconnecting…" after some two seconds, while nothing
comes from anybody; openvidu-browser shows a still picture without a word. Ours mostly keeps its connection;
where TCP takes longer than 9 s to bring a ping through, it joins anew, which costs two or three seconds.

**Delay is felt alike.** Ours shows pictures later by the delay, openvidu-browser by somewhat more, since it
makes room for the jitter; for that less of its sound is missing. Ours kept 80 ms
of sound back and no more when this was measured; since then it keeps back what the packets of the last
seconds needed, 20 to 400 ms (`desktop/rtc/playout.py`).

**Loss is bridged by both.** A lost packet of sound costs ours its own 20 ms, which the voice's last period
fills (`desktop/rtc/playout.py`, `desktop/rtc/concealment.py`; with aiortc's own buffer 12 % of the sound was
missing at 2 % loss and 47 % at 10 %). A lost packet of a picture is asked for again until it comes (aiortc
asks once: at 10 % loss pictures stood for up to 5 s).

What the others get of the disturbed participant is much the same for both: at their side it is our client
that receives, and in between the local server, which asks for a publisher's lost packets once.
"""

BACKENDS = {
    "netem": "The kernel's `netem` lost and delayed the packets.",
    "emulated": (
        "The kernel had no `netem`: `tests/networks/router.py`, a router in user space between two TUN "
        "devices, lost and delayed the packets. Undisturbed it lost none of 40,000 and added half a "
        "millisecond, in the middle, on the same busy machine (`tests/networks/test_link.py` watches over "
        "both). The `netem` way of the same link has not been run."
    ),
}


def document(
    lines: Sequence[str], *, rounds: int, backends: Sequence[str], load: tuple[float, float], official: str
) -> str:
    """The whole page.

    Args:
        lines: of the table.
        rounds: how often each row was run.
        backends: how links were disturbed.
        load: lowest and highest load average of the machine during the runs.
        official: why there are no rows of openvidu-browser; "" when there are.
    """
    how_often = f"the middle of {rounds} runs" if rounds > 1 else "one run"
    loads = f"{load[0]:.1f} to {load[1]:.1f}"
    facts = [
        f"Each figure is {how_often}; the machine's load average, other work included, was {loads}.",
        *(BACKENDS[backend] for backend in sorted(set(backends))),
        *([f"openvidu-browser is not in this table: {official}."] if official else []),
    ]
    table = table_head() + "".join(f"{line}\n" for line in lines)
    told = fill(" ".join(facts), LINE_CHARACTERS, break_on_hyphens=False)
    return f"{HEAD}\n{table}{LEGEND}\n{told}\n{MEANING}"
