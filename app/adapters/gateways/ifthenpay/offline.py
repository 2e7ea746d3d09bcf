"""Multibanco references computed here, from an entity and a sub-entity (Ifthenpay's own algorithm).

Nobody is asked, so nobody keeps references apart: entity, sub-entity, seed and amount make the
reference, and a three-digit sub-entity leaves 10,000 seeds for each amount. Such a reference never
expires either. So none is ever given twice: its money id is unique in our database, and an attempt
that would get one that was given before fails with words instead (see `payments.record`).
"""

import re

from app.adapters.gateways import base

__all__ = ["LARGEST", "is_pair", "number_of", "reference"]

LARGEST = 99_999_999  # cents; eight digits of the check
_UNCHECKED = {"21721"}  # an entity without check digits, which this algorithm does not fit
_RADIX = 36  # our references are small letters and digits


def is_pair(entity: str, sub_entity: str) -> bool:
    """True for an entity and a sub-entity that references can be computed from."""
    shapes = re.fullmatch(r"[0-9]{5}", entity) and re.fullmatch(r"[0-9]{1,3}", sub_entity)
    return bool(shapes) and entity not in _UNCHECKED


def number_of(our_reference: str) -> str:
    """Our reference of a payment as an order number, whose last digits are the seed."""
    return str(int(our_reference, _RADIX))


def reference(entity: str, sub_entity: str, number: str, minor: int) -> str:
    """The nine digits for an order number and an amount in cents.

    The check is 98 - (N * 100 mod 97) over entity, sub-entity, seed and all eight digits of the
    amount: cents count, which one official library forgets. Raises MethodUnavailable for an
    amount that does not fit.
    """
    if not 0 < minor <= LARGEST:
        raise base.MethodUnavailable("Multibanco takes up to 999,999.99 EUR")
    length = 7 - len(sub_entity)
    seed = number.zfill(length)[-length:]
    whole = int(f"{entity}{sub_entity}{seed}{minor:08d}")
    return f"{sub_entity}{seed}{98 - whole * 100 % 97:02d}"
