"""What the merchant's own balance paid because too little was held. Parts; the order is locked."""

from app.kit.money import Money
from app.models import Account, Attention, JournalKind, Order
from app.services import ledger, records
from app.services.ledger import Posting
from app.services.orders import attention

__all__ = ["cover", "uncover"]


def cover(order: Order, held_minor: int, needed_minor: int) -> None:
    """More went out than was held, so it came out of the merchant's own balance: that is written
    down, and somebody should look."""
    short = needed_minor - held_minor
    if short <= 0:
        return
    ledger.write(order, JournalKind.cover, [Posting(Account.gateway, Account.held, short)])
    attention.say(order, Attention.escrow_uncovered)
    records.timeline(order, "escrow.uncovered", amount=str(Money(short, order.currency)))


def uncover(order: Order, back_minor: int) -> None:
    """Money came back after all: the merchant gets what they covered out of it."""
    covered = -ledger.at_the_gateway(order.id, JournalKind.cover)
    if (own := min(back_minor, covered)) > 0:
        ledger.write(order, JournalKind.cover, [Posting(Account.held, Account.gateway, own)])
