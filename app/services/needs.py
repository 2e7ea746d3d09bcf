"""What in an organization waits for a person: orders, receivers of webhooks, integrations. Reads
only."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from app.extensions import reading
from app.models import Order, Provider, WebhookEndpoint
from app.services.deliveries.schedule import IN_A_ROW
from app.services.integrations import Card
from app.services.webhook_endpoints import BY_HAND

__all__ = ["Needs", "Receiver", "look"]

FEW = 5  # of each kind are named


@dataclass(frozen=True)
class Receiver:
    """A webhook endpoint that is not told any more, or takes nothing."""

    endpoint: WebhookEndpoint
    provider: Provider


@dataclass(frozen=True)
class Needs:
    """The newest few of each kind, and how many orders there are in all."""

    orders: Sequence[Order]
    orders_in_all: int
    receivers: Sequence[Receiver]
    cards: Sequence[Card]

    @property
    def is_empty(self) -> bool:
        """True when nobody has to do anything."""
        return not (self.orders or self.receivers or self.cards)


def look(test_mode: bool, cards: Sequence[Card]) -> Needs:
    """What to look at, of orders in one mode (two statements); `cards` are the organization's."""
    waiting = (Order.attention.is_not(None), Order.test_mode == test_mode)
    fails = or_(WebhookEndpoint.disabled_at.is_not(None), WebhookEndpoint.failures >= IN_A_ROW)
    with reading() as session:
        orders = session.execute(
            select(Order, func.count().over().label("in_all"))
            .where(*waiting)
            .order_by(Order.id.desc())
            .limit(FEW)
        ).all()
        receivers = session.execute(
            select(WebhookEndpoint, Provider)
            .join(Provider, Provider.id == WebhookEndpoint.provider_id)
            .where(fails, WebhookEndpoint.disabled_reason.is_distinct_from(BY_HAND))
            .where(Provider.is_active)
            .order_by(WebhookEndpoint.disabled_at.is_(None), WebhookEndpoint.id)
            .limit(FEW)
        ).all()
    return Needs(
        [row.Order for row in orders],
        orders[0].in_all if orders else 0,
        [Receiver(row.WebhookEndpoint, row.Provider) for row in receivers],
        [one for one in cards if one.needs_attention],
    )
