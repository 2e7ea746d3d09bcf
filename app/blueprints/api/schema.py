"""The API's bodies: what may come in, field by field, and what goes out."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.alias_generators import to_camel

from app.kit.errors import Refused
from app.kit.money import InvalidAmount, Money, exponent, is_currency, read_decimal, to_minor
from app.registry import GatewaySpec, gateways
from app.registry.spec import CAP
from app.services.intents import Wanted

__all__ = ["Body", "IntentFields", "RefundFields", "refund_amount", "wanted"]

BEYOND = 10**15  # minor units

Text = Annotated[str, Field(strict=True)]
Shape = TypeVar("Shape", bound="Body")


class Body(BaseModel):
    """Field names are camelCase; what we do not know is ignored."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", populate_by_name=False)

    @field_validator("*", mode="after")
    @classmethod
    def clean(cls, value: Any) -> Any:
        """Text that no database or page could hold is refused."""
        texts = [*value.keys(), *value.values()] if isinstance(value, dict) else [value]
        for text in texts:
            if isinstance(text, str) and not _is_clean(text):
                raise ValueError("NUL or a lone surrogate")
        return value


def _is_clean(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


class RefundFields(Body):
    """The optional fields of a refund, beside its amount."""

    reason: Annotated[Text, Field(max_length=255)] | None = None


class IntentFields(Body):
    """The optional fields of create-payment-intent; amount, gateway and currency have rules of
    their own."""

    item_name: Annotated[Text, Field(max_length=200)] | None = None
    item_description: Annotated[Text, Field(max_length=1000)] | None = None
    external_id: Annotated[Text, Field(max_length=255)] | None = None
    customer_email: (
        Annotated[Text, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None
    ) = None
    locale: (
        Annotated[Text, Field(max_length=10, pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z]{2,4})?$")] | None
    ) = None
    metadata: (
        Annotated[
            dict[
                Annotated[Text, Field(min_length=1, max_length=40)],
                Annotated[Text, Field(max_length=500)],
            ],
            Field(max_length=20),
        ]
        | None
    ) = None
    expires_in: Annotated[int, Field(strict=True, ge=300, le=2_592_000)] | None = None

    @field_validator("external_id", mode="before")
    @classmethod
    def number_as_text(cls, value: Any) -> Any:
        """An integrator's id may be a number; it comes back as text."""
        if isinstance(value, bool):
            return value
        if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < 255:
            return format(value, "f")
        return str(value) if isinstance(value, int) else value


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
        known = ", ".join(gateways())
        raise Refused(f'Invalid gateway: "{_shown(name)}". Available: {known}', "invalid_gateway")
    if not is_currency(code) or code not in spec.currencies:
        raise Refused(f'Unsupported currency: "{_shown(code)}"', "invalid_currency")
    fields = _fields(IntentFields, body)
    return Wanted(
        Money(minor, code),
        gateway=gateway,
        item_name=(fields.item_name or "").strip() or None,
        item_description=fields.item_description,
        external_id=fields.external_id,
        customer_email=fields.customer_email,
        locale=fields.locale,
        metadata=fields.metadata or {},
        expires_in=86_400 if fields.expires_in is None else fields.expires_in,
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
    smallest, largest = spec.limits_of(currency)
    step = 10 ** (exponent(currency) - spec.decimals_of(currency))
    return smallest <= minor <= largest and minor % step == 0


def refund_amount(body: Mapping[str, Any], currency: str) -> tuple[Money | None, str | None]:
    """Amount (None: all that is left) and reason of a refund. Raises Refused."""
    fields = _fields(RefundFields, body)
    if body.get("amount") is None:
        return None, fields.reason
    try:
        minor = to_minor(read_decimal(body["amount"]), currency)
    except InvalidAmount as error:
        raise Refused("Invalid amount provided", "invalid_amount") from error
    # Beyond any payment: refused as more than is left, by a number that every database holds.
    return Money(min(minor, BEYOND), currency), fields.reason


def _fields(shape: type[Shape], body: Mapping[str, Any]) -> Shape:
    try:
        return shape.model_validate(dict(body))
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise Refused(f'Invalid field: "{name}"', "invalid_field", field=name) from error


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else type(value).__name__
    return text.encode("utf-8", "replace").decode()[:60]
