"""What each account has at the fake Stripe, added up from everything that moved."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.fakes.stripe_world import Owner, World

GONE = {"pending", "in_transit", "paid"}  # payouts whose money has left
TAKEN = {"needs_response", "under_review", "lost"}  # disputes whose money the bank has


class Books:
    """Balances, without fees and at once available."""

    def __init__(self, world: World) -> None:
        self.world = world

    def balance(self, owner: Owner) -> Counter[str]:
        """What an account has, by currency."""
        sums: Counter[str] = Counter()
        for row in self.world.every("charge", owner):
            sums[row.obj["currency"]] += row.obj["amount"] - row.obj["amount_refunded"]
        for row in self.world.every("dispute", owner):
            if row.obj["status"] in TAKEN:
                sums[row.obj["currency"]] -= row.obj["amount"]
        for row in self.world.every("payout", owner):
            if row.obj["status"] in GONE:
                sums[row.obj["currency"]] -= row.obj["amount"]
        for row in self.world.every("transfer"):
            moved = row.obj["amount"] - row.obj["amount_reversed"]
            if row.owner == owner:
                sums[row.obj["currency"]] -= moved
            if Owner(row.obj["destination"], row.owner.livemode) == owner:
                sums[row.obj["currency"]] += moved
        return sums

    def out_of(self, charge_id: str) -> int:
        """What has been transferred out of a charge and not come back."""
        return sum(
            row.obj["amount"] - row.obj["amount_reversed"]
            for row in self.world.every("transfer")
            if row.obj["source_transaction"] == charge_id
        )

    def shown(self, owner: Owner) -> dict[str, Any]:
        """GET /v1/balance."""
        sums = {self.world.accounts[owner.account].default_currency: 0, **self.balance(owner)}
        money = [
            {"amount": amount, "currency": currency, "source_types": {"card": amount}}
            for currency, amount in sums.items()
        ]
        none = [{**one, "amount": 0, "source_types": {"card": 0}} for one in money]
        livemode = owner.livemode
        return {"object": "balance", "available": money, "livemode": livemode, "pending": none}
