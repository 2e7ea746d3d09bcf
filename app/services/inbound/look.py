"""Looking at what gateways sent us about an order, with what nobody should read taken out."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import select

from app.extensions import reading
from app.kit.crypto import CannotOpen
from app.kit.logs import redact
from app.models import InboundEvent, Payment
from app.services import credentials

__all__ = ["Raw", "calls_of"]

MOST = 20  # calls
LONGEST = 8 * 1024  # characters of one
HIDDEN = "[secret]"
# Names behind which companies put what proves that it is they, or what pays.
_SECRETS = re.compile(
    r"(?i)secret|passw|signature|hmac|phishing|apikey|^apk$|(^|[_.-])(key|token|chave|cvc|cvv|pan)$"
)
_CARD = re.compile(r"\b(?:\d[ -]?){12,18}\d\b")


@dataclass(frozen=True)
class Raw:
    """One call of a gateway, to be read by a person."""

    id: str
    at: datetime
    gateway: str
    type: str
    payment_id: str
    is_applied: bool
    body: str | None  # None when it does not open


def calls_of(order_id: str) -> list[Raw]:
    """The newest calls about an order's payments, newest first; reads and opens them."""
    with reading() as session:
        found = session.scalars(
            select(InboundEvent)
            .where(
                InboundEvent.payment_id.in_(select(Payment.id).where(Payment.order_id == order_id))
            )
            .order_by(InboundEvent.id.desc())
            .limit(MOST)
        ).all()
    return [
        Raw(
            one.id,
            one.created_at,
            one.gateway,
            one.type,
            one.payment_id,
            one.applied_at is not None,
            _opened(one),
        )
        for one in found
    ]


def _opened(one: InboundEvent) -> str | None:
    try:
        body = credentials.open_field(
            one.body, table="inbound_events", owner=one.id, service=one.gateway, field="body"
        )
    except CannotOpen:
        return None
    return _readable(body)[:LONGEST]


def _readable(body: str) -> str:
    """A body as JSON with indents where it has fields, without secrets and card numbers."""
    try:
        fields = json.loads(body)
    except ValueError:
        if "=" not in body:
            return _clean(body)
        fields = dict(parse_qsl(body, keep_blank_values=True))
    return json.dumps(_without_secrets(fields), indent=2, ensure_ascii=False)


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            _clean(name): HIDDEN if one and _SECRETS.search(name) else _without_secrets(one)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [_without_secrets(one) for one in value]
    return _clean(value) if isinstance(value, str) else value


def _clean(text: str) -> str:
    return _CARD.sub(_masked, redact(text))


def _masked(found: re.Match[str]) -> str:
    """A card number but for its last four digits; other long numbers stay (ISO/IEC 7812-1)."""
    digits = [int(one) for one in found[0] if one.isdigit()]
    doubled = [sum(divmod(2 * one, 10)) for one in digits[-2::-2]]
    if (sum(digits[-1::-2]) + sum(doubled)) % 10:
        return found[0]
    return f"[card] {found[0][-4:]}"
