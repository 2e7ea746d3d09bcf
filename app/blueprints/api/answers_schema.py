"""The shapes of the API's answers; the documents and the answers themselves are made from these."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel

from app.models import (
    HoldStatus,
    MoveStatus,
    OrderStatus,
    PaymentStatus,
    RefundStatus,
    SellerStatus,
)

__all__ = [
    "Answer",
    "Cursor",
    "ErrorAnswer",
    "EscrowAnswer",
    "GatewayAnswer",
    "GatewaysAnswer",
    "IntentAnswer",
    "LinkAnswer",
    "Moment",
    "OrderAnswer",
    "OrderId",
    "OrderPage",
    "PaymentAnswer",
    "RefundAnswer",
    "ReleaseAnswer",
    "ReversalAnswer",
    "SellerAnswer",
    "Url",
    "WholeOrderAnswer",
]

# `created` is between us and the gateway; to the outside such a payment is pending.
PaymentState = Annotated[
    str,
    WithJsonSchema(
        {"type": "string", "enum": [one for one in PaymentStatus if one != PaymentStatus.created]}
    ),
]

Amount = Annotated[
    int | float,
    WithJsonSchema({"type": "number", "examples": [19.99, 100]}),
    Field(description="Major units: dollars, euros, yen."),
]
Moment = Annotated[
    str,
    WithJsonSchema(
        {"type": "string", "format": "date-time", "examples": ["2026-02-10T10:00:00.000Z"]}
    ),
]
Url = Annotated[str, WithJsonSchema({"type": "string", "format": "uri"})]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["USD"])]
OrderId = Annotated[str, Field(pattern=r"^ord_", examples=["ord_01JAB5QX0Q8E5W6N8Z3R4T5V6W"])]
Cursor = Annotated[
    str | None, Field(description="The next page's `cursor`; null on the last page.")
]


class Answer(BaseModel):
    """Field names are camelCase; nothing is sent that is not listed."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        extra="forbid",
        frozen=True,
        use_enum_values=True,
    )

    def body(self) -> dict[str, Any]:
        """As it is sent."""
        return self.model_dump(by_alias=True)


class IntentAnswer(Answer):
    """A new order and the page to send the customer to."""

    checkout_url: Annotated[
        Url,
        Field(
            description="Send the customer here.",
            examples=["https://pay.example.com/checkout/o/caa36d0b5aed3f52d2eab944d5b1bdb5"],
        ),
    ]
    order_id: OrderId
    external_id: Annotated[str | None, Field(description="Your own id, as text.")]
    amount: Amount
    currency: Currency
    status: OrderStatus
    gateway: Annotated[str, Field(examples=["stripe"])]
    expires_at: Moment
    test_mode: Annotated[bool, Field(description="True when no real money moves.")]


class OrderAnswer(Answer):
    """An order in a list."""

    order_id: OrderId
    external_id: str | None
    status: OrderStatus
    attention: Annotated[
        str | None,
        Field(
            description="Null, or why a person should look, such as `payment_unknown`.",
            examples=["amount_mismatch"],
        ),
    ]
    amount: Amount
    currency: Currency
    item_name: str
    gateway: Annotated[str, Field(description="Through which it is paid, or would be, now.")]
    gateway_reason: Annotated[str, Field(description="Why that one, and with whose credentials.")]
    test_mode: bool
    created_at: Moment
    expires_at: Moment
    paid_at: Moment | None


class PaymentAnswer(Answer):
    """One attempt to pay an order."""

    payment_id: str
    gateway: str
    gateway_payment_id: str | None
    method: str | None
    status: PaymentState
    amount: Amount
    currency: Currency
    refunded_amount: Amount
    duplicate: Annotated[bool, Field(description="True for a second success, which is given back.")]
    failure: str | None
    created_at: Moment
    paid_at: Moment | None


class RefundAnswer(Answer):
    """Money going back to the customer."""

    refund_id: str
    order_id: OrderId
    payment_id: str
    amount: Amount
    currency: Currency
    status: RefundStatus
    reason: str | None
    cause: Annotated[str, Field(description="`requested`, `duplicate` or `late`.")]
    claim_url: Annotated[
        str | None,
        Field(description="Where the customer collects it, if it does not come by itself."),
    ]
    failure: str | None
    created_at: Moment


class ReleaseAnswer(Answer):
    """Held money that was freed."""

    release_id: str
    amount: Annotated[Amount, Field(description="Your fee included; major units.")]
    fee_amount: Amount
    seller_amount: Amount
    status: MoveStatus
    cause: Annotated[str, Field(description="`requested` or `date`.")]
    gateway_transfer_id: str | None
    failure: str | None
    created_at: Moment


class ReversalAnswer(Answer):
    """Freed money that is fetched back for a refund."""

    reversal_id: str
    release_id: str
    refund_id: str
    amount: Annotated[Amount, Field(description="Your fee included; major units.")]
    fee_amount: Amount
    seller_amount: Amount
    status: MoveStatus
    gateway_reversal_id: str | None
    failure: str | None
    created_at: Moment


class EscrowAnswer(Answer):
    """What is held of an order, and what became of it. Amounts are totals by now."""

    seller_id: str
    status: HoldStatus
    currency: Currency
    held_amount: Amount
    released_amount: Annotated[Amount, Field(description="Your fee included; major units.")]
    fee_amount: Amount
    seller_amount: Amount
    fee_percent: Annotated[str, Field(examples=["10"])]
    release_at: Annotated[
        Moment | None,
        Field(description="Null when only a request releases it, or while the clock stands still."),
    ]
    disputed_at: Moment | None
    dispute_reason: str | None
    releases: list[ReleaseAnswer]
    reversals: list[ReversalAnswer]


class SellerAnswer(Answer):
    """Somebody who is paid out of what your customers paid."""

    seller_id: str
    external_id: str | None
    name: str
    email: str
    country: str | None
    gateway: str
    gateway_seller_id: str | None
    test_mode: bool
    status: SellerStatus
    payouts_enabled: bool
    requirements: Annotated[
        list[str], Field(description="What the gateway wants to know, by its names for it.")
    ]
    created_at: Moment


class LinkAnswer(Answer):
    """A page of the gateway that the seller opens once."""

    url: Url
    expires_at: Moment | None


class WholeOrderAnswer(OrderAnswer):
    """An order with everything about it."""

    item_description: str | None
    metadata: dict[str, str]
    checkout_url: Url
    refunded_amount: Amount
    payments: list[PaymentAnswer]
    refunds: list[RefundAnswer]
    escrow: EscrowAnswer | None


class OrderPage(Answer):
    """One page of orders, newest first."""

    orders: list[OrderAnswer]
    next_cursor: Cursor


class CapabilityAnswer(Answer):
    """What can be undone of a payment by one method."""

    refund: Annotated[
        Literal["partial", "full", "claim", "none"],
        Field(description="`claim`: the customer collects it by a link; `none`: not by this API."),
    ]
    cancel: Annotated[
        bool, Field(description="False: what was shown can be paid until its own deadline.")
    ]


class GatewayAnswer(Answer):
    """One gateway of the catalogue."""

    name: str
    display_name: str
    is_active: Annotated[bool, Field(description="It is implemented.")]
    supported_methods: list[str]
    is_default: bool
    is_configured: Annotated[bool, Field(description="An order through it can be made now.")]
    currencies: list[Currency]
    capabilities: Annotated[
        dict[str, CapabilityAnswer] | None,
        Field(description="By method, those that the account offers; null while it is not set up."),
    ]


class GatewaysAnswer(Answer):
    """What can be paid with."""

    default_gateway: str
    gateways: list[GatewayAnswer]


class ErrorAnswer(Answer):
    """Any refusal. `code` is stable; `error` is a sentence for a person."""

    model_config = ConfigDict(extra="allow")

    error: str
    code: str
    request_id: Annotated[str, Field(description="The X-Request-Id of the call that failed.")]
    field: Annotated[str | None, Field(description="The field that is wrong.")] = None
    order_id: Annotated[OrderId | None, Field(description="The order that was made.")] = None
