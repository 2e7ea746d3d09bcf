"""Square's adapter against its fake, by each method of its hosted page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.square import SquareGateway
from tests.adapters.gateways.rigs.base import Rig, request
from tests.adapters.gateways.rigs.forging import spoiled
from tests.fakes.square import SquareFake

__all__ = ["KEY", "RIGS", "TOKEN", "VALUES", "SquareRig"]

TOKEN = "EAAAgatehouse-tests-only-0001"
KEY = "gatehouse-test-signature-key"
VALUES = {
    "accessToken": TOKEN,
    "locationId": "L1",
    "environment": "sandbox",
    "webhookSignatureKey": KEY,
}
HEADER = "x-square-hmacsha256-signature"


class SquareRig(Rig):
    """One method at one account."""

    service, currency = "square", "USD"
    unknown = ("LINKNOTHERE:ORDERNOTHERE", "REFUNDNOTHERE")
    says = ("currency",)  # the host alone tells the mode

    def __init__(self, fake: SquareFake, method: str = "card") -> None:
        self.fake, self.method = fake, method
        self.adapter = SquareGateway(base.Credentials(self.values(), fake.url))

    def values(self) -> dict[str, str]:
        return dict(VALUES)

    def environ(self) -> dict[str, str]:
        return {"SQUARE_BASE_URL": self.fake.url}

    def request(self, method: str | None, **changes: Any) -> base.PaymentRequest:
        return request(method, **changes)

    def pay(self, ref: str, minor: int | None = None) -> None:
        self.fake.pay(link_of(ref), minor=minor)

    def decline(self, ref: str) -> None:
        self.fake.decline(link_of(ref))

    def news(self, ref: str, url: str) -> base.InboundCall:
        return self.signed(self._last_event(ref), url)

    def signed(self, event: Any, url: str, key: str = KEY) -> base.InboundCall:
        """A call about an event, as the company makes it."""
        body, headers = self.fake.sign(event, url, key)
        return base.InboundCall(body, {n.lower(): v for n, v in headers.items()}, url=url)

    def _last_event(self, ref: str) -> dict[str, Any]:
        link_id, _, order_id = ref.partition(":")
        for event in reversed(self.fake.events):
            about = event["data"]["object"].get("payment")
            if about and about["order_id"] == order_id:
                return event
        # News of nothing: somebody began to pay.
        note = self.fake.object("link", link_id)["payment_note"]
        payment = {"id": "begun", "status": "PENDING", "order_id": order_id, "note": note}
        return {
            "type": "payment.created",
            "event_id": f"begun-{link_id}",
            "data": {"type": "payment", "id": "begun", "object": {"payment": payment}},
        }

    def forgeries(self, ref: str, url: str) -> dict[str, base.InboundCall]:
        right = self.news(ref, url)
        event = self._last_event(ref)
        signature = right.headers[HEADER]
        others = {
            "another key": self.signed(event, url, "somebody-elses-signature-key"),
            "an empty key": self.signed(event, url, ""),
            "signed for another address": _at(self.signed(event, url + "/x"), url),
            "signed for a neighbour": _at(self.signed(event, url[:-1] + "e"), url),
            "signed for no address": _at(self.signed(event, ""), url),
            "signed for the same without its end": _at(self.signed(event, url[:-1]), url),
            "under the header of old": base.InboundCall(
                right.body, {"x-square-signature": signature}, url=url
            ),
            "where nothing was registered": _at(right, ""),
        }
        return spoiled(right, HEADER, signed=others)

    def settle_refunds(self) -> None:
        self.fake.finish_refunds()

    def lie(self, ref: str, what: str) -> None:
        (paid,) = self.fake.ledger("payment")
        money = {"amount": paid["total_money"]["amount"], "currency": "CAD"}
        self.fake.tamper("payment", paid["id"], amount_money=money, total_money=money)

    def drop_next_refund(self) -> None:
        self.fake.drop_after_commit("POST /v2/refunds$", times=2)

    def refunded(self) -> int:
        made = self.fake.ledger("refund")
        return sum(one["amount_money"]["amount"] for one in made if one["status"] == "COMPLETED")

    def charges(self) -> list[tuple[str, int, str]]:
        refs = {one["order_id"]: f"{one['id']}:{one['order_id']}" for one in self._links()}
        return [
            (refs[one["order_id"]], one["total_money"]["amount"], one["total_money"]["currency"])
            for one in self.fake.ledger("payment")
            if one["status"] == "COMPLETED"
        ]

    def _links(self) -> list[dict[str, Any]]:
        return self.fake.ledger("link")

    def objects(self) -> int:
        return len(self.fake.ledger("order"))

    def drop_next_creation(self) -> None:
        self.fake.drop_after_commit("POST /v2/online-checkout/payment-links$", times=2)


def link_of(ref: str) -> str:
    """The payment link in a `gateway_ref`."""
    return ref.partition(":")[0]


def _at(call: base.InboundCall, url: str) -> base.InboundCall:
    return base.InboundCall(call.body, call.headers, url=url)


@contextmanager
def _square(method: str, _fixtures: Any) -> Iterator[SquareRig]:
    with SquareFake() as fake:
        fake.account(TOKEN)
        yield SquareRig(fake, method)


METHODS = ("card", "apple_pay", "google_pay", "cash_app")
RIGS = {f"square-{method}": partial(_square, method) for method in METHODS}
