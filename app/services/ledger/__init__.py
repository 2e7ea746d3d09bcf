"""The books of orders with escrow: written with the change itself, and never anything but added to.

Where an order's money is, the ledger alone says; no amount beside it could say something else.
"""

from app.services.ledger.balances import (
    Balances,
    at_the_gateway,
    balances,
    balances_of,
    of_seller,
)
from app.services.ledger.journals import Posting, write

__all__ = ["Balances", "Posting", "at_the_gateway", "balances", "balances_of", "of_seller", "write"]
