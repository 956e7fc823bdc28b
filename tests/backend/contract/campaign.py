"""Requests made from the OpenAPI description, valid and invalid, against a service that has what they name.

schemathesis makes the requests and judges the answers: no server error, no status, media type or body
that the description does not have, nothing invalid accepted. The order is the same in every run; ids
differ, and so may values: hypothesis draws constants from whatever modules are loaded.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, Config, GenerationMode, HookContext
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from backend.demo_accounts import PASSWORD
from tests.backend.contract.scene import Scene
from tests.backend.people import ALICE, BOB, MIKL

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
WEBHOOK_SECRET = "the secret of a webhook in tests"
STREAM = "text/event-stream"
_LIMIT_S = 40.0
_ROUNDS = 5
"""So many times an operation is tried that never got anything done."""
_FLOOD_RETRY_AFTER = "1"
"""What the limit in memory says, which forgets within a second; the limits that count say minutes."""
_CONFIG = {"checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}}}
"""Whatever the description names is a refusal, also `413` and `410`."""
_MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@dataclass(slots=True)
class Report:
    """What came of a campaign.

    Attributes:
        cases: requests that were sent.
        answers: how often each operation answered each status.
        defects: operation and what was wrong → how to send the first such request again.
    """

    cases: int = 0
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    defects: dict[str, str] = field(default_factory=dict)

    def statuses(self, operation: str) -> set[int]:
        """Every status that an operation answered."""
        return {status for name, status in self.answers if name == operation}

    def undone(self) -> set[str]:
        """Operations that were asked and never got anything done."""
        asked = {operation for operation, _ in self.answers}
        return asked - {operation for operation, status in self.answers if status < 300}


def run(scene: Scene, caller: str, cases: int, never: Set[str] | None = None) -> Report:
    """Send at least `cases` requests as one of `CALLERS`, spread over all operations.

    An operation gets as many as it has different things to ask: one without parameters gets one. Those
    that got nothing done are tried again, unless they are among `never`; None tries none again.
    """
    description = scene.http.get("/openapi.json").json()
    schema = schemathesis.openapi.from_dict(description, config=Config.from_dict(_CONFIG))
    _name_what_exists(schema, scene)
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert len(operations) == sum(len(methods) for methods in description["paths"].values())
    report = Report()
    rich = [item for item in operations if {"parameters", "requestBody"} & item.definition.raw.keys()]
    report.cases += sum(_try(scene, caller, item, 1, report) for item in operations if item not in rich)
    # Some operations have fewer different requests than their share: the others make up for it.
    share = math.ceil(1.05 * (cases - report.cases) / len(rich))
    report.cases += sum(_try(scene, caller, item, share, report) for item in rich)
    for number in range(1, _ROUNDS if never is not None else 0):
        left = report.undone() - (never or set())
        again = [item for item in rich if item.label in left]
        report.cases += sum(_try(scene, caller, item, share, report, number) for item in again)
    return report


def _try(scene: Scene, caller: str, operation: Any, cases: int, report: Report, number: int = 0) -> int:
    """Send about that many requests of one operation, half of them valid; how many were sent."""
    protected = bool(operation.definition.raw.get("security"))
    access_token = scene.mend(caller)
    # Given to the generator, too, so that it does not make signing out a part of what it varies.
    headers = {"Authorization": f"Bearer {access_token}"} if protected and access_token else {}
    sent = 0

    def send(case: Case[Any]) -> None:
        nonlocal sent
        sent += 1
        answer = _send(session, case, str(scene.http.base_url), headers)
        report.answers[operation.label, answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS, headers=headers)
        except (Failure, FailureGroup) as failure:
            for part in getattr(failure, "exceptions", [failure]):
                name = f"{operation.label} as {caller}: {part.title}, status {answer.status_code}"
                report.defects.setdefault(name, f"{part}\n{case.as_curl_command(headers)}")

    with requests.Session() as session:
        session.trust_env = False
        modes = _MODES if _can_be_wrong(operation) and cases > 1 else _MODES[:1]
        for mode in modes:
            scene.valid = mode is GenerationMode.POSITIVE
            strategy = operation.as_strategy(generation_mode=mode, headers=headers or None)
            limits = settings(
                max_examples=-(-cases // len(modes)),
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            seed(number)(limits(given(case=strategy)(send)))()
    return sent


def _of(context: HookContext) -> Any:
    """The operation that something is generated for."""
    assert context.operation is not None
    return context.operation


def _takes(operation: Any, header: str) -> bool:
    return any(item["name"] == header for item in operation.definition.raw.get("parameters", ()))


def _can_be_wrong(operation: Any) -> bool:
    """Whether there is anything to get wrong: any text is good enough for an optional header."""
    raw = operation.definition.raw
    return "requestBody" in raw or any(item["in"] != "header" for item in raw.get("parameters", ()))


def _send(
    session: requests.Session, case: Case[Any], url: str, headers: Mapping[str, str]
) -> requests.Response:
    arguments = case.as_transport_kwargs(base_url=url.rstrip("/"))
    arguments["headers"].update(headers)
    answer = session.request(**arguments, stream=True, timeout=_LIMIT_S, allow_redirects=False)
    while answer.status_code == HTTPStatus.TOO_MANY_REQUESTS and _is_flood(answer):
        _ = answer.content  # a quick machine asks faster than any person: ask again until it is let through
        answer = session.request(**arguments, stream=True, timeout=_LIMIT_S, allow_redirects=False)
    if answer.headers.get("Content-Type", "").startswith(STREAM):
        # It goes on for as long as somebody listens: its beginning must do.
        answer._content = next(answer.iter_content(None))
        answer._content_consumed = True
        answer.close()
    else:
        _ = answer.content
    return answer


def _is_flood(answer: requests.Response) -> bool:
    return answer.headers.get("Retry-After") == _FLOOD_RETRY_AFTER


def _name_what_exists(schema: Any, scene: Scene) -> None:
    """Hooks: three of four generated requests name something that is there."""
    # Counted, not drawn: what is drawn tends to be the first. A strategy is made anew for each request.
    counters: defaultdict[tuple[str, str, bool], itertools.count[int]] = defaultdict(
        lambda: itertools.count(1)
    )

    def with_known(context: HookContext, place: str, strategy: Strategy, choices: Choices) -> Strategy:
        valid = scene.valid
        numbers = counters[_of(context).label, place, valid]
        return strategy.map(lambda value: _with(value, choices, next(numbers), valid=valid))

    @schema.hook  # type: ignore[untyped-decorator]
    def before_generate_path_parameters(context: HookContext, strategy: Strategy) -> Strategy:
        return with_known(context, "path", strategy, _ids(scene))

    @schema.hook  # type: ignore[untyped-decorator]
    def before_generate_query(context: HookContext, strategy: Strategy) -> Strategy:
        known = with_known(context, "query", strategy, _ids(scene))
        return known.map(_without_waiting) if _of(context).path.endswith("/poll") else known

    @schema.hook  # type: ignore[untyped-decorator]
    def before_generate_headers(context: HookContext, strategy: Strategy) -> Strategy:
        known = with_known(
            context,
            "headers",
            strategy,
            {
                "if-match": lambda: ['"v1"', '"v2"', '"v3"'],
                "last-event-id": lambda: ["0", "3"],
                "authorization": lambda: [f"Bearer {WEBHOOK_SECRET}"],
            },
        )
        # It is optional by its form, and nothing is done without it.
        needed = {"if-match": '"v1"'} if scene.valid and _takes(_of(context), "if-match") else {}
        return known.map(lambda headers: needed | headers if isinstance(headers, dict) else headers)

    @schema.hook  # type: ignore[untyped-decorator]
    def before_generate_body(context: HookContext, strategy: Strategy) -> Strategy:
        return with_known(
            context,
            "body",
            strategy,
            {
                "email": lambda: [MIKL, ALICE, BOB, "nouveau@demo.visio"],
                "password": lambda: [PASSWORD, *["une phrase que nul ne devine"] * 2],
                "old_password": lambda: [PASSWORD],
                "refresh_token": lambda: scene.refresh_tokens,
                "code": lambda: scene.codes,
                "ids": lambda: [[str(notice)] for notice in scene.notices],
                "time_zone": lambda: ["Europe/Paris", "America/Martinique"],
                "scheduled_at": _days_to_come,
                **_ids(scene),
            },
        )


Strategy = st.SearchStrategy[Any]
Choices = Mapping[str, Callable[[], Sequence[Any]]]


def _ids(scene: Scene) -> Choices:
    return {
        "meeting_id": lambda: [str(id_) for id_ in scene.meetings],
        "client_id": lambda: [str(id_) for id_ in scene.clients],
        "session_id": lambda: [str(id_) for id_ in scene.sessions],
    }


def _days_to_come() -> list[str]:
    return [(datetime.now(UTC) + timedelta(days=days)).isoformat() for days in (1, 9)]


def _with(value: Any, choices: Choices, number: int, *, valid: bool) -> Any:
    """A generated object with something of the scene in place of its members, three times out of four."""
    if not isinstance(value, dict) or number % 4 == 0:
        return value
    replaced = dict(value)
    for name, before in value.items():
        some = choices[name.lower()]() if name.lower() in choices else ()
        # What was made to be wrong stays so.
        if some and (_is_id(before) if name.endswith("_id") else valid and isinstance(before, (str, list))):
            replaced[name] = some[(number - 1 - number // 4) % len(some)]
    return replaced


def _is_id(value: Any) -> bool:
    try:
        UUID(value)
    except (ValueError, TypeError, AttributeError):
        return False
    return True


def _without_waiting(query: Any) -> Any:
    """A poll that waits for events would wait for nothing."""
    if isinstance(query, dict) and _is_number(query.get("wait_s", 1)):
        return query | {"wait_s": 0}
    return query


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 25
