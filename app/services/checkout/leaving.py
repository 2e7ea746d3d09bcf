"""Coming back from a gateway, and giving up. Flows."""

from collections.abc import Mapping

import structlog

from app.adapters.gateways import base
from app.kit.tenancy import as_org
from app.models.payment import OPEN
from app.services import payments
from app.services.checkout.looking import Found, page
from app.services.orders import ending

__all__ = ["come_back", "give_up"]

log = structlog.get_logger()


def come_back(found: Found, query: Mapping[str, str]) -> None:
    """The customer returned from a gateway: ask it once. What they say proves nothing."""
    with as_org(found.org_id):
        now = page(found)
        if now.payment is None or now.payment.status not in OPEN:
            return
        try:
            payments.returned(now.payment.id, query)
        except base.GatewayError as error:
            log.info("checkout.return_unanswered", error=type(error).__name__)


def give_up(found: Found) -> None:
    """The customer cancels. Raises Conflict when something is, or may be, paid."""
    with as_org(found.org_id):
        ending.cancel(found.order_id, actor="customer")
