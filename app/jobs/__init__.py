"""The clock's door: what a task's name runs, a few lines each."""

from collections.abc import Callable

from app.jobs import handlers
from app.services.tasks import Again, Claimed

__all__ = ["GIVING_UP", "HANDLERS", "Handler"]

Handler = Callable[[Claimed], Again | None]

HANDLERS: dict[str, Handler] = {
    "analytics.tell": handlers.tell_analytics,
    "deliveries.replay": handlers.replay_deliveries,
    "deliveries.send": handlers.send_delivery,
    "escrow.clock": handlers.look_at_escrow,
    "escrow.release": handlers.send_release,
    "escrow.reverse": handlers.fetch_back,
    "inbound.apply": handlers.apply_inbound,
    "item_images.fetch": handlers.fetch_item_image,
    "logos.drop": handlers.drop_logo,
    "mail.send": handlers.send_mail,
    "orders.drop_export": handlers.drop_export,
    "orders.expire": handlers.expire_order,
    "orders.export": handlers.write_export,
    "organizations.erase": handlers.erase_organization,
    "payments.cancel": handlers.cancel_payment,
    "payments.check": handlers.check_payment,
    "refunds.review": handlers.review_refunds,
    "refunds.send": handlers.send_refund,
    "sandbox.finish": handlers.finish_sandbox,
    "sandbox.notify": handlers.notify_sandbox,
    "payouts.send": handlers.send_payout,
    "payouts.check": handlers.check_payout,
    "sellers.open": handlers.open_seller,
    "sellers.refresh": handlers.refresh_seller,
}

# What is written down in the commit that gives a task up, or has its tries begin anew.
GIVING_UP: dict[str, Handler] = {
    "deliveries.replay": handlers.abandon_replay,
    "deliveries.send": handlers.abandon_delivery,
    "item_images.fetch": handlers.abandon_item_image,
    "escrow.release": handlers.abandon_release,
    "escrow.reverse": handlers.abandon_reversal,
    "orders.export": handlers.abandon_export,
    "payouts.send": handlers.abandon_payout,
    "refunds.send": handlers.abandon_refund,
}
