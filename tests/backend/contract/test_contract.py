"""Whatever is asked, by whomever: nothing breaks, and no answer is one that the description lacks.

`python3 dev.py test tests/backend/contract --long` sends 10,000 requests instead of 2,000.
"""

from __future__ import annotations

import asyncio

import pytest

from tests.backend.contract.campaign import WEBHOOK_SECRET, Report, run
from tests.backend.contract.scene import Scene
from tests.support.fake_openvidu import SECRET, FakeOpenVidu
from tests.support.service import TestDatabase, running_service

CASES = {"anonymous": 400, "client": 700, "operator": 900}
"""Requests of each caller: whoever may do more is asked for more."""
LONG = 5
"""So many times that with `--long`."""

NEVER_BY_OPERATORS = {
    "DELETE /v1/meetings/{meeting_id}/waiting",  # clients wait
    "POST /v1/meetings/{meeting_id}/waiting",
    "PUT /v1/meetings/{meeting_id}/rating",
    "PUT /v1/meetings/{meeting_id}/readiness",
    "GET /v1/auth/company",  # no provider of a company is configured here
    "POST /v1/auth/company/start",
    "POST /v1/auth/company/exchange",
    "POST /v1/auth/totp/confirm",  # a code of an authenticator cannot be guessed
}
"""What no request of an operator gets done."""


@pytest.mark.parametrize("caller", CASES)
@pytest.mark.timeout(1800)
# The service runs in this process and spreads its retries by chance, which hypothesis takes for the test's.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module")
async def test_no_request_breaks_the_service(
    caller: str, database: TestDatabase, openvidu: FakeOpenVidu, request: pytest.FixtureRequest
) -> None:
    """Generated requests, half of them invalid, with ids of what there is."""
    cases = CASES[caller] * (LONG if request.config.getoption("--long") else 1)
    report = await asyncio.to_thread(_campaign, caller, cases, database, openvidu)
    assert not report.defects, "\n\n".join(f"{name}\n{how}" for name, how in report.defects.items())
    assert report.cases >= cases
    if caller == "operator":
        # Requests that get nowhere prove nothing.
        assert report.undone() == NEVER_BY_OPERATORS


def _campaign(caller: str, cases: int, database: TestDatabase, openvidu: FakeOpenVidu) -> Report:
    with running_service(
        database,
        openvidu_url=openvidu.url,
        openvidu_secret=SECRET,
        openvidu_webhook_secret=WEBHOOK_SECRET,
        totp_key="a key of the tests that is long enough",
    ) as service:
        scene = Scene.on(service.url, database)
        try:
            return run(scene, caller, cases, NEVER_BY_OPERATORS if caller == "operator" else None)
        finally:
            scene.close()
