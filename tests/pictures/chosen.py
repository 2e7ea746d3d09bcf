"""The pictures that README and docs show, by the name of their file."""

from tests.bans import ROOT

__all__ = ["CHOSEN", "SHOWN"]

SHOWN = ROOT / "docs" / "img"

# Name of the file: the page, and how it is looked at.
CHOSEN = {
    "home": ("home-show", "light-1280"),
    "home-dark": ("home-show", "dark-1280"),
    "orders": ("orders-index", "light-1280"),
    "orders-dark": ("orders-index", "dark-1280"),
    "order": ("orders-show", "light-1280"),
    "escrow": ("orders-freed", "light-1280"),
    "seller": ("sellers-show", "light-1280"),
    "deliveries": ("providers-deliveries-index", "light-1280"),
    "delivery": ("providers-deliveries-show", "light-1280"),
    "pay": ("checkout-choose", "light-1280"),
    "pay-phone": ("checkout-choose", "light-375"),
    "reference-phone": ("checkout-reference", "light-375"),
    "qr-phone": ("checkout-qr-coin", "light-375"),
    "push-phone": ("checkout-wait", "light-375"),
    "paid-phone": ("checkout-paid", "light-375"),
    "failed-phone": ("checkout-failed", "dark-375"),
    "processing-phone": ("checkout-processing", "dark-375"),
}
