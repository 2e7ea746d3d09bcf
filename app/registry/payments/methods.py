"""What several gateways offer under the same name."""

from app.registry.spec import Method, mark

__all__ = ["CARD", "EUR", "MBWAY", "MULTIBANCO", "USD"]

USD = frozenset({"USD"})
EUR = frozenset({"EUR"})

CARD = Method("card", mark("Card"), mark("Visa, Mastercard and more, on a secure page"))
MULTIBANCO = Method("multibanco", "Multibanco", pace="reference")
MBWAY = Method("mbway", "MB WAY", asks=("phone",), pace="push", acts_alone=True)
