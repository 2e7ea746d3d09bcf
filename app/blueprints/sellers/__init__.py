"""The merchants' door to those they are paid for: sellers, what is held for them, what they got."""

from flask import Blueprint

from app.blueprints.sellers import holds, making, pages, payout_outcomes, payouts, statements

__all__ = ["bp"]

bp = Blueprint("sellers", __name__)

pages.register(bp)
making.register(bp)
holds.register(bp)
statements.register(bp)
payouts.register(bp)
payout_outcomes.register(bp)
