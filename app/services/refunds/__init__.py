"""Refunds: reserved, asked for, asked about until the answer is definite, and looked at again."""

from app.services.refunds.asking import ask_again
from app.services.refunds.create import create
from app.services.refunds.reviewing import review
from app.services.refunds.sending import send

__all__ = ["ask_again", "create", "review", "send"]
