"""The merchants' door to their orders: what was asked for, what came, what goes back."""

from flask import Blueprint

from app.blueprints.orders import (
    differences,
    escrow,
    export,
    listing,
    order,
    outcomes,
    refund,
    release,
    saving,
)

__all__ = ["bp"]

bp = Blueprint("orders", __name__)

listing.register(bp)
differences.register(bp)
export.register(bp)
order.register(bp)
refund.register(bp)
outcomes.register(bp)
escrow.register(bp)
release.register(bp)
saving.register(bp)
