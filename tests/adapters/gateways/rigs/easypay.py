"""Easypay's adapter against its fake, by reference, by MB WAY and by card."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.easypay import EasypayGateway
from tests.adapters.gateways.rigs.base import Rig, request
from tests.fakes import easypay_shapes as shapes
from tests.fakes.easypay import EasypayFake

__all__ = ["ACCOUNT", "KEY", "RIGS", "EasypayRig"]

ACCOUNT = "3f1b8a52-5d0e-4c6b-9a61-0d2e7c4b9f10"
KEY = "9c5d2e71-84aa-4f0b-b7c3-6a1e0f3d5b28"
NOBODY = "00000000-0000-4000-8000-000000000000"


class EasypayRig(Rig):
    """One method at one account."""

    service, currency = "easypay", "EUR"
    unknown = (NOBODY, NOBODY)

    def __init__(self, fake: EasypayFake, method: str) -> None:
        self.fake, self.method = fake, method
        self.is_checked = method != "multibanco"
        self.answers = {"phone": "912 345 678"} if method == "mbway" else {}
        self.adapter = EasypayGateway(base.Credentials(self.values(), fake.api))

    def values(self) -> dict[str, str]:
        return {"accountId": ACCOUNT, "apiKey": KEY, "baseUrl": "sandbox"}

    def environ(self) -> dict[str, str]:
        return {"EASYPAY_API_BASE": self.fake.api}

    def request(self, method: str | None, **changes: Any) -> base.PaymentRequest:
        answers = {"phone": "+351912345678"} if method == "mbway" else {}
        return request(method, currency="EUR", **{"answers": answers, **changes})

    def pay(self, ref: str, minor: int | None = None) -> None:
        self.fake.pay(ref, minor)

    def decline(self, ref: str) -> None:
        self.fake.decline(ref)

    def news(self, ref: str, url: str) -> base.InboundCall:
        one = self.fake.single(ref)
        status = "failed" if one.status == "failed" else "success"
        key = one.sent["capture"]["transaction_key"]
        told = shapes.generic(ref, key, "capture", status)
        return base.InboundCall(json.dumps(told).encode(), {}, url=url)

    def forgeries(self, ref: str, url: str) -> dict[str, base.InboundCall]:
        right = self.news(ref, url)
        told = json.loads(right.body)
        changed = {f"{name} is {value!r}": {**told, name: value} for name, value in _WRONG} | {
            f"without {name}": _without(told, name) for name in ("id", "type", "status")
        }
        bodies = {name: json.dumps(one).encode() for name, one in changed.items()}
        bodies |= {
            "an empty body": b"",
            "one byte less": right.body[:-1],
            "the body twice": right.body * 2,
            "an empty object": b"{}",
            "a list": b"[" + right.body + b"]",
            "null": b"null",
            "not text": b"\xff\xfe\x00",
            "in other letters": right.body.decode().encode("utf-16"),
            "deeply nested": b"[" * 5000,
            "a name twice": right.body.replace(b"{", b'{"type": "capture", ', 1),
            "a form": b"id=1&type=capture&status=success",
            "too large": right.body[:-1] + b', "x": "' + b"x" * 70_000 + b'"}',
        }
        return {name: dataclasses.replace(right, body=body) for name, body in bodies.items()}

    def settle_refunds(self) -> None:
        self.fake.settle_refunds()

    def drop_next_refund(self) -> None:
        self.fake.drop_after_commit("POST /2.0/refund", times=2)

    def refunded(self) -> int:
        made = [refund for one in self.fake.singles() for refund in one.refunds]
        return sum(one.cents for one in made if one.status == "success")

    def charges(self) -> list[tuple[str, int, str]]:
        paid = [one for one in self.fake.singles() if one.status == "paid"]
        return [(one.id, one.paid_cents, "EUR") for one in paid]

    def objects(self) -> int:
        return len(self.fake.singles())

    def drop_next_creation(self) -> None:
        self.fake.drop_after_commit("POST /2.0/single$", times=2)


_WRONG: list[tuple[str, Any]] = [
    ("id", ""),
    ("id", None),
    ("id", 1),
    ("id", "1"),
    ("id", "' or 1=1 --"),
    ("id", ["a"]),
    ("id", "3f1b8a52-5d0e-4c6b-9a61-0d2e7c4b9f1g"),
    ("id", "3f1b8a52-5d0e-4c6b-9a61-0d2e7c4b9f10/../x"),
    ("key", None),
    ("key", 5),
    ("key", {"a": 1}),
    ("key", "x" * 256),
    ("type", ""),
    ("type", "payment"),
    ("type", "CAPTURE"),
    ("type", ["capture"]),
    ("type", None),
    ("status", ""),
    ("status", "paid"),
    ("status", "Success"),
    ("status", True),
    ("status", None),
]


def _without(told: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in told.items() if key != name}


@contextmanager
def _easypay(method: str, fixtures: Any) -> Iterator[EasypayRig]:
    with EasypayFake() as fake:
        fake.account(ACCOUNT, KEY)
        yield EasypayRig(fake, method)


RIGS = {
    f"easypay-{method}": partial(_easypay, method) for method in ("multibanco", "mbway", "card")
}
