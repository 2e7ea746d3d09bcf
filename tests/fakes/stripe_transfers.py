"""Money between a platform and its sellers, and on to their banks."""

from __future__ import annotations

from typing import Any

from tests.fakes.customer import CustomerCannot
from tests.fakes.stripe_books import Books
from tests.fakes.stripe_checks import check_currency, spoken
from tests.fakes.stripe_errors import StripeRefusal, invalid, refused
from tests.fakes.stripe_world import Caller, Row, World, new_id

DAYS = 2 * 86_400  # seconds until a payout arrives


class Transfers:
    """Transfers, their reversals, and payouts."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.books = Books(world)

    def create(self, caller: Caller, p: dict[str, Any]) -> Row:
        """POST /v1/transfers."""
        currency = check_currency(p["currency"], "currency")
        if "amount" not in p:
            raise invalid("Missing required param: amount.", "amount", "parameter_missing")
        _check_positive(p["amount"])
        self._check_destination(caller, p["destination"])
        group = p.get("transfer_group")
        if "source_transaction" in p:
            group = self._check_source(caller, p, currency)
        else:
            self._check_balance(caller, p["amount"], currency)
        made = {
            "id": new_id("tr_3"),
            "object": "transfer",
            "amount": p["amount"],
            "amount_reversed": 0,
            "balance_transaction": new_id("txn_3"),
            "created": self.world.now(),
            "currency": currency,
            "description": p.get("description"),
            "destination": p["destination"],
            "destination_payment": new_id("py_1"),
            "livemode": caller.owner.livemode,
            "metadata": p.get("metadata") or {},
            "reversed": False,
            "source_transaction": p.get("source_transaction"),
            "source_type": "card",
            "transfer_group": group,
        }
        row = self.world.add(caller.owner, made)
        self.world.emit(row, "transfer.created")
        return row

    def _check_destination(self, caller: Caller, account_id: str) -> None:
        known, row = self.world.accounts.get(account_id), self.world.rows.get(account_id)
        mine = known is not None and known.connected_to == caller.account.id
        if row is None or not mine or row.owner.livemode != caller.owner.livemode:
            text = f"No such destination: '{account_id}'"
            raise StripeRefusal(400, text, code="resource_missing", param="destination")
        if row.obj["capabilities"].get("transfers") != "active":
            raise refused(
                "Your destination account needs to have at least one of the following "
                "capabilities enabled: transfers, crypto_transfers, legacy_payments",
                code="insufficient_capabilities_for_transfer",
            )

    def _check_source(self, caller: Caller, p: dict[str, Any], currency: str) -> str:
        charge = self.world.find(caller, "charge", p["source_transaction"]).obj
        if charge["currency"] != currency:
            text = (
                f"The currency of source_transaction's balance transaction ({charge['currency']})"
            )
            raise invalid(f"{text} must be the same as the transfer currency.", "currency")
        left = charge["amount"] - self.books.out_of(charge["id"])
        if p["amount"] > left:
            raise refused(
                f"Cannot use more than {spoken(left, currency)} of source_transaction "
                f"{charge['id']}.",
                code="balance_insufficient",
                param="amount",
            )
        group = charge["transfer_group"] or f"group_{charge['payment_intent']}"
        if p.get("transfer_group", group) != group:
            raise invalid(
                "The transfer_group must be that of the source_transaction.", "transfer_group"
            )
        charge["transfer_group"] = group
        return str(group)

    def _check_balance(self, caller: Caller, amount: int, currency: str) -> None:
        if amount > self.books.balance(caller.owner)[currency]:
            raise refused(
                "You have insufficient funds in your Stripe account. One likely reason is that "
                "your funds are automatically being paid out.",
                code="balance_insufficient",
            )

    def reverse(self, caller: Caller, row: Row, p: dict[str, Any]) -> Row:
        """POST /v1/transfers/{id}/reversals."""
        transfer = row.obj
        left = transfer["amount"] - transfer["amount_reversed"]
        amount = p.get("amount", left)
        if left == 0:
            raise refused(f"Transfer {transfer['id']} is already fully reversed.")
        _check_positive(amount)
        if amount > left:
            raise refused(
                f"Reversal amount ({spoken(amount, transfer['currency'])}) is greater than "
                f"unreversed amount on transfer ({spoken(left, transfer['currency'])})",
                param="amount",
            )
        seller = self.world.rows[transfer["destination"]].owner
        if amount > self.books.balance(seller)[transfer["currency"]]:
            raise refused(
                "The account to reverse this transfer from does not have sufficient funds.",
                code="balance_insufficient",
            )
        made = {
            "id": new_id("trr_1"),
            "object": "transfer_reversal",
            "amount": amount,
            "created": self.world.now(),
            "currency": transfer["currency"],
            "metadata": p.get("metadata") or {},
            "transfer": transfer["id"],
        }
        back = self.world.add(caller.owner, made)
        transfer["amount_reversed"] += amount
        transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
        self.world.emit(row, "transfer.reversed")
        return back

    def reversals(self, row: Row, p: dict[str, Any]) -> dict[str, Any]:
        """GET /v1/transfers/{id}/reversals."""
        made = [
            one
            for one in self.world.every("transfer_reversal", row.owner)
            if one.obj["transfer"] == row.obj["id"]
        ]
        return self.world.page(made, p, f"/v1/transfers/{row.obj['id']}/reversals")

    def pay_out(self, caller: Caller, p: dict[str, Any]) -> Row:
        """POST /v1/payouts."""
        currency = check_currency(p["currency"], "currency")
        _check_positive(p["amount"])
        row = self.world.rows.get(caller.account.id)
        if row is not None and not row.obj["payouts_enabled"]:
            text = "Cannot create payouts: payouts are disabled for this account."
            raise refused(text, code="payouts_not_allowed")
        self._check_balance(caller, p["amount"], currency)
        made = self.world.add(caller.owner, self._payout(caller, p, currency))
        self.world.emit(made, "payout.created")
        return made

    def _payout(self, caller: Caller, p: dict[str, Any], currency: str) -> dict[str, Any]:
        return {
            "id": new_id("po_1"),
            "object": "payout",
            "amount": p["amount"],
            "arrival_date": self.world.now() + DAYS,
            "automatic": p.get("automatic", False),
            "created": self.world.now(),
            "currency": currency,
            "failure_code": None,
            "failure_message": None,
            "livemode": caller.owner.livemode,
            "metadata": p.get("metadata") or {},
            "method": p.get("method", "standard"),
            "status": "pending",
            "type": "bank_account",
        }

    def finish_payout(self, payout_id: str, status: str) -> Row:
        """The bank takes a payout or gives it back, which it may do days after it took it."""
        row = self.world.rows[payout_id]
        if row.obj["status"] in {"failed", "canceled"}:
            raise CustomerCannot(f"{payout_id} is {row.obj['status']}")
        row.obj["status"] = status
        if status == "failed":
            row.obj["failure_code"] = "account_closed"
            row.obj["failure_message"] = "The bank account has been closed"
        self.world.emit(row, f"payout.{status}")
        return row


def _check_positive(amount: int) -> None:
    if amount < 1:
        text = "This value must be greater than or equal to 1."
        raise invalid(text, "amount", "parameter_invalid_integer")
