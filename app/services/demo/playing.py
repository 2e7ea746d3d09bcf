"""A provider's call, a customer's payment and a refund, as anybody makes them."""

from datetime import datetime

from ulid import ULID

from app.kit.money import Money
from app.kit.tenancy import current_org
from app.models import Order
from app.services import checkout, escrow, intents, payments, refunds, sandbox
from app.services.api_keys import Caller
from app.services.demo.stories import End, Story

__all__ = ["ask", "decide", "refund"]

BUTTONS = {End.failed: "decline", End.expired: None, End.cancelled: None, End.pending: None}
SCENARIOS = {End.late: "late", End.short: "wrong_amount"}


def ask(caller: Caller, story: Story, created: datetime, terms: escrow.Terms | None = None) -> str:
    """The provider's call; the order's id begins with the moment it was made in, as any does."""
    scenario = SCENARIOS.get(story.end)
    order_id = f"{Order.ID_PREFIX}_{ULID.from_datetime(created)}"
    wanted = intents.Wanted(
        Money(story.minor, story.currency),
        item_name=story.item,
        external_id=story.external_id,
        customer_email=story.email,
        metadata={"scenario": scenario} if scenario else {},
        expires_in=int(story.lasts.total_seconds()),
        escrow=terms,
        order_id=order_id,
    )
    intents.create(
        caller,
        wanted,
        None,
        lambda intent: {"orderId": intent.order.id},
        lambda order, _reason: {"orderId": order.id},
    )
    return order_id


def decide(order_id: str, story: Story) -> None:
    """What the customer does, on our page and on the sandbox's."""
    found = checkout.Found(current_org(), order_id)
    if story.end == End.cancelled:
        checkout.give_up(found)
        return
    live = checkout.pay(found, "test", {}).payment
    button = BUTTONS.get(story.end, "pay")
    if live and live.gateway_ref and button:
        sandbox.press(live.gateway_ref, button)
        payments.ask(live.id, actor="return page")


def refund(order_id: str, amount: Money | None, why: str) -> None:
    """The merchant gives back a part, or with None all that is left."""
    refunds.create(order_id, amount, reason=why, actor="demo", render=lambda one: {"id": one.id})
