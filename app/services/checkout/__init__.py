"""What a customer does with an order: look, choose a method, come back, give up."""

from app.services.checkout.leaving import come_back, give_up
from app.services.checkout.looking import Found, Page, find, image, page
from app.services.checkout.paying import pay
from app.services.checkout.receipts import Receipt, receipt

__all__ = [
    "Found",
    "Page",
    "Receipt",
    "come_back",
    "find",
    "give_up",
    "image",
    "page",
    "pay",
    "receipt",
]
