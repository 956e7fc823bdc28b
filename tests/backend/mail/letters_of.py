"""Material for mails, without a database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from backend.mail.letters import KINDS, Material

SENDER = "visio@mikl.example"
PUBLIC_URL = "https://visio.mikl.example"
CODE = "c0de-of-one-use_0123456789"
STATUS = {
    "mail.meeting-scheduled": "scheduled",
    "mail.meeting-moved": "scheduled",
    "mail.meeting-cancelled": "cancelled",
    "mail.meeting-waiting": "in_progress",
}
ALL = [(kind, locale) for kind in KINDS for locale in ("fr", "en-GB")]


def material(
    kind: str,
    *,
    name: str = "Alice Durand",
    email: str = "alice@demo.visio",
    locale: str = "fr",
    title: str = "Suivi de la façade",
    description: str = "",
    device: str = "Ordinateur d’Alice",
    count: int = 1,
) -> Material:
    """What a mail of this kind is written from."""
    values: dict[str, Any] = {
        "recipient": {
            "email": email,
            "full_name": name,
            "locale": locale,
            "time_zone": "Europe/Paris",
        }
    }
    if kind in {"mail.invite", "mail.reset"}:
        values |= {"code": CODE, "expires_at": "2031-03-03T13:00:00Z"}
    elif kind in {"mail.password-changed", "mail.session-reused"}:
        values |= {"at": datetime.now(UTC), "device": device}
    else:
        values["meetings"] = [
            {
                "id": f"00000000-0000-4000-8000-{number:012}",
                "client": {"id": "00000000-0000-4000-8000-0000000000c1", "full_name": name},
                "operator": {"id": "00000000-0000-4000-8000-0000000000c2", "full_name": "MiKL"},
                "title": title,
                "description": description,
                "status": STATUS[kind],
                "scheduled_at": f"2031-03-{3 + 7 * number:02}T13:00:00Z",
                "planned_minutes": 45,
                "cancel_reason": "Chantier fermé" if kind == "mail.meeting-cancelled" else None,
                "version": 3,
                "updated_at": "2031-03-01T08:00:00Z",
                "my_role": "client",
            }
            for number in range(count)
        ]
        if kind == "mail.meeting-moved":
            values["previous_scheduled_at"] = "2031-03-02T09:30:00Z"
    return Material.model_validate(values)
