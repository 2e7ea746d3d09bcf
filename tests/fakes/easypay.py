"""A stateful Easypay on loopback: what its API refuses is refused, what its customers do is driven
by the test, and its notifications wait in an outbox, each with the address it is for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.fakes import easypay_shapes as shapes
from tests.fakes.easypay_books import Single
from tests.fakes.easypay_routes import BASE, EXAMPLES, Account, EasypayApi

__all__ = ["EasypayFake", "Notice"]


@dataclass(frozen=True)
class Notice:
    """A notification on its way."""

    url: str
    body: bytes


class EasypayFake(EasypayApi):
    """As tests use it: ``with EasypayFake() as easypay: easypay.account("id", "key")``.

    Its ``api`` is EASYPAY_API_BASE.
    """

    def __init__(self) -> None:
        super().__init__()
        self.api = self.url + BASE
        self.outbox: list[Notice] = []

    def account(self, id: str, key: str, **traits: Any) -> Account:
        """Open an account, or give it another key."""
        self.accounts[id] = Account(id, key, **traits)
        return self.accounts[id]

    def singles(self) -> list[Single]:
        """Every payment of every account."""
        return [one for account in self.accounts.values() for one in account.books.singles.values()]

    def single(self, id: str) -> Single:
        return self._of(id).books.singles[id]

    def pay(self, id: str, paid_cents: int | None = None) -> None:
        """The customer pays; at a cash machine another amount, if they like."""
        self._tell(self._of(id).books.pay(id, paid_cents), "success")

    def decline(self, id: str) -> None:
        self._tell(self._of(id).books.decline(id), "failed")

    def answered_by_phone(self, made: Single, outcome: str) -> None:
        (self.pay if outcome == "paid" else self.decline)(made.id)

    def settle_refunds(self, status: str = "success") -> None:
        """The refunds that wait are done, or fail."""
        for single in self.singles():
            for one in single.refunds:
                if one.status in {"pending", "waiting"}:
                    one.status = status
                    told = shapes.generic(one.id, one.key, "refund", status)
                    self.notify(self._of(single.id), told)

    def notify(self, account: Account, told: dict[str, Any]) -> None:
        """Put a notification into the outbox, if the account has an address for it."""
        url = account.config["generic"]
        if url and not url.startswith(EXAMPLES):
            self.outbox.append(Notice(url, json.dumps(told).encode()))

    def _of(self, id: str) -> Account:
        return next(one for one in self.accounts.values() if id in one.books.singles)

    def _tell(self, one: Single, status: str) -> None:
        key = one.sent["capture"].get("transaction_key", "")
        self.notify(self._of(one.id), shapes.generic(one.id, key, "capture", status))
