"""Refunds: reserved, asked for, and asked about until an answer, or a person, is definite."""

from app.services.refunds.asking import ask_again
from app.services.refunds.create import create
from app.services.refunds.deciding import decidable, decide
from app.services.refunds.reviewing import review
from app.services.refunds.sending import send

__all__ = ["ask_again", "create", "decidable", "decide", "review", "send"]
