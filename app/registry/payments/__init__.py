"""The catalogue of companies that move money, in the order the API lists them."""

from app.registry.payments.crypto import CRYPTO
from app.registry.payments.easypay import EASYPAY
from app.registry.payments.ifthenpay import IFTHENPAY
from app.registry.payments.paypal import PAYPAL
from app.registry.payments.sandbox import SANDBOX
from app.registry.payments.square import SQUARE
from app.registry.payments.stripe import STRIPE

__all__ = ["PAYMENTS"]

PAYMENTS = (STRIPE, SQUARE, PAYPAL, CRYPTO, EASYPAY, IFTHENPAY, SANDBOX)
