"""What every gateway takes, gives and may refuse. Vendor words stop at this border.

Adapters get credentials and value objects and return value objects; they know no database and no
request. An outcome nobody knows (a time-out) is `Unavailable`, never a failure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, Self

from app.adapters.gateways.actions import Action
from app.kit.clock import read_moment, write_moment
from app.kit.money import Money

__all__ = [
    "BadSignature",
    "Busy",
    "Created",
    "CreatedEndpoint",
    "Credentials",
    "Declined",
    "EndpointState",
    "EventEndpoints",
    "Gateway",
    "GatewayError",
    "GatewayEvent",
    "Impossible",
    "InboundCall",
    "MethodUnavailable",
    "Misconfigured",
    "Missing",
    "NotPermitted",
    "PaymentRequest",
    "RefundRequest",
    "RefundResult",
    "Snapshot",
    "Unavailable",
    "Verification",
]


class GatewayError(Exception):
    """Something a gateway said or failed to say; `reason` may be shown to the merchant."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Declined(GatewayError):
    """Refused for good: this payment will not happen."""


class MethodUnavailable(GatewayError):
    """None of the methods asked for can be used with this account and currency."""


class Misconfigured(GatewayError):
    """They do not accept our credentials, or these lack a permission. Nothing happened."""


class NotPermitted(Misconfigured):
    """They know our credentials, but these lack the permission for this one call."""


class Unavailable(GatewayError):
    """No answer, or one that leaves the outcome open. It may have happened."""


class Busy(GatewayError):
    """Too many requests. Nothing happened."""


class Missing(GatewayError):
    """They do not know the object."""


class Impossible(GatewayError):
    """The object is in a state in which this cannot be done."""


class BadSignature(GatewayError):
    """An inbound call that its sender did not prove to be theirs."""


@dataclass(frozen=True)
class Credentials:
    """One scope's values for one service. Printing it shows field names only."""

    values: Mapping[str, str] = field(repr=False)
    base_url: str | None = None  # operator-set; wins over every stored host

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def get(self, name: str, default: str = "") -> str:
        return self.values.get(name) or default


@dataclass(frozen=True)
class PaymentRequest:
    """What a gateway is asked to collect."""

    payment_id: str  # our reference; comes back in every event about it
    order_id: str
    org_id: str
    money: Money
    item_name: str
    return_url: str
    cancel_url: str
    expires_at: datetime
    idempotency_key: str
    method: str | None = None  # None at the API, where the customer has not chosen yet
    item_description: str | None = None
    customer_email: str | None = None
    locale: str | None = None
    wanted: tuple[str, ...] = ()  # methods to offer, as the integration had them when first asked
    session_until: datetime | None = None  # a stored moment at which a hosted page should end
    answers: Mapping[str, str] = field(default_factory=dict)  # phone, email asked at checkout
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Created:
    """What came of asking: the object made there and what the customer does next."""

    gateway_ref: str
    status: str = "pending"
    gateway_payment_id: str | None = None
    offered: tuple[str, ...] = ()  # methods it can be paid by; empty when one was chosen
    action: Action | None = None


@dataclass(frozen=True)
class Snapshot:
    """What a gateway says of a payment now, in absolute amounts of minor units.

    None means the gateway does not say; such a thing is not compared.
    """

    status: str  # pending, processing, succeeded, failed, cancelled, expired
    paid_minor: int = 0
    refunded_minor: int = 0
    currency: str | None = None
    gateway_ref: str | None = None
    gateway_payment_id: str | None = None
    account: str | None = None
    test_mode: bool | None = None
    paid_at: datetime | None = None
    failure: str | None = None

    def to_dict(self) -> dict[str, object]:
        """JSON-safe, for storing with an inbound event."""
        return {**self.__dict__, "paid_at": write_moment(self.paid_at)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, object]) -> Self:
        return cls(**{**stored, "paid_at": read_moment(stored.get("paid_at"))})  # type: ignore[arg-type]


@dataclass(frozen=True)
class RefundRequest:
    """Money to give back, out of one payment."""

    refund_id: str
    money: Money
    idempotency_key: str
    reason: str | None = None
    cause: str = "requested"  # or duplicate, late


@dataclass(frozen=True)
class RefundResult:
    """What a gateway says of a refund: pending, succeeded or failed."""

    gateway_refund_id: str
    status: str
    failure: str | None = None


@dataclass(frozen=True)
class InboundCall:
    """A request that claims to be from a gateway, as it came."""

    body: bytes
    headers: Mapping[str, str]  # names in lower case
    query: Mapping[str, str] = field(default_factory=dict)
    url: str = ""  # the address we registered, never the one of the request


@dataclass(frozen=True)
class GatewayEvent:
    """A verified inbound call, translated. Which payment it is about, not what to believe."""

    external_id: str
    type: str
    reference: str | None = None
    gateway_ref: str | None = None
    gateway_payment_id: str | None = None
    snapshot: Snapshot | None = None  # only where the gateway cannot be asked
    note: str | None = None  # a remark for the order's timeline
    is_relevant: bool = True  # False: nothing to ask about


@dataclass(frozen=True)
class Verification:
    """The answer to Test connection."""

    account: str  # its id there; empty where they do not say
    test_mode: bool | None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class EndpointState:
    """An address that a gateway calls about events, as it has it registered."""

    id: str
    url: str
    is_enabled: bool
    missing: tuple[str, ...] = ()  # events we need and it is not told of


@dataclass(frozen=True)
class CreatedEndpoint:
    """A new registration; the secret is shown to us this once."""

    id: str
    secret: str = field(repr=False)


class EventEndpoints(Protocol):
    """Registering our address at a gateway that has an API for it.

    Every call may raise Misconfigured, Busy, Unavailable, Impossible.
    """

    def find(self, url: str) -> EndpointState | None:
        """The registration of this address, if there is one."""
        ...

    def create(self, url: str) -> CreatedEndpoint:
        """Register an address for every event we need."""
        ...

    def repair(self, endpoint_id: str) -> None:
        """Switch a registration on, for every event we need. Raises Missing."""
        ...

    def delete(self, endpoint_id: str) -> None:
        """Take a registration away; one that is gone is fine."""
        ...

    def keep_only(self, url: str, endpoint_id: str) -> None:
        """Take every other registration of this address away."""
        ...


class Gateway(Protocol):
    """One company that moves money, for one set of credentials.

    Every call may raise Misconfigured, Busy or Unavailable. A call that creates or moves
    something carries our idempotency key and may be repeated with it.
    """

    name: str

    def __init__(self, credentials: Credentials) -> None: ...

    @property
    def test_mode(self) -> bool:
        """Whether these credentials move real money, as far as they tell."""
        ...

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods this integration offers, in the order customers see them."""
        ...

    def create_payment(self, request: PaymentRequest) -> Created:
        """Ask for a payment. Raises Declined, MethodUnavailable when they refuse for good."""
        ...

    def continues(self, gateway_ref: str, method: str) -> bool:
        """True when `method` pays the object that exists; False when it takes a new one."""
        ...

    def continue_payment(self, gateway_ref: str, request: PaymentRequest) -> Created:
        """The customer chose a method for the object that exists. Raises Declined."""
        ...

    def retrieve_payment(self, gateway_ref: str) -> Snapshot:
        """Ask how a payment stands. Raises Missing."""
        ...

    def find_payment(self, request: PaymentRequest) -> Created:
        """After a time-out: repeat the creation with its key, which makes nothing twice."""
        ...

    def cancel_payment(self, gateway_ref: str) -> Snapshot:
        """Make sure it can no longer be paid. Raises Impossible when it was, or may be, paid."""
        ...

    def refund_payment(self, gateway_payment_id: str, request: RefundRequest) -> RefundResult:
        """Give money back. Raises Impossible with the reason when they refuse for good."""
        ...

    def retrieve_refund(self, gateway_refund_id: str) -> RefundResult:
        """Ask how a refund stands. Raises Missing."""
        ...

    def find_refund(self, gateway_payment_id: str, request: RefundRequest) -> RefundResult | None:
        """After a time-out: the refund that this request made, None when it made none."""
        ...

    def read_event(self, call: InboundCall) -> GatewayEvent:
        """Verify an inbound call against these credentials. Raises BadSignature."""
        ...

    def can_read_events(self) -> bool:
        """False when the secret that inbound calls are verified with is not set."""
        ...

    @property
    def endpoints(self) -> EventEndpoints | None:
        """How our address is registered there; None where only a person can do that."""
        ...

    def verify(self) -> Verification:
        """One harmless call that proves the credentials. Raises NotPermitted for good ones that
        may not make this call."""
        ...

    def get_publishable_key(self) -> str | None:
        """The key that may be shown to browsers, where the gateway has one."""
        ...

    def fetch_image(self, url: str) -> tuple[str, bytes]:
        """A QR image of theirs, as content type and bytes. Raises Missing."""
        ...
