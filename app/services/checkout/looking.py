"""An order as its customer sees it. Reads, and a picture of the gateway's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.adapters.gateways import actions, base
from app.extensions import reading
from app.kit import clock, qr
from app.kit.errors import NotFound
from app.kit.tenancy import as_org
from app.models import (
    DoorKind,
    Order,
    OrderStatus,
    Organization,
    Payment,
    PaymentStatus,
    Provider,
)
from app.models.payment import OPEN
from app.registry import Method, gateway
from app.services import branding, doors, routing
from app.services.branding import Brand
from app.services.credentials import Scope

__all__ = ["Found", "Page", "find", "image", "page"]


@dataclass(frozen=True)
class Found:
    """Where a checkout token leads."""

    org_id: str
    order_id: str


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

    @property
    def redirect_url(self) -> str | None:
        """Where the customer goes next, when that is another company's page."""
        return self.action.url if isinstance(self.action, actions.Redirect) else None

    @property
    def is_unclear(self) -> bool:
        """True while a gateway has not answered: nobody may be told to try again."""
        return self.payment is not None and self.payment.status == PaymentStatus.unknown

    @property
    def is_waiting(self) -> bool:
        """True while news may come that the page should show by itself."""
        if self.order.status == OrderStatus.processing:
            return True
        return self.order.is_payable and (
            self.is_unclear or (self.payment is not None and self.payment.action is not None)
        )


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
    with as_org(found.org_id), reading() as session:
        row = session.execute(
            select(Order, Provider, Organization)
            .join(Provider, Provider.id == Order.provider_id)
            .join(Organization, Organization.id == Order.org_id)
            .where(Order.id == found.order_id)
        ).one()
        tried = session.scalars(
            select(Payment).where(Payment.order_id == found.order_id).order_by(Payment.id)
        ).all()
    order, provider = row.Order, row.Provider
    live = next((one for one in tried if one.is_live), None)
    failed = [one.failure for one in tried if one.status == PaymentStatus.failed]
    return Page(
        order,
        provider,
        branding.brand_of(row.Organization),
        live,
        # What a deleted organization leaves is books and receipts; nothing is paid any more.
        () if row.Organization.closed_at else _methods(order, tried),
        failed[-1] if failed and order.status == OrderStatus.failed else None,
        None if row.Organization.closed_at else _action(live),
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
    offered: Sequence[str] | None = next((one.offered for one in tried if one.offered), None)
    if offered is None:
        offered = _of_account(order) if spec.creates_at == "pay" else ()
    named = {method.name: method for method in possible}
    return tuple(named[name] for name in offered if name in named)


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
