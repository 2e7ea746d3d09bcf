"""Payouts: sellers' money on its way from their balance at a gateway to their bank.

Most gateways pay out by themselves and call us about it; where they let us, we ask for one. How a
payout stands is always what the gateway answers, so the history here is one of its answers.
"""

from app.services.payouts.following import check, follow
from app.services.payouts.look import balance, page
from app.services.payouts.offering import Obstacle, Offer, can_be_paid_out, offer
from app.services.payouts.sending import abandon, ask_again, create, decide, send

__all__ = [
    "Obstacle",
    "Offer",
    "abandon",
    "ask_again",
    "balance",
    "can_be_paid_out",
    "check",
    "create",
    "decide",
    "follow",
    "offer",
    "page",
    "send",
]
