"""What may come in, field by field; the documents are made from these too."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, field_validator
from pydantic.alias_generators import to_camel

from app.kit import clock, contacts
from app.kit.money import InvalidAmount, read_decimal
from app.registry import gateways

__all__ = [
    "Body",
    "CallRequest",
    "DisputeFields",
    "DisputeRequest",
    "EscrowFields",
    "IntentFields",
    "IntentRequest",
    "LinkFields",
    "LinkRequest",
    "RefundFields",
    "RefundRequest",
    "ReleaseRequest",
    "ReplayFields",
    "ReplayRequest",
    "SellerFields",
    "SellerRequest",
]

LANGUAGE_TAG = r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,4}){0,2}$"
NUMERIC = r"^[0-9]{1,30}(\.[0-9]{1,30})?$"

Text = Annotated[str, Field(strict=True)]
WebAddress = Annotated[Text, Field(max_length=2048, pattern=r"^https?://[^\s]+$")]
ExternalId = Annotated[str, Field(max_length=255)]
Amount = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0},
                {"type": "string", "pattern": NUMERIC},
            ],
            "description": "Major units, with no more decimals than the currency has.",
            "examples": [100, 19.99, "19.99"],
        }
    ),
]


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

    reason: Annotated[Text, Field(max_length=255, description="For your own records.")] | None = (
        None
    )


class EscrowFields(Body):
    """Whom an order's money is held for."""

    seller_id: Annotated[Text, Field(max_length=40)] = Field(examples=["sel_01JAB5QX0Q8E5W6N8Z"])
    release_after_days: Annotated[int, Field(strict=True, ge=1, le=365)] | None = Field(
        None, description="Days from payment to release; without it only on request.", examples=[14]
    )
    fee_percent: Annotated[
        Any,
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "number", "minimum": 0, "maximum": 100},
                    {"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,2})?$"},
                ],
                "description": "What you keep of every release, with at most two decimals.",
                "examples": ["10", 2.5],
            }
        ),
    ] = "0"

    @field_validator("fee_percent", mode="before")
    @classmethod
    def percent(cls, value: Any) -> Decimal:
        """A number or numeric text, in hundredths at the finest."""
        try:
            number = read_decimal(value)
        except InvalidAmount as error:
            raise ValueError("not a percentage") from error
        if not 0 <= number <= 100 or number != number.quantize(Decimal("0.01")):
            raise ValueError("not a percentage")
        return number


class IntentFields(Body):
    """The optional fields of create-payment-intent; amount, gateway and currency have rules of
    their own."""

    item_name: Annotated[Text, Field(max_length=200)] | None = Field(
        None, description="Shown at checkout; default: your name.", examples=["Premium Credits"]
    )
    item_description: Annotated[Text, Field(max_length=1000)] | None = Field(
        None, description="Shown at checkout.", examples=["100 credits for your account"]
    )
    item_image_url: WebAddress | None = Field(
        None,
        description="https address of a PNG, JPEG, WebP or GIF of up to 1 MiB, shown at checkout; "
        "it is fetched once the order is made, and never again that day. What is wrong with it is "
        "told in the order's story and changes nothing else.",
        examples=["https://shop.example.com/credits.png"],
    )
    external_id: Annotated[Text, Field(max_length=255)] | None = Field(
        None, description="Your own id; echoed everywhere, as text.", examples=["ORDER-1042"]
    )
    customer_email: Annotated[Text, Field(max_length=254, pattern=contacts.MAIL)] | None = Field(
        None, description="Where a receipt goes.", examples=["ada@example.com"]
    )
    locale: Annotated[Text, Field(max_length=10, pattern=LANGUAGE_TAG)] | None = Field(
        None, description="The checkout's language.", examples=["pt-PT"]
    )
    metadata: (
        Annotated[
            dict[
                Annotated[Text, Field(min_length=1, max_length=40)],
                Annotated[Text, Field(max_length=500)],
            ],
            Field(max_length=20),
        ]
        | None
    ) = Field(None, description="A flat map of texts, kept with the order.")
    escrow: EscrowFields | None = Field(
        None, description="Hold the money for a seller, through a gateway that pays sellers."
    )
    expires_in: Annotated[int, Field(strict=True, ge=300, le=2_592_000)] | None = Field(
        None, description="Seconds until the order expires; default 86400.", examples=[3600]
    )

    @field_validator("external_id", mode="before", json_schema_input_type=ExternalId | float | None)
    @classmethod
    def number_as_text(cls, value: Any) -> Any:
        """An integrator's id may be a number; it comes back as text."""
        if isinstance(value, bool):
            return value
        if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < 255:
            return format(value, "f")
        return str(value) if isinstance(value, int) else value


class CallRequest(Body):
    """What a call without fields of its own takes: nothing, or the key."""

    api_key: str | None = Field(None, description="Your key, where no header carries it.")


class IntentRequest(CallRequest, IntentFields):
    """What create-payment-intent takes. Fields that are not listed are ignored."""

    amount: Amount
    gateway: (
        Annotated[
            str,
            WithJsonSchema({"type": "string", "enum": list(gateways())}),
        ]
        | None
    ) = Field(None, description="Default: yours, then the platform's.")
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = Field(
        None, description="ISO 4217; default: the organization's.", examples=["USD"]
    )


class RefundRequest(CallRequest, RefundFields):
    """What a refund takes."""

    amount: Amount | None = Field(None, description="Default: all that is left.")


class ReplayFields(Body):
    """From when on deliveries are sent once more."""

    since: Annotated[
        datetime,
        WithJsonSchema({"type": "string", "format": "date-time"}),
        Field(
            description="Everything given up since then; at most 14 days back. Without an offset "
            "it is UTC.",
            examples=["2026-02-10T10:00:00Z"],
        ),
    ]

    @field_validator("since", mode="before")
    @classmethod
    def in_iso(cls, value: Any) -> Any:
        """A text only: a number would be taken for seconds since 1970."""
        if not isinstance(value, str):
            raise ValueError("not a text")
        return clock.read_iso(value)


class ReplayRequest(CallRequest, ReplayFields):
    """What a replay takes."""


class ReleaseRequest(CallRequest):
    """What releasing held money takes."""

    amount: Amount | None = Field(None, description="Default: all that is held.")


class DisputeFields(Body):
    """The optional fields of a dispute."""

    reason: Annotated[Text, Field(max_length=255, description="For your own records.")] | None = (
        None
    )


class DisputeRequest(CallRequest, DisputeFields):
    """What a dispute takes."""


class SellerFields(Body):
    """Whom to pay; the gateway has rules of its own."""

    name: Annotated[Text, Field(min_length=1, max_length=120)] = Field(examples=["Ada's Lamps"])
    email: Annotated[Text, Field(max_length=254, pattern=contacts.MAIL)] = Field(
        examples=["ada@example.com"]
    )
    country: Annotated[Text, Field(pattern=r"^[A-Z]{2}$")] | None = Field(
        None, description="ISO 3166-1; default: your account's.", examples=["PT"]
    )
    external_id: Annotated[Text, Field(max_length=255)] | None = Field(
        None, description="Your own id; echoed.", examples=["SELLER-7"]
    )
    gateway: Annotated[str, WithJsonSchema({"type": "string", "enum": list(gateways())})] | None = (
        Field(None, description="Default: yours, then the platform's.")
    )

    @field_validator("name", mode="after")
    @classmethod
    def _name(cls, value: str) -> str:
        """It stands in the subjects of letters."""
        if not contacts.is_name(stripped := value.strip()):
            raise ValueError("not a name on one line")
        return stripped


class SellerRequest(CallRequest, SellerFields):
    """What a new seller takes."""


class LinkFields(Body):
    """Where the seller goes afterwards."""

    return_url: WebAddress | None = Field(
        None, description="Where the seller goes when done.", examples=["https://shop.example.com"]
    )


class LinkRequest(CallRequest, LinkFields):
    """What an onboarding link takes."""
