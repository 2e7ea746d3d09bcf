"""The merchants' door to their providers: who may ask for payments, with what key, told where."""

from flask import Blueprint

from app.blueprints.providers import (
    credentials,
    deliveries,
    endpoints,
    keys,
    logos,
    pages,
    preview,
    replays,
)

__all__ = ["bp"]

bp = Blueprint("providers", __name__)

pages.register(bp)
keys.register(bp)
endpoints.register(bp)
credentials.register(bp)
preview.register(bp)
replays.register(bp)
logos.register(bp)
bp.register_blueprint(deliveries.bp)
