"""What must be true of a meeting whatever died on the way: nothing stuck, doubled or lost."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from tests.faults.scenes import Leave, Mail, Scene, letters_about
from tests.faults.town import Answer

_KINDS = ("meeting.scheduled", "meeting.changed", "meeting.started", "meeting.ended", "meeting.cancelled")
EXACT_S = 1.0
_CLOCK_S = 0.1


async def violations(scene: Scene) -> list[str]:
    """What is wrong with a meeting that is over, in words; empty when all is well."""
    found = [*_row(scene), *_events(scene), *_letters(scene), *_presence(scene)]
    room = f"mtg_{scene.facts.meeting_id.hex}" if scene.facts.meeting_id else ""
    if room in await scene.town.sessions():
        found.append("stuck: its room is still open")
    return found


def duration_error_s(scene: Scene) -> float:
    """How far the duration in the row is from what the apps saw, beyond what they cannot know."""
    facts = scene.facts
    assert facts.meeting_id is not None
    row = scene.town.meeting(facts.meeting_id)
    if row["duration_seconds"] is None:
        return 0.0
    shortest, longest = _length(scene)
    length: int = row["duration_seconds"]
    return max(0.0, shortest - length, length - longest)


def _length(scene: Scene) -> tuple[float, float]:
    """The shortest and the longest that it can have been, by what the apps sent and were answered."""
    started = scene.facts.calls["start"]
    if isinstance(scene, Leave):
        assert scene.facts.left_at is not None
        ended = (scene.facts.left_at, scene.facts.left_at)
    else:
        ended = _span(scene.facts.calls["end"])
    begun = _span(started)
    return ended[0] - begun[1], ended[1] - begun[0]


def _span(answers: list[Answer]) -> tuple[float, float]:
    """From the first request to the first good answer: in between it happened."""
    good = next(answer for answer in answers if answer.is_good)
    return answers[0].sent_at, good.ended_at


def _row(scene: Scene) -> list[str]:
    facts = scene.facts
    assert facts.meeting_id is not None
    row = scene.town.meeting(facts.meeting_id)
    if row["status"] != "completed":
        return [f"stuck: {row['status']}"]
    found = []
    error_s = duration_error_s(scene)
    if error_s > EXACT_S:
        found.append(f"wrong: {row['duration_seconds']} s is {error_s:.1f} s off")
    if not isinstance(scene, Leave):
        # What was acknowledged does not move afterwards.
        for call, column in (("start", "started_at"), ("end", "ended_at")):
            for answer in facts.calls[call]:
                told = answer.body.get(column) if answer.is_good else None
                if told is not None and datetime.fromisoformat(told) != row[column]:
                    found.append(f"lost: {column} was acknowledged as another")
    same = scene.town.look("select from public.meetings where title = %s", facts.title)
    if len(same) != 1:
        found.append(f"doubled: planned {len(same)} times")
    return found


def _events(scene: Scene) -> list[str]:
    facts = scene.facts
    assert facts.meeting_id is not None
    version = scene.town.meeting(facts.meeting_id)["version"]
    told = scene.town.look(
        "select recipient, array_agg((payload ->> 'version')::int order by seq) as versions"
        " from public.user_events where payload ->> 'meeting_id' = %s and kind = any (%s) group by recipient",
        str(facts.meeting_id),
        list(_KINDS),
    )
    found = []
    if [row["versions"] for row in told] != [list(range(1, version + 1))] * 2:
        found.append(f"events: {[row['versions'] for row in told]} at version {version}")
    gaps = scene.town.look(
        "select recipient from public.user_events group by recipient"
        " having max(seq) - min(seq) + 1 <> count(*)"
    )
    if gaps:
        found.append("lost: a number is missing in somebody's events")
    twice = scene.town.look(
        "select from public.notifications where meeting_id = %s group by recipient, kind having count(*) > 1",
        facts.meeting_id,
    )
    if twice:
        found.append("doubled: a notice")
    return found


def _letters(scene: Scene) -> list[str]:
    letters = set(letters_about(scene.town, scene.facts.title))
    if not letters and isinstance(scene, Mail):
        return ["lost: the letter"]
    # Copies of one letter carry one Message-ID; a second one would be a second letter.
    subjects = Counter(subject for subject, _ in letters)
    return [f"doubled: {count} letters of one kind" for count in subjects.values() if count > 1]


def copies_of_letter(scene: Scene) -> int:
    """How often the letter arrived that arrived most often."""
    return max(Counter(letters_about(scene.town, scene.facts.title)).values(), default=0)


def _presence(scene: Scene) -> list[str]:
    people = scene.people()
    found = []
    if any(row["left_at"] is None for row in people):
        found.append("stuck: somebody is still inside")
    if not scene.facts.media_died and len(people) != scene.facts.joined:
        found.append(f"presence: {len(people)} rows for {scene.facts.joined} joins")
    return found
