"""What the contract suites need of a gateway."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Protocol

from app.adapters.gateways import base
from app.kit import clock
from app.kit.money import Money
from app.kit.tokens import new_id, short

__all__ = ["Rig", "request"]


class Rig(Protocol):
    """One way to pay at one gateway, with a fake company behind it that keeps a ledger. Derive
    from it: what is not said otherwise holds as it stands here.

    `ref` is always the adapter's `gateway_ref`. `minor` None means what was asked for.
    """

    service: str  # the catalogue's key
    method: str
    currency: str
    answers: Mapping[str, str] = {}  # what the method asks of the customer, as they type it
    fake: Any  # a tests.fakes.server.FakeServer; None for the sandbox
    adapter: base.Gateway  # as these credentials open it

    repeats = True  # the company makes nothing twice for one key, or tells us what it made
    finds_refunds = True  # the company tells which refund a request of ours made
    tells_account = True  # the company says whose keys these are
    test_mode = True  # the mode of these credentials; False where a company has no other
    is_checked = True  # the company takes the exact amount only; False: a customer may pay other
    can_ask = True  # the company tells how a payment stands when it is asked
    says: Collection[str] = ()  # the "currency" or the "mode", where it could be another than ours
    unknown = ("nothing", "nothing")  # refs, of a payment and a refund, that do not exist

    def values(self) -> dict[str, str]:
        """The credentials, as a merchant types them."""
        ...

    def environ(self) -> dict[str, str]:
        """What an operator sets so that the house talks to the fake."""
        ...

    def request(self, method: str | None, **changes: Any) -> base.PaymentRequest:
        """An ordinary request for 20.00."""
        ...

    def pay(self, ref: str, minor: int | None = None) -> None:
        """The customer pays at the company. Raises when the company would not let them."""
        ...

    def decline(self, ref: str) -> None:
        """The company turns the customer down."""
        ...

    def lapse(self, ref: str) -> None:
        """The time in which nobody can be stopped from paying is over. Nothing, where there is no
        such time."""

    def news(self, ref: str, url: str) -> base.InboundCall:
        """The call the company makes about how the payment stands, to the address `url`."""
        ...

    def forgeries(self, ref: str, url: str) -> dict[str, base.InboundCall]:
        """Calls that look like it and were not made by the company, 30 of them, each by name."""
        ...

    def settle_refunds(self) -> None:
        """The company finishes refunds that take their time there."""

    def lie(self, ref: str, what: str) -> None:
        """The company says another one of something that it `says` of a paid payment."""

    def drop_next_refund(self) -> None:
        """The next refund is made and its answer lost."""
        ...

    def refunded(self) -> int:
        """What was given back in all, in minor units."""
        ...

    def charges(self) -> list[tuple[str, int, str]]:
        """The ledger: for each payment that succeeded its ref, amount in minor units, currency."""
        ...

    def objects(self) -> int:
        """How many payments the company was asked to make, paid or not."""
        ...

    def drop_next_creation(self) -> None:
        """The next creation is made and its answer lost."""
        ...


def request(method: str | None, minor: int = 2000, currency: str = "USD", **changes: Any):
    """An ordinary payment of 20.00."""
    payment_id = new_id("pay")
    until = clock.now() + timedelta(hours=2)
    values = {
        "payment_id": payment_id,
        "reference": short(payment_id),
        "created_at": clock.now(),
        "order_id": new_id("ord"),
        "org_id": new_id("org"),
        "money": Money(minor, currency),
        "item_name": "Premium Credits",
        "return_url": "http://127.0.0.1:5999/checkout/o/x/return",
        "cancel_url": "http://127.0.0.1:5999/checkout/o/x",
        "expires_at": until,
        "session_until": until,
        "idempotency_key": payment_id,
        "method": method,
    }
    return base.PaymentRequest(**{**values, **changes})
