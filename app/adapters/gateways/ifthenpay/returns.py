"""What the browser brings back from the card's page, and the hash that it carries."""

import hashlib
import hmac
from collections.abc import Mapping

from app.adapters.gateways import base
from app.adapters.gateways.ifthenpay.amounts import from_euros
from app.adapters.gateways.ifthenpay.refs import Ref

__all__ = ["read", "sign", "with_pluses"]


def sign(card_key: str, id_: str, amount: str, request_id: str) -> str:
    """Their `sk`: HMAC-SHA256 in hexadecimal with the card key over the three texts, joined."""
    message = f"{id_}{amount}{request_id}".encode()
    return hmac.new(card_key.encode(), message, hashlib.sha256).hexdigest()


def with_pluses(request_id: str) -> str:
    """A RequestId as it was: its plus signs come out of an address as spaces."""
    return request_id.replace(" ", "+")


def read(ref: Ref, query: Mapping[str, str], card_key: str) -> base.Snapshot | None:
    """`processing` for a right hash over this very attempt, else None.

    Never more: card keys are three letters and six digits, which somebody could try out.
    """
    id_, amount = query.get("id", ""), query.get("amount", "")
    request_id, given = with_pluses(query.get("requestId", "")), query.get("sk", "")
    expected = sign(card_key, id_, amount, request_id)
    is_right = hmac.compare_digest(expected.encode(), given.encode())
    if not (card_key and is_right) or (id_, request_id) != (ref.order, ref.id):
        return None
    try:
        is_whole = from_euros(amount) == ref.minor
    except ValueError:
        return None
    return base.Snapshot("processing", gateway_ref=str(ref)) if is_whole else None
