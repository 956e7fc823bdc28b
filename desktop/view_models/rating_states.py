"""What the end screen's rating draws."""

from __future__ import annotations

from dataclasses import dataclass

from backend_client.models import COMMENT_MAX, STARS_MAX

__all__ = ["COMMENT_MAX", "STARS_MAX", "RatingState"]


@dataclass(frozen=True, slots=True)
class RatingState:
    """`RatingViewModel`.

    Attributes:
        offered: there was a call, and it can be rated.
        stars: what was chosen, 1 to 5; 0 before.
        busy: it is on its way to the service.
        sent: the service has it.
        comment_sent: it has a comment as well, and there is nothing more to say.
        error: why it was not taken; "" for none. Choosing again tries again.
    """

    offered: bool = False
    stars: int = 0
    busy: bool = False
    sent: bool = False
    comment_sent: bool = False
    error: str = ""
