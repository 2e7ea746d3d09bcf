"""How far an organization is with setting itself up: facts from the data, never ticked by hand."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select

from app.extensions import reading
from app.models import Order, Provider, WebhookEndpoint
from app.services import integrations

__all__ = ["Step", "steps"]


@dataclass(frozen=True)
class Step:
    """One thing to do; its name is what pages have words and a link for."""

    name: str
    is_done: bool


def steps() -> list[Step]:
    """The way to the first live payment, in order."""
    cards = [one for one in integrations.cards() if one.spec.gateway]
    with reading() as session:

        def there(query: Any) -> bool:
            return bool(session.scalar(select(exists(query))))

        has_provider = there(select(Provider.id))
        has_endpoint = there(select(WebhookEndpoint.id))
        was_called = there(select(Order.id))
        was_paid = there(select(Order.id).where(Order.paid_at.is_not(None)))
        is_live = there(select(Order.id).where(Order.paid_at.is_not(None), ~Order.test_mode))
    is_builtin = {one.spec.key for one in cards if one.spec.gateway and one.spec.gateway.is_builtin}
    connected = any(one.is_configured for one in cards if one.spec.key not in is_builtin)
    return [
        Step("gateway", connected),
        Step("provider", has_provider),
        Step("webhook", has_endpoint),
        Step("call", was_called),
        Step("paid", was_paid),
        Step("live", is_live),
    ]
