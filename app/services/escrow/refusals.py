"""What follows when a gateway refuses to free money. A part; the order and hold are locked."""

from app.adapters.gateways import base
from app.models import Attention, Hold, Order, Release
from app.services import tasks
from app.services.escrow import holding
from app.services.orders import attention

__all__ = ["ask_about_seller", "follow"]


def ask_about_seller(hold: Hold) -> None:
    """Have the gateway asked how the seller stands: that they can be paid again, or not any more,
    may never have reached us."""
    seller = hold.seller_id
    tasks.add("sellers.refresh", {"seller": seller}, key=f"sellers.refresh:{seller}")


def follow(order: Order, hold: Hold, release: Release, error: base.GatewayError) -> None:
    """A release was refused. Where its date had come and the refusal may pass, the date stays and
    is tried again; else nothing frees the money by itself any more, and a person decides."""
    seconds = _until_it_may_pass(hold, error)
    if release.cause != "date":
        attention.say(order, Attention.release_failed)
    elif seconds is None:
        holding.forget_date(hold)
        attention.say(order, Attention.release_failed)
    else:
        holding.wait(hold, seconds)
        attention.clear(order, Attention.release_unknown)


def _until_it_may_pass(hold: Hold, error: base.GatewayError) -> int | None:
    """In seconds; and have the gateway asked about what it has just let us know."""
    if isinstance(error, base.SellerNotReady):
        ask_about_seller(hold)
        return holding.UNREADY
    if isinstance(error, base.Contested):
        payment = hold.payment_id or ""
        tasks.add("payments.check", {"payment": payment}, key=f"payments.check:{payment}")
        return holding.BUSY
    return None
