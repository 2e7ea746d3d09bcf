"""What every gateway takes, gives and may refuse. Vendor words stop at this border.

Adapters get credentials and value objects and return value objects; they know no database and no
request. An outcome nobody knows (a time-out) is `Unavailable`, never a failure.
"""

from collections.abc import Mapping
from typing import Protocol

from app.adapters.gateways.calls import (
    CreatedEndpoint,
    EndpointState,
    GatewayEvent,
    InboundCall,
    Verification,
)
from app.adapters.gateways.errors import (
    BadSignature,
    Busy,
    Contested,
    Declined,
    GatewayError,
    Impossible,
    MethodUnavailable,
    Misconfigured,
    Missing,
    NotPermitted,
    SellerNotReady,
    Unasked,
    Unavailable,
    Unconfirmed,
)
from app.adapters.gateways.marketplace import (
    Balance,
    Link,
    Marketplace,
    PayoutRequest,
    PayoutState,
    ReversalRequest,
    SellerRequest,
    SellerState,
    TransferRequest,
    TransferState,
)
from app.adapters.gateways.values import (
    Capabilities,
    Created,
    Credentials,
    PaymentRequest,
    RefundRequest,
    RefundResult,
    Snapshot,
)

__all__ = [
    "BadSignature",
    "Balance",
    "Busy",
    "Capabilities",
    "Contested",
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
    "Link",
    "Marketplace",
    "MethodUnavailable",
    "Misconfigured",
    "Missing",
    "NotPermitted",
    "PaymentRequest",
    "PayoutRequest",
    "PayoutState",
    "Plain",
    "RefundRequest",
    "RefundResult",
    "ReversalRequest",
    "SellerNotReady",
    "SellerRequest",
    "SellerState",
    "Snapshot",
    "TransferRequest",
    "TransferState",
    "Unasked",
    "Unavailable",
    "Unconfirmed",
    "Verification",
]


class EventEndpoints(Protocol):
    """Registering our address at a gateway that has an API for it.

    Every call may raise Misconfigured, Busy, Unavailable, Impossible. Where nobody can be asked
    how it is registered (`can_look` is False) only `create` is called.
    """

    can_look: bool

    def find(self, url: str) -> EndpointState | None:
        """The registration of this address, if there is one; where an account has one place for
        an address, the one that is there."""
        ...

    def create(self, url: str) -> CreatedEndpoint:
        """Register an address for every event we need, in the place of another where there is
        only one."""
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
        """After a time-out: repeat the creation with its key, which makes nothing twice. Raises
        Declined for what was not made, Unconfirmed for what nobody will ever be able to tell."""
        ...

    def complete_payment(self, gateway_ref: str, request: PaymentRequest) -> Snapshot:
        """Take the money of a payment that the customer approved, once however often it is called.
        Raises Declined, Impossible."""
        ...

    def cancel_payment(self, gateway_ref: str) -> Snapshot:
        """Make sure it can no longer be paid. Raises Impossible when it was, or may be, paid.

        Where the gateway cannot take it back (`can(method).cancel` is False) and it is not paid,
        it is given up by us alone; what comes later counts as late or as paid twice."""
        ...

    def refund_payment(self, gateway_payment_id: str, request: RefundRequest) -> RefundResult:
        """Give money back. Raises Impossible with the reason when they refuse for good what is
        asked with this key, now and whenever it was asked before."""
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

    def read_return(self, gateway_ref: str, query: Mapping[str, str]) -> Snapshot | None:
        """What the customer's browser brought back says of a payment: never that it is paid. None
        when there is nothing in it, and the gateway is asked."""
        ...

    def can(self, method: str) -> Capabilities:
        """What can be undone of a payment by this method."""
        ...

    def can_read_events(self) -> bool:
        """False when the secret that inbound calls are verified with is not set."""
        ...

    @property
    def endpoints(self) -> EventEndpoints | None:
        """How our address is registered there; None where only a person can do that."""
        ...

    @property
    def seller_endpoints(self) -> EventEndpoints | None:
        """How it is registered for what happens in sellers' own accounts, where that takes a second
        registration, with a secret of its own."""
        ...

    @property
    def marketplace(self) -> Marketplace | None:
        """How sellers are paid there; None where there are no accounts for them."""
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


class Plain:
    """What a gateway answers where it has nothing of its own to say; adapters derive from it."""

    endpoints: EventEndpoints | None = None
    seller_endpoints: EventEndpoints | None = None
    marketplace: Marketplace | None = None

    def continues(self, gateway_ref: str, method: str) -> bool:
        return False

    def continue_payment(self, gateway_ref: str, request: PaymentRequest) -> Created:
        raise Impossible("each method takes a new object")

    def complete_payment(self, gateway_ref: str, request: PaymentRequest) -> Snapshot:
        raise Impossible("nothing waits to be completed")

    def read_return(self, gateway_ref: str, query: Mapping[str, str]) -> Snapshot | None:
        return None

    def can(self, method: str) -> Capabilities:
        return Capabilities()

    def get_publishable_key(self) -> str | None:
        return None

    def fetch_image(self, url: str) -> tuple[str, bytes]:
        raise Missing("this gateway has no images")
