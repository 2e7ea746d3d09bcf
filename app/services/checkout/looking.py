"""An order as its customer sees it. Reads, and a picture of the gateway's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select

from app.adapters.gateways import actions, base
from app.extensions import reading
from app.kit import clock, qr
from app.kit.errors import NotFound
from app.kit.tenancy import as_org
from app.models import (
    DoorKind,
    ItemImage,
    Logo,
    Order,
    OrderStatus,
    Organization,
    Payment,
    PaymentStatus,
    Provider,
)
from app.models.payment import OPEN
from app.registry import Method, gateway
from app.services import branding, doors, failover, logos, routing
from app.services.branding import Brand
from app.services.credentials import Scope
from app.services.failover import Offer

__all__ = ["Found", "Page", "Way", "find", "image", "is_unanswered", "may_be_paid", "page"]


@dataclass(frozen=True)
class Found:
    """Where a checkout token leads."""

    org_id: str
    order_id: str


@dataclass(frozen=True)
class Way:
    """One choice of the customer; `company` is named where it is another gateway's."""

    value: str
    method: Method
    company: str | None = None


@dataclass(frozen=True)
class Page:
    """Everything the checkout page shows; no secret among it."""

    order: Order
    provider: Provider
    brand: Brand
    payment: Payment | None  # the current one
    methods: tuple[Method, ...]
    last_failure: str | None
    action: actions.Action | None
    others: tuple[Offer, ...] = ()  # what may take over, once something went wrong
    logo: Logo | None = None
    item_image: ItemImage | None = None

    @property
    def ways(self) -> tuple[Way, ...]:
        """What the customer can choose now; nothing at the gateway that has not answered yet."""
        own = () if self.is_unclear else tuple(Way(one.name, one) for one in self.methods)
        return own + tuple(
            Way(f"{offer.gateway}:{one.name}", one, offer.company)
            for offer in self.others
            for one in offer.methods
        )

    @property
    def redirect_url(self) -> str | None:
        """Where the customer goes next, when that is another company's page."""
        return self.action.url if isinstance(self.action, actions.Redirect) else None

    @property
    def is_unclear(self) -> bool:
        """True while a gateway has not answered, and somebody may be paying or have paid: nobody
        may be told to try again."""
        return self.payment is not None and is_unanswered(self.payment)

    @property
    def went_unanswered(self) -> bool:
        """True when the gateway did not answer the last choice, and nobody can pay what it asked
        for: choosing again is safe."""
        live = self.payment
        return live is not None and live.status == PaymentStatus.unknown and not self.is_unclear

    @property
    def ran_out(self) -> bool:
        """True when an app asked the customer and its time is over; it can be asked again."""
        live = self.payment
        if live is None or live.action is None or not self.order.is_payable:
            return False
        is_open = live.status in OPEN and self.action is None
        return is_open and live.action["kind"] == actions.Wait.kind

    @property
    def is_waiting(self) -> bool:
        """True while news may come that the page should show by itself."""
        if self.order.status == OrderStatus.processing:
            return True
        return self.order.is_payable and (
            self.is_unclear or (self.payment is not None and self.payment.action is not None)
        )


def may_be_paid(payment: Payment) -> bool:
    """Whether a customer may hold a way to pay it: they saw one, or asking for it was enough."""
    method = gateway(payment.gateway).method(payment.method)
    return payment.was_shown or (method is not None and method.acts_alone)


def is_unanswered(payment: Payment) -> bool:
    """Whether a gateway is being asked, or never answered, for something that may be paid."""
    asked = payment.status in {PaymentStatus.created, PaymentStatus.unknown}
    return asked and may_be_paid(payment)


def find(token: str) -> Found:
    """The order behind a checkout address. Raises NotFound."""
    if len(token) != 32:
        raise NotFound("No such order")
    opened = doors.open_door(DoorKind.checkout, token)
    if opened is None:
        raise NotFound("No such order")
    return Found(opened.org_id, opened.subject_id)


def page(found: Found) -> Page:
    """The order as its customer sees it."""
    with as_org(found.org_id):
        return _page(found.order_id)


def _page(order_id: str) -> Page:
    with reading() as session:
        query = (
            select(Order, Provider, Organization, ItemImage)
            .join(Provider, Provider.id == Order.provider_id)
            .join(Organization, Organization.id == Order.org_id)
            .outerjoin(
                ItemImage,
                and_(ItemImage.org_id == Order.org_id, ItemImage.id == Order.image_id),
            )
            .where(Order.id == order_id)
        )
        row = session.execute(logos.with_logos(query)).one()
        tried = session.scalars(
            select(Payment).where(Payment.order_id == order_id).order_by(Payment.id)
        ).all()
    order, provider = row.Order, row.Provider
    # What a deleted organization leaves is books and receipts; nothing is paid any more.
    is_closed = row.Organization.closed_at is not None
    methods = () if is_closed else _methods(order, tried)
    live = next((one for one in tried if one.is_live), None)
    failed = [one.failure for one in tried if one.status == PaymentStatus.failed]
    return Page(
        order,
        provider,
        branding.brand_of(row.Organization),
        live,
        methods,
        failed[-1] if failed and order.status == OrderStatus.failed else None,
        None if is_closed else _action(live),
        () if is_closed else _others(order, provider, tried, methods),
        logos.shown(row),
        row.ItemImage,
    )


def _action(live: Payment | None) -> actions.Action | None:
    if live is None or live.action is None or live.status not in OPEN:
        return None
    action = actions.from_dict(live.action)
    expires: datetime | None = getattr(action, "expires_at", None)
    return None if expires and expires <= clock.now() else action


def _methods(order: Order, tried: Sequence[Payment]) -> tuple[Method, ...]:
    """What the customer may choose: what the gateway offered when it was asked at the API, else
    what the account can, as its settings are now."""
    spec = gateway(order.gateway)
    possible = spec.methods_for(order.currency)
    here = (one.offered for one in tried if one.offered and one.gateway == order.gateway)
    offered: Sequence[str] = next(here, ()) or _of_account(order)
    named = {method.name: method for method in possible}
    return tuple(named[name] for name in offered if name in named)


def _others(
    order: Order, provider: Provider, tried: Sequence[Payment], methods: Sequence[Method]
) -> tuple[Offer, ...]:
    """Other gateways are shown when this one did not do, not beside it from the start."""
    is_needed = order.is_payable and (failover.is_in_trouble(tried) or not methods)
    return tuple(failover.offers(order)) if is_needed and provider.fallback_gateways else ()


def _of_account(order: Order) -> tuple[str, ...]:
    try:
        adapter = routing.connect_scope(order.gateway, Scope(order.scope_kind, order.scope_owner))
    except base.Misconfigured:
        return ()
    found: tuple[str, ...] = adapter.methods
    return found


def image(found: Found) -> tuple[str, bytes]:
    """The QR image of the current action, the gateway's or drawn by us: type and bytes.

    Raises NotFound.
    """
    with as_org(found.org_id):
        now = page(found)
        if not isinstance(now.action, actions.ShowQr) or now.payment is None:
            raise NotFound("No image")
        url = now.action.image_url
        if url is None:
            return "image/svg+xml", qr.svg(now.action.content or now.action.url)
        try:
            content: tuple[str, bytes] = routing.connect_payment(now.payment).fetch_image(url)
        except base.GatewayError as error:
            raise NotFound("No image") from error
    return content
