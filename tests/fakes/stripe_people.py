"""Sellers, banks and what they do at the fake Stripe: the part of it that tests play for them."""

from __future__ import annotations

import copy
from typing import Any

from tests.fakes.stripe_api import StripeApi
from tests.fakes.stripe_world import Account, Caller, Owner, Row

Object = dict[str, Any]


class StripePeople(StripeApi):
    """What happens to connected accounts without a call of ours."""

    def onboard(self, account_id: str, *, is_believed: bool = True) -> None:
        """The seller says who they are."""
        with self.world.lock:
            self.desk.connect.fill_in(account_id, is_believed=is_believed)

    def visit(self, link: str) -> str | None:
        """A seller opens an onboarding link: None for the form, else where they are sent."""
        with self.world.lock:
            return self.desk.connect.visit(link)

    def restrict(self, account_id: str, *due: str, payouts_only: bool = False) -> None:
        """Stripe wants to know more of a seller."""
        with self.world.lock:
            self.desk.connect.stop(account_id, *due, payouts_only=payouts_only)

    def leave(self, account_id: str) -> None:
        """A seller's account is not joined to the platform's any more."""
        with self.world.lock:
            self.desk.connect.leave(account_id)

    def balance(self, account_id: str, currency: str = "usd", *, livemode: bool = False) -> int:
        """What an account has."""
        with self.world.lock:
            return self.desk.transfers.books.balance(Owner(account_id, livemode))[currency]

    def pay_out(self, account_id: str, amount: int, currency: str = "usd") -> Object:
        """Stripe pays a seller out by its own schedule."""
        with self.world.lock:
            row = self.world.rows[account_id]
            caller = Caller(row.owner, self._account(account_id), "", None)
            sent = {"amount": amount, "currency": currency, "automatic": True}
            return copy.deepcopy(self.desk.transfers.pay_out(caller, sent).obj)

    def finish_payout(self, payout_id: str, status: str = "paid") -> Object:
        """The bank has a payout, or it "failed" or was "canceled"."""
        with self.world.lock:
            return copy.deepcopy(self.desk.transfers.finish_payout(payout_id, status).obj)

    def reverse(self, transfer_id: str, amount: int) -> Object:
        """Somebody takes a transfer back in Stripe's dashboard."""
        with self.world.lock:
            row = self.world.rows[transfer_id]
            caller = Caller(row.owner, self._account(row.owner.account), "", None)
            return copy.deepcopy(self.desk.transfers.reverse(caller, row, {"amount": amount}).obj)

    def open_dispute(
        self, intent_id: str, amount: int | None = None, status: str = "needs_response"
    ) -> Object:
        """The customer's bank disputes what was paid."""
        with self.world.lock:
            charge = self.world.rows[self.world.rows[intent_id].obj["latest_charge"]]
            return copy.deepcopy(self.desk.disputes.open(charge, amount, status).obj)

    def close_dispute(self, dispute_id: str, status: str) -> Object:
        """The bank decides: "won", "lost", "warning_closed"."""
        with self.world.lock:
            row = self.world.rows[dispute_id]
            return copy.deepcopy(self.desk.disputes.close(row, status).obj)

    def transfers(self) -> list[Object]:
        """Every transfer, oldest first."""
        return self._every("transfer")

    def reversals(self) -> list[Object]:
        """Every reversal of a transfer, oldest first."""
        return self._every("transfer_reversal")

    def payouts(self) -> list[Object]:
        """Every payout, oldest first, each with its ``account``."""
        return self._every("payout")

    def sellers(self) -> list[Object]:
        """Every connected account, oldest first."""
        return self._every("account")

    def _every(self, kind: str) -> list[Object]:
        with self.world.lock:
            rows: list[Row] = list(self.world.every(kind))
            return [{**copy.deepcopy(row.obj), "account": row.owner.account} for row in rows]

    def _account(self, account_id: str) -> Account:
        return self.world.accounts[account_id]
