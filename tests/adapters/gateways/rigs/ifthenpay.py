"""Ifthenpay's adapter against its fake: Multibanco and cards in its sandbox, MB WAY as it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.adapters.gateways import base
from app.adapters.gateways.ifthenpay import IfthenpayGateway
from app.adapters.gateways.ifthenpay.refs import Ref
from tests.adapters.gateways.rigs.base import Rig, request
from tests.fakes.customer import CustomerCannot
from tests.fakes.ifthenpay import IfthenpayFake, Made

__all__ = ["KEY", "RIGS", "IfthenpayRig", "called"]

KEY = "s465ads4d6asd5sa"


def called(address: str) -> base.InboundCall:
    """The call that comes when somebody opens an address."""
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return base.InboundCall(b"", {}, query, f"{parts.scheme}://{parts.netloc}{parts.path}")


class IfthenpayRig(Rig):
    """One method at one account."""

    service, currency = "ifthenpay", "EUR"
    repeats = finds_refunds = tells_account = False
    unknown = ("nothing", "nothing")

    def __init__(self, fake: IfthenpayFake, method: str, **changes: str) -> None:
        self.fake, self.method, self.changes = fake, method, changes
        self.test_mode = method != "mbway"
        self.is_checked = method != "multibanco"
        self.answers = {"phone": "912 345 678"} if method == "mbway" else {}
        self.adapter = IfthenpayGateway(base.Credentials(self.values(), fake.url))

    def values(self) -> dict[str, str]:
        account = self.fake.account
        values = {
            "antiPhishingKey": KEY,
            "mbKey": account.mb,
            "mbwayKey": account.mbway,
            "ccKey": account.card,
            "backofficeKey": account.backoffice,
            "environment": "sandbox" if self.test_mode else "production",
        }
        return {name: value for name, value in {**values, **self.changes}.items() if value}

    def environ(self) -> dict[str, str]:
        return {"IFTHENPAY_BASE_URL": self.fake.url}

    def request(self, method: str | None, **changes: Any) -> base.PaymentRequest:
        answers = {"phone": "+351912345678"} if method == "mbway" else {}
        return request(method, **{"currency": "EUR", "answers": answers, **changes})

    def pay(self, ref: str, minor: int | None = None) -> None:
        if minor is not None and self.is_checked:
            raise CustomerCannot("they are asked for one amount and can only agree")
        made = self.fake.pay(id_of(ref))
        if minor is not None:
            made.paid_minor = minor

    def decline(self, ref: str) -> None:
        self.fake.decline(id_of(ref))

    def lapse(self, ref: str) -> None:
        if self.method == "mbway":
            self.fake.expire(id_of(ref))

    def news(self, ref: str, url: str) -> base.InboundCall:
        self.adapter.endpoints.create(url)
        return called(self.fake.callback(self.fake.find(id_of(ref))))

    def forgeries(self, ref: str, url: str) -> dict[str, base.InboundCall]:
        right = self.news(ref, url)
        return spoiled(right, KEY)

    def drop_next_refund(self) -> None:
        self.fake.drop_after_commit("POST /v2/payments/refund")

    def refunded(self) -> int:
        return sum(minor for _, minor in self.fake.refunds)

    def charges(self) -> list[tuple[str, int, str]]:
        return [(ref_of(one), one.paid_minor, "EUR") for one in self.fake.made if one.is_paid]

    def objects(self) -> int:
        return len(self.fake.made)

    def drop_next_creation(self) -> None:
        self.fake.drop_after_commit("POST *")


def id_of(ref: str) -> str:
    """Their request id in one of our refs."""
    return ref.split(":")[1]


def ref_of(made: Made) -> str:
    """Our ref of one of their payments."""
    kind = {"MB": "mb", "MBWAY": "mbway", "CCARD": "card"}[made.kind]
    return str(Ref(kind, made.request_id, made.order_id, made.minor))


def spoiled(right: base.InboundCall, key: str) -> dict[str, base.InboundCall]:
    """Calls without the right key, and calls with it that nobody fills in so."""

    def having(**changes: str) -> base.InboundCall:
        return dataclasses.replace(right, query={**right.query, **changes})

    def without(*names: str) -> Mapping[str, str]:
        return {name: value for name, value in right.query.items() if name not in names}

    bare = dataclasses.replace(right, query=without("key"))
    keys = {
        "an empty key": "",
        "a key of spaces": "   ",
        "a key cut": key[:-1],
        "a key without its beginning": key[1:],
        "a key with more": key + "0",
        "a key with a space": key + " ",
        "a key with a line": key + "\n",
        "a key reversed": key[::-1],
        "a key in capitals": key.upper(),
        "a key twice": key * 2,
        "a key with umlauts": key + "ü",
        "a key with a NUL": key + "\x00",
        "a key with a lone surrogate": key + "\ud800",
        "a huge key": key * 2000,
        "the middle of a key": key[2:-2],
        "a key quoted": f'"{key}"',
        "a key in brackets": f"[{key}]",
        "a placeholder for a key": "[ANTI_PHISHING_KEY]",
        "a wildcard for a key": "*",
        "a word for a key": "true",
        "null for a key": "null",
        "zero for a key": "0",
        "another shop's key": "s465ads4d6asd5sb",
        "one letter changed": "S" + key[1:],
    }
    amounts = {
        "no number": "twenty",
        "not a number": "NaN",
        "an endless amount": "Infinity",
        "an exponent": "2e1",
        "a comma": "20,00",
        "nothing paid": "0.00",
        "less than nothing paid": "-20.00",
        "a part of a cent": "20.001",
        "two amounts": "20.00 20.00",
    }
    return {
        "no key": bare,
        "nothing at all": dataclasses.replace(right, query={}),
        "the key in a header": dataclasses.replace(bare, headers={"key": key, "x-key": key}),
        "the key in a body": dataclasses.replace(bare, body=f"key={key}".encode()),
        "the key under another name": dataclasses.replace(
            right, query={**without("key"), "token": key}
        ),
        "two keys": having(chave="another0key0of0somebody"),
        "a key in two names, one of them wrong": having(apk=key[:-1]),
        "no payment named": dataclasses.replace(right, query=without("orderId", "reference")),
        "two payments named": having(oid="another"),
        "two amounts by two names": having(valor="19.00"),
        "far too much said": having(orderId="x" * 5000),
        **{name: having(key=value) for name, value in keys.items()},
        **{name: having(amount=value) for name, value in amounts.items()},
    }


@contextmanager
def _ifthenpay(method: str, fixtures: Any) -> Iterator[IfthenpayRig]:
    with IfthenpayFake() as fake:
        yield IfthenpayRig(fake, method)


RIGS = {
    f"ifthenpay-{method}": partial(_ifthenpay, method) for method in ("multibanco", "mbway", "card")
}
