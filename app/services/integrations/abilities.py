"""What an integration can do with its methods, as its values are now: paid in which currencies,
refunded, cancelled. No network call."""

from dataclasses import dataclass

from app.adapters.gateways import base
from app.registry import Method
from app.services import routing
from app.services.credentials import PLATFORM, Scope
from app.services.integrations.card import Card
from app.services.integrations.cards import own_scope

__all__ = ["Ability", "abilities"]


@dataclass(frozen=True)
class Ability:
    """One method of one integration."""

    method: Method
    can: base.Capabilities
    currencies: tuple[str, ...]


def abilities(card: Card, scope: Scope | None = None) -> tuple[Ability, ...]:
    """What a gateway's card offers customers, in their order; none while it is not configured."""
    gateway = card.spec.gateway
    if gateway is None or not gateway.is_active or not card.is_configured:
        return ()
    scope = scope or own_scope()
    asked = PLATFORM if card.source == "environment" and not gateway.is_builtin else scope
    try:
        adapter = routing.connect_scope(card.spec.key, asked)
    except base.Misconfigured:
        return ()
    found = (gateway.method(name) for name in adapter.methods)
    return tuple(
        Ability(one, adapter.can(one.name), tuple(sorted(one.currencies or gateway.currencies)))
        for one in found
        if one
    )
