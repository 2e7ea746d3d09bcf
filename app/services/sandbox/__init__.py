"""The company behind the built-in test gateway: its ledger, its page's buttons, its webhooks."""

from app.services.sandbox.ledger import DatabaseLedger
from app.services.sandbox.page import BUTTONS, finish_later, look, press
from app.services.sandbox.sellers import DatabaseSellers
from app.services.sandbox.webhooks import notify

__all__ = [
    "BUTTONS",
    "DatabaseLedger",
    "DatabaseSellers",
    "finish_later",
    "look",
    "notify",
    "press",
]
