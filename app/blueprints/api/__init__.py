"""The providers' door: JSON in, JSON out, a key with every call."""

from flask import Blueprint

from app.blueprints.api import (
    docs,
    escrow,
    gateways,
    intents,
    orders,
    refunds,
    replays,
    sellers,
    webhooks,
)
from app.extensions import csrf

__all__ = ["bp"]

bp = Blueprint("api", __name__, url_prefix="/api")
csrf.exempt(bp)

for part in (intents, gateways, orders, refunds, escrow, sellers, webhooks, replays, docs):
    part.register(bp)
