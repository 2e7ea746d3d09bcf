"""A customer's bank takes money back, and decides later whose it is. Parts; the order is locked.

The gateway's total is followed, as with refunds: news that come twice or late change nothing more.
"""

from app.kit import clock
from app.models import (
    Account,
    Attention,
    EventType,
    Hold,
    HoldStatus,
    JournalKind,
    NoticeKind,
    Order,
    Payment,
)
from app.models.escrow import CHARGEBACK
from app.services import events, ledger, notices, records
from app.services.escrow import holding
from app.services.escrow.covering import cover, uncover
from app.services.ledger import Posting

__all__ = ["follow"]


def follow(
    order: Order, payment: Payment, hold: Hold, taken_minor: int, *, is_contested: bool
) -> None:
    """The bank has taken this much in all, and has decided unless it `is_contested`. While it has
    not, nothing is released or refunded, whether money was taken yet or not."""
    was, hold.is_charged_back = hold.is_charged_back, is_contested
    moved = _book(order, taken_minor)
    begins = not was and (is_contested or moved)  # it may be over before we hear that it began
    if begins:
        _begin(order, payment, hold)
    if is_contested:
        holding.settle(order, hold)
    elif was or begins:
        _end(order, payment, hold, is_lost=taken_minor > 0)


def _book(order: Order, taken_minor: int) -> bool:
    """Write down what was taken, or came back, since the last news."""
    before = ledger.at_the_gateway(order.id, JournalKind.chargeback, JournalKind.chargeback_won)
    more = taken_minor - before
    if more > 0:
        cover(order, ledger.balances(order.id).held, more)
        went = Posting(Account.held, Account.gateway, more)
        ledger.write(order, JournalKind.chargeback, [went])
    elif more < 0:
        back = Posting(Account.gateway, Account.held, -more)
        ledger.write(order, JournalKind.chargeback_won, [back])
        uncover(order, -more)
    return more != 0


def _begin(order: Order, payment: Payment, hold: Hold) -> None:
    hold.charged_back_at = clock.now()
    holding.stop(hold)
    order.attention = Attention.chargeback
    notices.about_order(NoticeKind.chargeback, order)
    records.timeline(order, "escrow.charged_back", payment=payment)
    told = holding.told(order, hold, ledger.balances(order.id))
    events.append(order, EventType.escrow_disputed, payment, disputeReason=CHARGEBACK, **told)


def _end(order: Order, payment: Payment, hold: Hold, *, is_lost: bool) -> None:
    """Where somebody had disputed it before the bank did, that dispute goes on. Of what is left
    after a lost one, a person decides: no date frees it."""
    if is_lost:
        hold.seconds_left = None
    elif order.attention == Attention.chargeback:
        order.attention = None
    hold.charged_back_at = None
    if hold.disputed_at is None:
        holding.run_on(hold)
    found = holding.settle(order, hold)
    outcome = "lost" if is_lost else "won"
    records.timeline(order, f"escrow.chargeback_{outcome}", payment=payment)
    if hold.status == HoldStatus.held:
        told = holding.told(order, hold, found)
        events.append(order, EventType.escrow_held, payment, **told)
