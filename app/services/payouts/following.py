"""Asking how a payout stands. Flows, for the tasks."""

from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import reading
from app.kit import clock
from app.models import Payout, PayoutStatus
from app.services import tasks
from app.services.payouts.recording import LOOK, record
from app.services.sellers.look import get
from app.services.sellers.opening import connect

__all__ = ["check", "follow"]


def follow(seller_id: str, gateway_payout_id: str) -> None:
    """The gateway has news of a payout in a seller's books: ask, and write down what it says.
    Raises GatewayError without an answer; one that it does not know is none of ours."""
    seller = get(seller_id)
    if seller.gateway_seller_id is None or not gateway_payout_id:
        return
    try:
        state = connect(seller).retrieve_payout(seller.gateway_seller_id, gateway_payout_id)
    except base.Missing:
        return
    record(seller_id, state)


def check(payout_id: str) -> tasks.Again | None:
    """Ask about a payout that is on its way, once a day until it has ended: a call that told of it
    may have been lost."""
    if not (found := _on_its_way(payout_id)):
        return None
    follow(found.seller_id, found.gateway_payout_id or "")
    return tasks.Again(clock.after(LOOK)) if _on_its_way(payout_id) else None


def _on_its_way(payout_id: str) -> Payout | None:
    query = select(Payout).where(Payout.id == payout_id, Payout.status == PayoutStatus.pending)
    with reading() as session:
        found: Payout | None = session.scalars(query).one_or_none()
    return found
