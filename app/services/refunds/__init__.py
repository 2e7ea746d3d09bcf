"""Refunds: reserved, asked for, and asked about until an answer, or a person, is definite."""

from app.services.refunds.asking import ask_again
from app.services.refunds.create import create
from app.services.refunds.reviewing import review
from app.services.refunds.sayable import sayable_of
from app.services.refunds.sending import abandon, decide, send

__all__ = ["abandon", "ask_again", "create", "decide", "review", "sayable_of", "send"]
