"""What a gateway is asked, and what it answers. Amounts are integers in minor units."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network
from typing import Literal, Self

from app.adapters.gateways.actions import Action
from app.kit.clock import read_moment, write_moment
from app.kit.money import Money

__all__ = [
    "Capabilities",
    "Created",
    "Credentials",
    "PaymentRequest",
    "RefundRequest",
    "RefundResult",
    "Snapshot",
]


@dataclass(frozen=True)
class Credentials:
    """One scope's values for one service. Printing it shows field names only."""

    values: Mapping[str, str] = field(repr=False)
    base_url: str | None = None  # operator-set; wins over every stored host
    # Private networks into which an address that a merchant typed may lead; None where whoever runs
    # this installation typed it, who may call what they like.
    networks: tuple[IPv4Network | IPv6Network, ...] | None = ()

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def get(self, name: str, default: str = "") -> str:
        return self.values.get(name) or default

    def live(self, name: str) -> list[str]:
        """A secret, and the one before it while that counts too; those of them that are set."""
        found = (self.get(one).strip() for one in (name, f"{name}.previous"))
        return [one for one in found if one]


@dataclass(frozen=True)
class PaymentRequest:
    """What a gateway is asked to collect."""

    payment_id: str  # our reference; comes back in every event about it
    reference: str  # the same in 15 small letters and digits, for those who take no longer one
    order_id: str
    org_id: str
    money: Money
    item_name: str
    return_url: str
    cancel_url: str
    expires_at: datetime
    idempotency_key: str
    created_at: datetime  # when this attempt was written down, before anybody was asked
    notify_url: str = ""  # our inbound address, where it is told with each payment
    method: str | None = None  # None at the API, where the customer has not chosen yet
    item_description: str | None = None
    customer_email: str | None = None
    locale: str | None = None
    is_held: bool = False  # kept for a seller, who gets it later
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
    paid_at: datetime | None = None  # of `processing`: when the customer's money was first seen
    failure: str | None = None  # of `pending`: why the last try failed, while another may be made
    taken_minor: int | None = None  # back with the customer's bank, also while it may come again
    is_contested: bool = False  # that bank has not decided yet
    is_approved: bool = False  # the customer agreed; the money is taken by `complete_payment`

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
    claim_url: str | None = None  # where the customer collects it, if it does not come by itself


@dataclass(frozen=True)
class Capabilities:
    """What can be undone of a payment by one method, through this gateway's API.

    `refund` is "partial" (any part), "full" (all or nothing), "claim" (the customer collects it
    by a link) or "none". Without `cancel` a reference that was shown can be paid until its own
    deadline: nobody can take it back, and money that comes late is handled as late.
    """

    refund: Literal["partial", "full", "claim", "none"] = "partial"
    cancel: bool = True
