"""Four weeks of orders for the demo, made as any provider and customer make them: asked for, paid
at the sandbox, refunded, cancelled, by the services that do it every day."""

from datetime import datetime

from sqlalchemy import select

from app.extensions import reading, settings
from app.kit import clock
from app.kit.money import Money
from app.kit.tenancy import as_org, current_org
from app.models import Order, Organization, Provider
from app.services.api_keys import Caller
from app.services.demo import held, past, playing, shops, webhooks
from app.services.demo.stories import DAY, End, Story, stories
from app.services.orders import ending

__all__ = ["ensure_orders"]

REASONS = {End.refunded: "Sent back unused", End.partly: "A scratch on the surface"}


def ensure_orders(org_id: str) -> int:
    """Make the demo's orders that are not there yet (flows); how many were made.

    Does nothing for an organization that is no demo, or where there is no sandbox.
    """
    with as_org(org_id):
        callers = _callers()
        if not callers:
            return 0
        began = clock.now()
        known = _known()
        missing = [one for one in stories() if one.external_id not in known]
        for story in missing:
            _play(callers[story.shop], story, began)
        return len(missing) + held.ensure(callers["shop"], known)


def _callers() -> dict[str, Caller]:
    """The demo's two providers by what stories call them; empty when something is missing."""
    with reading() as session:
        organization = session.get(Organization, current_org())
        if not settings().sandbox_allowed or organization is None or not organization.is_demo:
            return {}
        found = {one.name: one for one in session.scalars(select(Provider))}
    names = {"shop": "Demo shop", "tickets": shops.SECOND}
    if not set(names.values()) <= set(found):
        return {}
    return {kind: _caller(found[name], organization) for kind, name in names.items()}


def _caller(provider: Provider, organization: Organization) -> Caller:
    return Caller(
        key_id="",
        provider_id=provider.id,
        org_id=organization.id,
        name=provider.name,
        scopes=(),
        gateway="sandbox",
        uses_own_credentials=False,
        currency=organization.default_currency,
        uses_platform_credentials=organization.uses_platform_credentials,
    )


def _known() -> set[str]:
    with reading() as session:
        ids = session.scalars(select(Order.external_id).where(Order.external_id.like("DEMO-%")))
        return set(ids)


def _play(caller: Caller, story: Story, now: datetime) -> None:
    """One story (flows): done now, then said to have happened when it tells."""
    began, created = clock.now(), now - story.ago
    order_id = playing.ask(caller, story, created)
    playing.decide(order_id, story)
    past.date_back(order_id, created, story.lasts)
    past.move(order_id, began, created + story.took)
    began = clock.now()
    if story.end == End.expired:
        ending.expire(order_id)
        past.move(order_id, began, created + story.lasts)
    elif story.end in REASONS:
        part = None if story.end == End.refunded else Money(story.minor // 4, story.currency)
        playing.refund(order_id, part, REASONS[story.end])
        past.move(order_id, began, created + DAY + story.took)
    webhooks.tell(order_id, story)
