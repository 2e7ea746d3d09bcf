"""One function for each task: unpack its arguments, call the service."""

from app.kit.tenancy import current_org
from app.services import (
    analytics,
    deliveries,
    erasing,
    escrow,
    exports,
    inbound,
    item_images,
    logos,
    mail,
    payments,
    payouts,
    refunds,
    sandbox,
    sellers,
)
from app.services.deliveries import replays
from app.services.orders import ending
from app.services.tasks import Again, Claimed

__all__: list[str] = []


def tell_analytics(task: Claimed) -> None:
    analytics.tell(task.args)


def send_delivery(task: Claimed) -> None:
    deliveries.send(task)


def abandon_delivery(task: Claimed) -> None:
    deliveries.abandon(task)


def replay_deliveries(task: Claimed) -> Again | None:
    return replays.go_on(task.args["replay"])


def abandon_replay(task: Claimed) -> None:
    replays.abandon(task.args["replay"])


def look_at_escrow(task: Claimed) -> None:
    escrow.look_at_clock(task.args["hold"])


def send_release(task: Claimed) -> Again | None:
    return escrow.send(task.args["release"])


def abandon_release(task: Claimed) -> Again:
    return escrow.abandon_release(task.args["release"])


def fetch_back(task: Claimed) -> Again | None:
    return escrow.fetch_back(task.args["refund"])


def abandon_reversal(task: Claimed) -> Again:
    return escrow.abandon_reversal(task.args["refund"])


def send_payout(task: Claimed) -> Again | None:
    return payouts.send(task.args["payout"])


def abandon_payout(task: Claimed) -> Again:
    return payouts.abandon(task.args["payout"])


def check_payout(task: Claimed) -> Again | None:
    return payouts.check(task.args["payout"])


def open_seller(task: Claimed) -> Again | None:
    return sellers.open_account(task.args["seller"])


def refresh_seller(task: Claimed) -> None:
    sellers.refresh(task.args["seller"])


def apply_inbound(task: Claimed) -> Again | None:
    return inbound.apply(task.args["event"])


def send_mail(task: Claimed) -> None:
    mail.send(task.args)


def expire_order(task: Claimed) -> Again | None:
    return ending.expire(task.args["order"])


def write_export(task: Claimed) -> Again | None:
    return exports.write(task.args["export"])


def abandon_export(task: Claimed) -> None:
    exports.abandon(task)


def drop_export(task: Claimed) -> None:
    exports.drop(task.args["export"])


def erase_organization(_task: Claimed) -> Again | None:
    return erasing.erase()


def fetch_item_image(task: Claimed) -> None:
    item_images.fetch(task)


def abandon_item_image(task: Claimed) -> None:
    item_images.abandon(task.args["order"])


def drop_logo(task: Claimed) -> None:
    logos.drop(task.args)


def cancel_payment(task: Claimed) -> Again | None:
    return payments.cancel(task.args["payment"])


def check_payment(task: Claimed) -> Again | None:
    return payments.check(task.args["payment"])


def review_refunds(task: Claimed) -> None:
    refunds.review(task.args["payment"])


def send_refund(task: Claimed) -> Again | None:
    return refunds.send(task.args["refund"])


def abandon_refund(task: Claimed) -> Again:
    return refunds.abandon(task.args["refund"])


def finish_sandbox(task: Claimed) -> None:
    sandbox.finish_later(task.args["payment"])


def notify_sandbox(task: Claimed) -> None:
    arguments = task.args
    sandbox.notify(
        current_org(),
        arguments["event"],
        arguments["type"],
        arguments["payment"],
        arguments["reference"],
    )
