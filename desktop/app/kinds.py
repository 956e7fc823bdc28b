"""What makes the Hub the Hub and the participant's app the participant's."""

from __future__ import annotations

from dataclasses import dataclass

from backend_client.models import Role
from resources.brand import HUB, PARTICIPANT, Product


@dataclass(frozen=True, slots=True)
class AppKind:
    """What makes the Hub the Hub and the participant's app the participant's.

    Attributes:
        product: names and ids.
        role: whose app it is.
        other: the product for the other role.
        mark: its icon.
        module: its entry, for starts from the sources.
        takes_links: whether links of our scheme open it; one app of a machine can have them.
    """

    product: Product
    role: Role
    other: Product
    mark: str
    module: str
    takes_links: bool


HUB_APP = AppKind(HUB, Role.OPERATOR, PARTICIPANT, "mark-hub", "desktop.hub", takes_links=False)
PARTICIPANT_APP = AppKind(
    PARTICIPANT, Role.CLIENT, HUB, "mark-visio", "desktop.participant", takes_links=True
)
