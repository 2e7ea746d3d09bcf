"""How far an organization is with setting itself up: facts from the data, never ticked by hand; and
who has put the list away."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, select, update

from app.extensions import changed, reading, transaction
from app.kit import clock
from app.kit.tenancy import current_org
from app.models import Membership, Order, Provider, WebhookEndpoint
from app.registry import Spec
from app.services.integrations import Card

__all__ = ["Step", "is_hidden", "put_away", "steps"]


@dataclass(frozen=True)
class Step:
    """One thing to do; its name is what pages have words and a link for."""

    name: str
    is_done: bool
    begun: Spec | None = None  # what was begun for it, and needs something more


def steps(every: Sequence[Card]) -> list[Step]:
    """The way to the first live payment, in order; `every` card is one of the organization's."""
    cards = [one for one in every if one.spec.gateway]
    with reading() as session:

        def there(query: Any) -> bool:
            return bool(session.scalar(select(exists(query))))

        has_provider = there(select(Provider.id))
        has_endpoint = there(select(WebhookEndpoint.id))
        was_called = there(select(Order.id))
        was_paid = there(select(Order.id).where(Order.paid_at.is_not(None)))
        is_live = there(select(Order.id).where(Order.paid_at.is_not(None), ~Order.test_mode))
    cards = [one for one in cards if one.spec.gateway and not one.spec.gateway.is_builtin]
    connected = any(one.is_ready for one in cards)
    begun = None if connected else next((one for one in cards if one.source == "own"), None)
    return [
        Step("gateway", connected, begun.spec if begun else None),
        Step("provider", has_provider),
        Step("webhook", has_endpoint),
        Step("call", was_called),
        Step("paid", was_paid),
        Step("live", is_live),
    ]


def is_hidden(user_id: str) -> bool:
    """Whether a person put the list away here. Another one, or elsewhere, sees it still."""
    with reading() as session:
        found = session.scalar(select(Membership.setup_hidden_at).where(*_here(user_id)))
    return found is not None


def put_away(user_id: str, *, hidden: bool) -> None:
    """Put the list away, or show it again (a step)."""
    with transaction():
        changed(
            update(Membership)
            .where(*_here(user_id))
            .values(setup_hidden_at=clock.now() if hidden else None)
        )


def _here(user_id: str) -> tuple[ColumnElement[bool], ...]:
    return (Membership.user_id == user_id, Membership.organization_id == current_org())
