"""The page on which a seller says who they are, and what the gateway says of them since. Flows."""

from app.adapters.gateways import base
from app.kit import clock
from app.kit.errors import AppError, Conflict
from app.models import Seller
from app.services import redirects
from app.services.sellers.look import get
from app.services.sellers.opening import connect
from app.services.sellers.standing import closed, record
from app.services.sellers.ways import way_of

__all__ = ["onboarding_link", "refresh"]


def onboarding_link(seller: Seller, *, return_url: str | None = None) -> base.Link:
    """A page of the gateway that works once; from there they come to our door, and from that on to
    `return_url`. Raises Refused for an address that nobody can be sent to, Conflict
    `seller_not_open` for a seller without an account, AppError 502 when the gateway does not
    answer."""
    if seller.gateway_seller_id is None:
        raise Conflict(f"The seller is {seller.status} and has no account", "seller_not_open")
    way, asked_at = way_of(seller, redirects.check(return_url, "returnUrl")), clock.now()
    try:
        return connect(seller).onboarding_link(
            seller.gateway_seller_id, refresh_url=way.again, return_url=way.done
        )
    except base.Missing as error:
        closed(seller.id, asked_at)
        raise Conflict("The seller's account is closed", "seller_not_open") from error
    except base.GatewayError as error:
        raise no_answer(error, seller.id) from error


def refresh(seller_id: str) -> Seller:
    """Ask the gateway how a seller stands now; the seller as they are then. Raises NotFound,
    AppError 502 when it does not answer."""
    seller = get(seller_id)
    if seller.gateway_seller_id is None:
        return seller
    asked_at = clock.now()
    try:
        record(seller_id, connect(seller).retrieve_seller(seller.gateway_seller_id), asked_at)
    except base.Missing:
        closed(seller_id, asked_at)
    except base.GatewayError as error:
        raise no_answer(error, seller_id) from error
    return get(seller_id)


def no_answer(error: base.GatewayError, seller_id: str) -> AppError:
    """What a caller is told when a gateway did not do what it was asked to about a seller: 502."""
    if isinstance(error, base.Misconfigured):
        return AppError(
            "Payment gateway rejected our credentials",
            "gateway_misconfigured",
            status=502,
            sellerId=seller_id,
        )
    return AppError(
        "Payment gateway unavailable", "gateway_unavailable", status=502, sellerId=seller_id
    )
