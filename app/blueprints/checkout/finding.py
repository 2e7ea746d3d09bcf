"""From the address a customer has to the order; guessing is counted."""

from flask import request

from app.extensions import limiter
from app.kit.errors import NotFound
from app.services import checkout
from app.services.checkout import Found

__all__ = ["find"]

UNKNOWN_TOKENS = "100/minute"  # from one address


def find(token: str) -> Found:
    """The order behind a token. Raises NotFound, and 429 for whoever guesses too often."""
    try:
        return checkout.find(token)
    except NotFound:
        who = f"token:{request.remote_addr}"
        with limiter.shared_limit(UNKNOWN_TOKENS, "checkout", key_func=lambda: who):
            raise
