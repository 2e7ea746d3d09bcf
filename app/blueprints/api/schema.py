"""Reading the API's bodies: from JSON as it was sent to values the services take."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import ValidationError

from app.blueprints.api.requests_schema import (
    Body,
    DisputeFields,
    EscrowFields,
    IntentFields,
    LinkFields,
    RefundFields,
    ReplayFields,
    SellerFields,
)
from app.kit.errors import Refused
from app.kit.money import InvalidAmount, Money, is_currency, read_decimal, to_minor
from app.registry import GatewaySpec, gateways
from app.registry.spec import CAP
from app.services import item_images
from app.services.escrow import Terms
from app.services.intents import Wanted
from app.services.sellers import Wanted as Seller

__all__ = [
    "amount_of",
    "dispute_reason",
    "refund_amount",
    "replay_since",
    "return_url",
    "seller",
    "wanted",
]

BEYOND = 10**15  # minor units; more than any payment

Shape = TypeVar("Shape", bound=Body)


def wanted(body: Mapping[str, Any], *, default_gateway: str, default_currency: str) -> Wanted:
    """Read the body of create-payment-intent. Raises Refused, in the contract's order: amount,
    gateway, currency, the rest."""
    if body.get("amount") is None:
        raise Refused("Amount is required", "amount_required")
    gateway, currency = body.get("gateway"), body.get("currency")
    name = default_gateway if gateway is None else gateway
    spec = gateways().get(name) if isinstance(name, str) else None
    code = default_currency if currency is None else currency
    minor = _amount(body["amount"], code if is_currency(code) else None, spec)
    if spec is None:
        raise _no_gateway(name)
    if not is_currency(code) or code not in spec.currencies:
        raise Refused(f'Unsupported currency: "{_shown(code)}"', "invalid_currency")
    fields = _fields(IntentFields, body)
    return Wanted(
        Money(minor, code),
        gateway=gateway,
        item_name=(fields.item_name or "").strip() or None,
        item_description=fields.item_description,
        item_image_url=fields.item_image_url and item_images.check(fields.item_image_url),
        external_id=fields.external_id,
        customer_email=fields.customer_email,
        locale=fields.locale,
        metadata=fields.metadata or {},
        expires_in=86_400 if fields.expires_in is None else fields.expires_in,
        escrow=_terms(fields.escrow) if fields.escrow else None,
    )


def _terms(found: EscrowFields) -> Terms:
    return Terms(
        found.seller_id,
        fee_bps=int(found.fee_percent * 100),
        release_after_days=found.release_after_days,
    )


def _amount(value: Any, currency: str | None, spec: GatewaySpec | None) -> int:
    """Major units to minor units, within the gateway's limits. What gateway or currency would
    decide is left open where there is no such one: that is refused next."""
    try:
        number = read_decimal(value)
        if currency is None:
            return _plausible(number)
        minor = to_minor(number, currency)
        if not _fits(minor, currency, spec):
            raise InvalidAmount
        return minor
    except InvalidAmount as error:
        raise Refused("Invalid amount provided", "invalid_amount") from error


def _plausible(number: Decimal) -> int:
    if not 0 < number <= CAP:
        raise InvalidAmount
    return 1


def _fits(minor: int, currency: str, spec: GatewaySpec | None) -> bool:
    if spec is None:
        return minor <= CAP
    return spec.takes(minor, currency)


def refund_amount(
    body: Mapping[str, Any], currency: str, gateway: str
) -> tuple[Money | None, str | None]:
    """Amount (None: all that is left) and reason of a refund through a gateway. Raises Refused."""
    reason = _fields(RefundFields, body).reason
    return amount_of(body, currency, gateway), reason


def amount_of(body: Mapping[str, Any], currency: str, gateway: str) -> Money | None:
    """A part of an order's amount, through a gateway; None for all that is left. Raises Refused."""
    if body.get("amount") is None:
        return None
    try:
        minor = to_minor(read_decimal(body["amount"]), currency)
        if minor % gateways()[gateway].step_of(currency):
            raise InvalidAmount
    except InvalidAmount as error:
        raise Refused("Invalid amount provided", "invalid_amount") from error
    # What is beyond any payment is refused as more than is left; as a number databases hold.
    return Money(min(minor, BEYOND), currency)


def dispute_reason(body: Mapping[str, Any]) -> str | None:
    """Why held money is disputed. Raises Refused."""
    return _fields(DisputeFields, body).reason


def seller(body: Mapping[str, Any]) -> Seller:
    """Read the body of a new seller. Raises Refused."""
    fields = _fields(SellerFields, body)
    if fields.gateway is not None and fields.gateway not in gateways():
        raise _no_gateway(fields.gateway)
    return Seller(fields.name, fields.email, fields.country, fields.external_id, fields.gateway)


def return_url(body: Mapping[str, Any]) -> str | None:
    """Where a seller goes after the gateway's page. Raises Refused."""
    return _fields(LinkFields, body).return_url


def _no_gateway(name: Any) -> Refused:
    known = ", ".join(gateways())
    return Refused(f'Invalid gateway: "{_shown(name)}". Available: {known}', "invalid_gateway")


def replay_since(body: Mapping[str, Any]) -> datetime:
    """From when on deliveries are to be sent once more. Raises Refused."""
    return _fields(ReplayFields, body).since


def _fields(shape: type[Shape], body: Mapping[str, Any]) -> Shape:
    try:
        return shape.model_validate(dict(body))
    except ValidationError as error:
        name = _name_of(error.errors()[0]["loc"])
        raise Refused(f'Invalid field: "{name}"', "invalid_field", field=name) from error


def _name_of(where: tuple[int | str, ...]) -> str:
    """The field that is not right: inside of `escrow` the one in there, else the outermost. Never a
    name that is the caller's own."""
    ours = {one.alias for one in EscrowFields.model_fields.values()}
    if where[0] == "escrow" and len(where) > 1 and where[1] in ours:
        return f"escrow.{where[1]}"
    return str(where[0])


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else type(value).__name__
    return text[:60].encode("utf-8", "replace").decode()
