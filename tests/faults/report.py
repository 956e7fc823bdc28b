"""The table of outcomes, for people and for docs/faults.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tests.faults.campaign import Outcome

ANSWER_LIMIT_S = 8.0
"""Longest that somebody waits for an answer while a server behind the service is frozen."""
BACK_LIMIT_S = 2.0
"""Longest until the service answers well again once everything runs."""


_HEAD = (
    "scene",
    "fault",
    "victim",
    "times",
    "done at once",
    "refused",
    "cut",
    "longest answer s",
    "answers again after s",
    "all done after s",
    "duration off s",
    "letters twice",
    "stuck, doubled, lost",
)


def failures(outcomes: Iterable[Outcome]) -> list[str]:
    """What the campaign must not find."""
    found = []
    for outcome in outcomes:
        place = f"{outcome.fault} {outcome.victim} at {outcome.point}"
        found += [f"{place}: {wrong}" for wrong in outcome.wrong]
        frozen_behind = outcome.fault == "freeze" and outcome.victim != "service"
        if frozen_behind and outcome.answer is not None and outcome.answer.seconds > ANSWER_LIMIT_S:
            found.append(f"{place}: answered after {outcome.answer.seconds:.1f} s")
        if outcome.fault == "freeze" and outcome.first_answer_s > BACK_LIMIT_S:
            found.append(f"{place}: back only after {outcome.first_answer_s:.1f} s")
    return found


def report(outcomes: Sequence[Outcome], *, seconds: float) -> str:
    """Markdown."""
    reached = [outcome for outcome in outcomes if outcome.struck]
    kinds = Counter(outcome.fault for outcome in reached)
    lines = [
        (
            f"{kinds['kill']} kills and {kinds['freeze']} freezes that met their step,"
            f" in {seconds / 60:.0f} min; {len(outcomes) - len(reached)} steps did not come (not counted)."
        ),
        "",
        "| " + " | ".join(_HEAD) + " |",
        "|" + "---|" * len(_HEAD),
    ]
    groups: dict[tuple[str, str, str], list[Outcome]] = {}
    for outcome in reached:
        groups.setdefault((outcome.point.scene.name, outcome.fault, outcome.victim), []).append(outcome)
    lines += [_line(names, group) for names, group in groups.items()]
    wrong = failures(outcomes)
    lines += ["", "Nothing was stuck, doubled or lost." if not wrong else "Found:", ""]
    lines += [f"- {text}" for text in wrong]
    return "\n".join(lines) + "\n"


def _line(names: tuple[str, str, str], group: Sequence[Outcome]) -> str:
    answers = [outcome.answer for outcome in group if outcome.answer is not None]
    cells = [
        *names,
        len(group),
        sum(answer.is_good for answer in answers),
        sum(answer.status is not None and not answer.is_good for answer in answers),
        sum(answer.status is None for answer in answers),
        f"{max((answer.seconds for answer in answers), default=0):.1f}",
        f"{max(outcome.first_answer_s for outcome in group):.1f}",
        f"{max(outcome.recovered_s for outcome in group):.1f}",
        f"{max(outcome.duration_error_s for outcome in group):.1f}",
        sum(outcome.copies > 1 for outcome in group),
        sum(len(outcome.wrong) for outcome in group),
    ]
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
