"""PayPal's adapter against its fake, by each of its methods: all of them are PayPal's own page."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.paypal import PayPalGateway
from app.adapters.gateways.paypal.amounts import to_paypal
from app.adapters.gateways.paypal.refs import Ref
from app.kit import clock
from app.kit.money import Money
from tests.adapters.gateways.rigs.base import Rig, request
from tests.adapters.gateways.rigs.forging import spoiled
from tests.fakes.paypal import PayPalFake

__all__ = ["CLIENT_ID", "RIGS", "SECRET", "WEBHOOK_ID", "PayPalRig", "order_of"]

CLIENT_ID, SECRET = "AfakeClientIdOfTheTests01", "EfakeClientSecretOfTheTests01"
WEBHOOK_ID, OTHER_WEBHOOK = "1JE4291016473214C", "9XL90610J3647323C"


def order_of(ref: str) -> str:
    """PayPal's own id within a reference of ours."""
    return ref.partition(":")[0]


class PayPalRig(Rig):
    """One method at one account."""

    service, currency = "paypal", "USD"

    def __init__(self, fake: PayPalFake, method: str) -> None:
        self.fake, self.method = fake, method
        self.adapter = PayPalGateway(base.Credentials(self.values(), fake.url))
        unknown = Ref.of("5O190127TN364715T", clock.now(), CLIENT_ID)
        self.unknown = (str(unknown), "1JU08902781691411")
        self._refs: dict[str, str] = {}

    def values(self) -> dict[str, str]:
        return {
            "clientId": CLIENT_ID,
            "clientSecret": SECRET,
            "webhookId": WEBHOOK_ID,
            "environment": "sandbox",
        }

    def environ(self) -> dict[str, str]:
        return {"PAYPAL_BASE_URL": self.fake.url}

    def request(self, method: str | None, **changes: Any) -> base.PaymentRequest:
        return request(method, **changes)

    def pay(self, ref: str, minor: int | None = None) -> None:
        """The customer approves; what is taken of it is asked by us."""
        self._refs[order_of(ref)] = ref
        self.fake.approve(order_of(ref))
        if minor is not None:
            unit = self.fake.world.orders[order_of(ref)].obj["purchase_units"][0]
            money = Money(minor, unit["amount"]["currency_code"])
            self.fake.charge_instead(order_of(ref), to_paypal(money)["value"])

    def decline(self, ref: str) -> None:
        """The customer approves, and their bank does not pay."""
        self.fake.refuse_capture(order_of(ref))
        self.pay(ref)

    def news(self, ref: str, url: str) -> base.InboundCall:
        return self.signed(ref, WEBHOOK_ID)

    def signed(
        self, ref: str, webhook_id: str, later: timedelta = timedelta(), by: str = "paypal"
    ) -> base.InboundCall:
        """The newest event about a payment, signed for a webhook at another time, or by another."""
        at = (clock.now() + later).strftime("%Y-%m-%dT%H:%M:%SZ")
        body, headers = self.fake.sign(self.fake.news_of(order_of(ref)), webhook_id, at, by)
        return base.InboundCall(body, {name.lower(): value for name, value in headers.items()})

    def forgeries(self, ref: str, url: str) -> dict[str, base.InboundCall]:
        right = self.news(ref, url)
        others = {
            "another key": self.signed(ref, WEBHOOK_ID, by="mallory"),
            "for another webhook": self.signed(ref, OTHER_WEBHOOK),
            "too old": self.signed(ref, WEBHOOK_ID, -timedelta(days=4, minutes=1)),
            "from the future": self.signed(ref, WEBHOOK_ID, timedelta(minutes=6)),
        }
        for name, (header, value) in ALTERED.items():
            headers = {**right.headers, f"paypal-{header}": value}
            others[name] = dataclasses.replace(right, headers=headers)
        return spoiled(right, "paypal-transmission-sig", signed=others)

    def settle_refunds(self) -> None:
        self.fake.pay_out_refunds()

    def drop_next_refund(self) -> None:
        self.fake.drop_after_commit("POST /v2/payments/captures", times=2)

    def refunded(self) -> int:
        made = [one for one in self.fake.all_refunds() if one["status"] == "COMPLETED"]
        return sum(int(one["amount"]["value"].replace(".", "")) for one in made)

    def charges(self) -> list[tuple[str, int, str]]:
        return [
            (
                self._refs.get(one["order"], one["order"]),
                int(one["amount"]["value"].replace(".", "")),
                one["amount"]["currency_code"],
            )
            for one in self.fake.charges()
        ]

    def objects(self) -> int:
        return len(self.fake.all_orders())

    def drop_next_creation(self) -> None:
        self.fake.drop_after_commit("POST /v2/checkout/orders$", times=2)


# A header of a call that was rightly signed, with another value in it.
ALTERED = {
    "another transmission": ("transmission-id", "00000000-d67a-11e5-baa3-778b53f4ae55"),
    "a transmission of digits": ("transmission-id", "12345678"),
    "a transmission with spaces": ("transmission-id", "a b"),
    "no transmission": ("transmission-id", ""),
    "another algorithm": ("auth-algo", "SHA1withRSA"),
    "no algorithm": ("auth-algo", "none"),
    "an algorithm in small letters": ("auth-algo", "sha256withrsa"),
    "no time": ("transmission-time", ""),
    "a time without zone": ("transmission-time", "2026-11-26T00:00:00"),
    "a word for a time": ("transmission-time", "now"),
    "a time in seconds": ("transmission-time", "1795651200"),
    "another company's certificate": ("cert-url", "https://example.com/v1/notifications/certs/C"),
    "a certificate by http": ("cert-url", "http://api.paypal.com/v1/notifications/certs/C"),
    "a host that ends alike": ("cert-url", "https://api.evilpaypal.com/v1/notifications/certs/C"),
    "a host that begins alike": ("cert-url", "https://api.paypal.com.evil.example/certs/C"),
    "a host behind a name": ("cert-url", "https://api.paypal.com@evil.example/certs/C"),
    "a host behind a password": ("cert-url", "https://x:api.paypal.com@evil.example/certs/C"),
    "a host in a fragment": ("cert-url", "https://evil.example/#.paypal.com/certs/C"),
    "a host behind a backslash": ("cert-url", "https://evil.example\\.paypal.com/certs/C"),
    "another port": ("cert-url", "https://api.paypal.com:8443/v1/notifications/certs/C"),
    "our own network": ("cert-url", "https://127.0.0.1/certs/C"),
    "a certificate with a query": ("cert-url", "https://api.paypal.com/certs/C?x=https://evil"),
    "a certificate in a file": ("cert-url", "file:///etc/passwd"),
    "another certificate of PayPal's": ("cert-url", "https://api.paypal.com/certs/CERT-other"),
}


@contextmanager
def _paypal(method: str, fixtures: Any) -> Iterator[PayPalRig]:
    with PayPalFake() as fake:
        fake.app(CLIENT_ID, SECRET)
        fake.register(CLIENT_ID, WEBHOOK_ID)
        yield PayPalRig(fake, method)


RIGS = {f"paypal-{method}": partial(_paypal, method) for method in PayPalGateway.methods}
