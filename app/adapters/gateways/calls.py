"""A gateway's calls to us, and how our address is registered there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.adapters.gateways.values import Snapshot

__all__ = [
    "CreatedEndpoint",
    "EndpointState",
    "GatewayEvent",
    "InboundCall",
    "Verification",
]


@dataclass(frozen=True)
class InboundCall:
    """A request that claims to be from a gateway, as it came."""

    body: bytes
    headers: Mapping[str, str]  # names in lower case
    query: Mapping[str, str] = field(default_factory=dict)
    url: str = ""  # the address we registered, never the one of the request


@dataclass(frozen=True)
class GatewayEvent:
    """A verified inbound call, translated. What it is about, not what to believe.

    Of a payment `gateway_ref` is the object that was made for it; of a transfer or a payout, its
    id there. `seller` is the account of a seller whose own books it is about.
    """

    external_id: str
    type: str
    reference: str | None = None
    gateway_ref: str | None = None
    gateway_payment_id: str | None = None
    snapshot: Snapshot | None = None  # only where the gateway cannot be asked
    note: str | None = None  # a remark for the order's timeline
    about: Literal["payment", "transfer", "seller", "payout"] = "payment"
    seller: str | None = None
    is_relevant: bool = True  # False: nothing to ask about
    is_proven: bool = True  # False: nobody signed it; a hint that it may be worth asking


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
    has_stored_secret: bool = True  # False: they tell its secret, and it is not the one stored


@dataclass(frozen=True)
class CreatedEndpoint:
    """A new registration, and what its calls are verified with: a secret that is shown to us this
    once, or an id. Empty where nothing new comes of registering."""

    id: str
    secret: str = field(default="", repr=False)
