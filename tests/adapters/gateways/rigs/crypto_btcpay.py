"""Bitcoin through a BTCPay server: the adapter against its fake."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.crypto import CryptoGateway
from tests.adapters.gateways.rigs.base import Rig, request
from tests.adapters.gateways.rigs.forging import spoiled
from tests.fakes.btcpay import BtcPayFake, sign

__all__ = ["KEY", "RIGS", "SECRET", "STORE", "VALUES", "BtcPayRig"]

KEY, STORE, SECRET = "btcpay-key-0001", "S1", "btcpay_test_secret"
VALUES = {
    "driver": "btcpay",
    "environment": "sandbox",
    "apiKey": KEY,
    "storeId": STORE,
    "serverUrl": "https://btcpay.example.com",
    "ipnSecret": SECRET,
}


class BtcPayRig(Rig):
    """One store at one server."""

    service, method, currency = "crypto", "bitcoin", "USD"
    repeats = is_checked = False

    def __init__(self, fake: BtcPayFake) -> None:
        self.fake = fake
        self.adapter = CryptoGateway(base.Credentials(self.values(), fake.url))

    def values(self) -> dict[str, str]:
        return dict(VALUES)

    def environ(self) -> dict[str, str]:
        return {"BTCPAY_BASE_URL": self.fake.url}

    def request(self, method: str | None, **changes: Any) -> base.PaymentRequest:
        return request(method, **changes)

    def pay(self, ref: str, minor: int | None = None) -> None:
        self.fake.pay(ref, minor)

    def decline(self, ref: str) -> None:
        self.fake.lose(ref)

    def news(self, ref: str, url: str) -> base.InboundCall:
        kind = self.fake.events[-1][0] if self.fake.events else "InvoiceCreated"
        return self._signed(ref, kind, SECRET)

    def _signed(self, ref: str, kind: str, secret: str) -> base.InboundCall:
        call = self.fake.call_about(ref, kind, secret)
        headers = {name.lower(): value for name, value in call.headers.items()}
        return base.InboundCall(call.body, headers)

    def forgeries(self, ref: str, url: str) -> dict[str, base.InboundCall]:
        right = self.news(ref, url)
        signed, bare = right.headers["btcpay-sig"], right.headers["btcpay-sig"][7:]
        told = json.loads(right.body)
        others = {
            "another secret": self._signed(ref, "InvoiceSettled", "somebody elses"),
            "no secret": self._signed(ref, "InvoiceSettled", ""),
            "without the scheme": self._with(right, bare),
            "another scheme": self._with(right, f"sha512={bare}"),
            "the scheme in capitals": self._with(right, f"SHA256={bare}"),
            "two signatures": self._with(right, f"{signed},{signed}"),
            "the secret itself": self._with(right, f"sha256={SECRET}"),
            "another invoice": self._told({**told, "invoiceId": "other"}, signed),
            "another kind": self._told({**told, "type": "InvoiceInvalid"}, signed),
            "signed, but no event": self._told(["InvoiceSettled"], None),
            "signed, without a kind": self._told({"invoiceId": ref}, None),
        }
        return spoiled(right, "btcpay-sig", signed=others)

    def _with(self, call: base.InboundCall, signature: str) -> base.InboundCall:
        return dataclasses.replace(call, headers={**call.headers, "btcpay-sig": signature})

    def _told(self, told: Any, signature: str | None) -> base.InboundCall:
        body = json.dumps(told).encode()
        return base.InboundCall(body, {"btcpay-sig": signature or sign(body, SECRET)})

    def settle_refunds(self) -> None:
        for number in self.fake.world.pull_payments:
            self.fake.claim(number)

    def charges(self) -> list[tuple[str, int, str]]:
        return [
            (one.id, int(one.price * 100), one.asked["currency"])
            for one in self.fake.world.invoices.values()
            if one.status == "Settled"
        ]

    def objects(self) -> int:
        return len(self.fake.world.invoices)

    def drop_next_creation(self) -> None:
        self.fake.drop_after_commit(f"POST /api/v1/stores/{STORE}/invoices$")


@contextmanager
def _btcpay(fixtures: Any) -> Iterator[BtcPayRig]:
    with BtcPayFake() as fake:
        fake.key_for(KEY, STORE)
        yield BtcPayRig(fake)


RIGS = {"crypto-btcpay": _btcpay}
