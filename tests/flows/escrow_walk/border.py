"""The sandbox as a bad gateway: questions and answers get lost, and it remembers no key.

What crosses the border is noted, so that a model knows what was done and what was heard of it. A
gateway that forgets its keys does a thing as often as it is asked for; the real sandbox forgives.
"""

from dataclasses import dataclass, replace

from app.adapters.gateways import base
from app.services.sandbox import DatabaseLedger, DatabaseSellers

__all__ = ["CLEAR", "WEATHERS", "Border", "Crossing"]

# What becomes of calls: all is well; no question arrives; no answer does; it will not do it.
CLEAR = "clear"
WEATHERS = (CLEAR, "deaf", "silent", "refusing")


@dataclass(frozen=True)
class Crossing:
    """One call of the gateway; amounts are in minor units."""

    kind: str  # transfer, reverse, refund; total: what it says was refunded in all; or nothing
    key: str
    minor: int
    made: bool = False  # it did something now
    heard: bool = False  # we know that it is done
    refused: bool = False
    transfer: str | None = None  # made, or taken back from


class Border:
    """Stands before both of the sandbox's books, and forgets every key."""

    def __init__(self) -> None:
        self.weather = CLEAR
        self.crossed: list[Crossing] = []
        self.made: dict[str, int] = {}
        self.ledger = _Ledger(self)
        self.sellers = _Sellers(self)

    def start(self) -> None:
        """Nothing is known yet."""
        self.weather, self.crossed, self.made = CLEAR, [], {}

    def do(self, call, one: Crossing, name=lambda _done: None):
        """Have something done, as the weather allows; `name` gives its transfer."""
        if self.weather == "silent":
            self.crossed.append(one)
            raise base.Unavailable("no question came")
        try:
            if self.weather == "refusing":
                raise base.Impossible("not today")
            done = call()
        except base.Impossible:
            self.crossed.append(replace(one, refused=True))
            raise
        self.made[one.key] = self.made.get(one.key, 0) + 1
        transfer = name(done) or one.transfer
        heard = self.weather == CLEAR
        self.crossed.append(replace(one, made=True, heard=heard, transfer=transfer))
        if not heard:
            raise base.Unavailable("no answer came")
        return done

    def look(self, call, key: str | None = None):
        """Have something looked up; that there is nothing under a key is noted."""
        if self.weather in {"silent", "deaf"}:
            raise base.Unavailable("no answer came")
        found = call()
        if found is None:
            self.crossed.append(Crossing("nothing", key, 0))
        return found

    def new_key(self, key: str) -> str:
        return f"{key}#{self.made.get(key, 0)}"


class _Sellers(DatabaseSellers):
    def __init__(self, border: Border) -> None:
        self.border = border

    def transfer(self, request):
        asked = Crossing("transfer", request.idempotency_key, request.money.minor)
        new = replace(request, idempotency_key=self.border.new_key(request.idempotency_key))
        return self.border.do(
            lambda: DatabaseSellers.transfer(self, new),
            asked,
            lambda done: done.gateway_transfer_id,
        )

    def find_transfer(self, key):
        found = self.border.look(lambda: DatabaseSellers.find_transfer(self, f"{key}#0"), key)
        if found:
            self.border.crossed.append(
                Crossing(
                    "transfer",
                    key,
                    found.amount_minor,
                    heard=True,
                    transfer=found.gateway_transfer_id,
                )
            )
        return found

    def reverse(self, transfer_id, request):
        key = request.idempotency_key
        asked = Crossing("reverse", key, request.money.minor, transfer=transfer_id)
        new = replace(request, idempotency_key=self.border.new_key(key))
        return self.border.do(lambda: DatabaseSellers.reverse(self, transfer_id, new), asked)

    def find_reversal(self, key):
        found = self.border.look(lambda: DatabaseSellers.find_reversal(self, f"{key}#0"), key)
        if found:
            self.border.crossed.append(Crossing("reverse", key, 0, heard=True))
        return found


class _Ledger(DatabaseLedger):
    def __init__(self, border: Border) -> None:
        self.border = border

    def refund(self, payment_id, request):
        asked = Crossing("refund", request.idempotency_key, request.money.minor)
        new = replace(request, idempotency_key=self.border.new_key(request.idempotency_key))
        return self.border.do(lambda: DatabaseLedger.refund(self, payment_id, new), asked)

    def find_refund(self, request):
        key = request.idempotency_key
        old = replace(request, idempotency_key=f"{key}#0")
        found = self.border.look(lambda: DatabaseLedger.find_refund(self, old), key)
        if found:
            self.border.crossed.append(Crossing("refund", key, request.money.minor, heard=True))
        return found

    def snapshot(self, payment_id):
        found = self.border.look(lambda: DatabaseLedger.snapshot(self, payment_id))
        self.border.crossed.append(Crossing("total", payment_id, found.refunded_minor, heard=True))
        return found
