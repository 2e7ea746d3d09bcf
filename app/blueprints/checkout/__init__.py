"""The customers' door: the page they pay on. No cookie, no account; the address is the secret."""

from flask import Blueprint

from app.blueprints.checkout import form_targets, pages, receipts, sandbox
from app.extensions import csrf

__all__ = ["bp"]

bp = Blueprint("checkout", __name__)
csrf.exempt(bp)  # forms here carry a token made from the order's own, so no cookie is needed
bp.before_request(form_targets.allow)

pages.register(bp)
receipts.register(bp)
sandbox.register(bp)
