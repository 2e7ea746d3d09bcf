"""Moves of money: asked for once, and looked for until the gateway's answer is definite, or a
person's word where none can come any more.

What releases, reversals, refunds and payouts share; each of them says what is its own.
"""

from app.services.moves.deciding import MADE, NOT_MADE, Word, decide
from app.services.moves.move import Move
from app.services.moves.sending import LAST_TRY, NET, abandon, pause, send

__all__ = [
    "LAST_TRY",
    "MADE",
    "NET",
    "NOT_MADE",
    "Move",
    "Word",
    "abandon",
    "decide",
    "pause",
    "send",
]
