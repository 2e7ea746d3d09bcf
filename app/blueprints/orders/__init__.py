"""The merchants' door to their orders: what was asked for, what came, what goes back."""

from flask import Blueprint

from app.blueprints.orders import listing, order

__all__ = ["bp"]

bp = Blueprint("orders", __name__)

listing.register(bp)
order.register(bp)
