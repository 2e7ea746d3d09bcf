"""Coins through NOWPayments: the adapter against its fake, one rig for each coin."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.crypto import CryptoGateway
from tests.adapters.gateways.rigs.base import Rig, request
from tests.adapters.gateways.rigs.forging import spoiled
from tests.fakes.nowpayments import Call, NowPaymentsFake

__all__ = ["KEY", "RIGS", "SECRET", "VALUES", "NowPaymentsRig", "inbound"]

KEY, SECRET = "NP-TEST-KEY-0001", "nowpayments_ipn_test_secret"
VALUES = {
    "driver": "nowpayments",
    "environment": "sandbox",
    "apiKey": KEY,
    "ipnSecret": SECRET,
}


def inbound(call: Call, **changes: str) -> base.InboundCall:
    """A call of the fake's as it comes in."""
    headers = {name.lower(): value for name, value in call.headers.items()}
    return base.InboundCall(call.body, {**headers, **changes})


class NowPaymentsRig(Rig):
    """One coin at one account."""

    service, currency = "crypto", "USD"
    repeats = finds_refunds = is_checked = False
    unknown = ("1:999999", "nothing")

    def __init__(self, fake: NowPaymentsFake, method: str) -> None:
        self.fake, self.method = fake, method
        self.adapter = CryptoGateway(base.Credentials(self.values(), fake.url))

    def values(self) -> dict[str, str]:
        return dict(VALUES)

    def environ(self) -> dict[str, str]:
        return {"NOWPAYMENTS_BASE_URL": self.fake.url}

    def request(self, method: str | None, **changes: Any) -> base.PaymentRequest:
        url = "http://127.0.0.1:5999/api/webhooks/crypto"
        return request(method, **{"notify_url": url, **changes})

    def pay(self, ref: str, minor: int | None = None) -> None:
        asked = self.fake.world.payments[_payment(ref)].shown["price_amount"] * 100
        self.fake.pay(_payment(ref), 1 if minor is None else Decimal(minor) / asked)

    def decline(self, ref: str) -> None:
        self.fake.fail(_payment(ref))

    def news(self, ref: str, url: str) -> base.InboundCall:
        return inbound(self.fake.call_about(_payment(ref)))

    def forgeries(self, ref: str, url: str) -> dict[str, base.InboundCall]:
        right, about = self.news(ref, url), partial(self.fake.call_about, _payment(ref))
        found = spoiled(right, "x-nowpayments-sig", signed=self._otherwise_signed(ref))
        # They sign what a call says, not its bytes: a space before or after changes nothing.
        del found["one byte more"], found["a byte before"]
        told = {
            "more was paid": {"actually_paid": Decimal("999")},
            "another price": {"price_amount": Decimal("1")},
            "another currency": {"price_currency": "eur"},
            "another order": {"order_id": "pay_somebody_elses"},
            "another payment": {"payment_id": 1},
            "the amount as text": {"price_amount": "20"},
            "a field more": {"colour": "red"},
            "another fee": {"fee": {"currency": "eth"}},
        }
        for name, changes in told.items():
            changed = inbound(about(**changes)).body
            found[name] = dataclasses.replace(right, body=changed)
        twice = right.body[:-1] + b',"payment_status":"finished"}'
        found["a key twice"] = dataclasses.replace(right, body=twice)
        zeros = right.body.replace(b'"price_amount":20,', b'"price_amount":20.0,')
        found["the amount written otherwise"] = dataclasses.replace(right, body=zeros)
        return found

    def _otherwise_signed(self, ref: str) -> dict[str, base.InboundCall]:
        account = self.fake.world.accounts[KEY]
        made = {}
        for name, secret in (("another secret", "somebody elses"), ("no secret", "")):
            account.ipn_secret = secret
            made[name] = inbound(self.fake.call_about(_payment(ref)))
        account.ipn_secret = SECRET
        return made

    def charges(self) -> list[tuple[str, int, str]]:
        return [
            (f"{one['invoice_id']}:{one['payment_id']}", int(one["price_amount"] * 100), "USD")
            for one in self.fake.ledger()
        ]

    def objects(self) -> int:
        return len(self.fake.world.payments)

    def drop_next_creation(self) -> None:
        self.fake.drop_after_commit("POST /v1/invoice-payment$")


def _payment(ref: str) -> str:
    return ref.partition(":")[2]


@contextmanager
def _nowpayments(method: str, fixtures: Any) -> Iterator[NowPaymentsRig]:
    with NowPaymentsFake() as fake:
        fake.account(KEY, SECRET)
        yield NowPaymentsRig(fake, method)


RIGS = {
    f"crypto-nowpayments-{coin}": partial(_nowpayments, coin)
    for coin in ("bitcoin", "ethereum", "usdc", "usdt")
}
