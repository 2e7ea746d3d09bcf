"""Escrow: a paid order's money is held for a seller, then freed to them, or goes back.

Releases and reversals are written down before the gateway hears of them, asked for with their own
key, and asked about until the answer is definite. At most one of them is under way for an order.
"""

from app.services.escrow.disputing import dispute, resume
from app.services.escrow.due import look_at_clock
from app.services.escrow.elsewhere import look_at_transfer
from app.services.escrow.fetching import abandon as abandon_reversal
from app.services.escrow.fetching import decide as decide_reversal
from app.services.escrow.fetching import fetch_back
from app.services.escrow.keeper import EscrowKeeper
from app.services.escrow.look import Escrow, of_order
from app.services.escrow.releasing import release
from app.services.escrow.terms import Terms, promise
from app.services.escrow.transferring import abandon as abandon_release
from app.services.escrow.transferring import decide as decide_release
from app.services.escrow.transferring import send

__all__ = [
    "Escrow",
    "EscrowKeeper",
    "Terms",
    "abandon_release",
    "abandon_reversal",
    "decide_release",
    "decide_reversal",
    "dispute",
    "fetch_back",
    "look_at_clock",
    "look_at_transfer",
    "of_order",
    "promise",
    "release",
    "resume",
    "send",
]
