"""A stateful Stripe on loopback that refuses what Stripe refuses.

Tests drive the code under test against ``StripeFake().url``, play the customer with the
methods below, and count the money in the ledger.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import stripe

from tests.fakes.server import Request, Response
from tests.fakes.stripe_api import ApiKey
from tests.fakes.stripe_pages import Pages
from tests.fakes.stripe_people import StripePeople
from tests.fakes.stripe_webhooks import Courier, Delivered, post, sign
from tests.fakes.stripe_world import Account, Owner, Row

Object = dict[str, Any]

# Stripe's library sleeps before it repeats a call that got no answer, half a second and more. This
# Stripe is as well a moment later as it will ever be.
stripe.HTTPClient.INITIAL_DELAY = 0.01


class StripeFake(StripePeople):
    """The fake as tests use it: ``with StripeFake() as stripe_fake: ...``."""

    def __init__(self) -> None:
        super().__init__()
        self._pages = Pages(self)
        self._courier = Courier()
        self.world.listeners.append(
            lambda event: self._courier.offer(event, self.event_account(event["id"]))
        )

    def stop(self) -> None:
        """Stop delivering and answering."""
        super().stop()
        self._courier.stop()

    def handle(self, request: Request) -> Response:
        """The API below /v1, the customer's pages elsewhere."""
        if request.path.startswith("/v1/"):
            return super().handle(request)
        return self._pages.answer(request)

    # Accounts

    def account(
        self,
        key: str,
        *,
        id: str = "acct_1Test",
        lacks: Iterable[str] = (),
        capabilities: Iterable[str] | None = None,
        **traits: Any,
    ) -> Account:
        """Make ``key`` open the account ``id``, new or known.

        ``lacks`` takes rights such as "refunds:write" away from the key; ``capabilities`` and
        the other fields of ``Account`` describe, or change, the account.
        """
        if capabilities is not None:
            traits["capabilities"] = frozenset(capabilities)
        with self.world.lock:
            known = self.world.accounts.get(id, Account(id))
            self.world.accounts[id] = known
            for name, value in traits.items():
                if name not in Account.__annotations__:
                    raise TypeError(f"an account has no {name}")
                setattr(known, name, value)
            self.keys[key] = ApiKey(known, "_live_" in key, frozenset(lacks))
            return known

    def revoke(self, key: str) -> None:
        """Make a key unknown."""
        self.keys.pop(key, None)

    # The customer

    def approve(self, intent_id: str) -> Object:
        """The customer pays in Cash App."""
        with self.world.lock:
            row = self.world.rows[intent_id]
            self.desk.payments.require(row, "requires_action")
            return copy.deepcopy(self.desk.payments.succeed(row).obj)

    def decline(self, intent_id: str, decline_code: str | None = None) -> Object:
        """The customer refuses, or Cash App does when there is a ``decline_code``."""
        with self.world.lock:
            row = self.world.rows[intent_id]
            self.desk.payments.require(row, "requires_action")
            method = row.hidden["method"]
            return copy.deepcopy(self.desk.payments.fail(row, method, decline_code).obj)

    def pay_with_element(
        self, intent_id: str, method: str = "card", decline_code: str | None = None
    ) -> Object:
        """The customer confirms an intent in the browser, as Stripe's own script does."""
        with self.world.lock:
            row = self.world.rows[intent_id]
            payments = self.desk.payments
            payments.require(row, "requires_payment_method", "requires_confirmation")
            if decline_code:
                return copy.deepcopy(payments.fail(row, method, decline_code).obj)
            return copy.deepcopy(payments.succeed(row, method).obj)

    def process(self, intent_id: str) -> Object:
        """The payment is under way but the money has not come."""
        with self.world.lock:
            row = self.world.rows[intent_id]
            waiting = ("requires_payment_method", "requires_confirmation", "requires_action")
            self.desk.payments.require(row, *waiting)
            return copy.deepcopy(self.desk.payments.process(row).obj)

    def finish_processing(
        self, intent_id: str, ok: bool = True, decline_code: str = "generic_decline"
    ) -> Object:
        """The money came, or did not."""
        with self.world.lock:
            row = self.world.rows[intent_id]
            payments = self.desk.payments
            payments.require(row, "processing")
            if ok:
                payments.succeed(row)
            else:
                payments.fail(row, row.hidden["method"], decline_code)
            self.desk.sessions.money_came(row, ok)
            return copy.deepcopy(row.obj)

    def pay_session(
        self, session_id: str, method: str | None = None, *, processing: bool = False
    ) -> Object:
        """The customer pays on the Checkout page."""
        with self.world.lock:
            row = self.world.rows[session_id]
            method = method or row.obj["payment_method_types"][0]
            paid = self.desk.sessions.pay(row, method, processing=processing)
            return copy.deepcopy(paid.obj)

    def decline_in_session(
        self,
        session_id: str,
        method: str | None = None,
        decline_code: str = "generic_decline",
    ) -> Object:
        """An attempt on the Checkout page fails; the session stays open."""
        with self.world.lock:
            row = self.world.rows[session_id]
            method = method or row.obj["payment_method_types"][0]
            return copy.deepcopy(self.desk.sessions.decline(row, method, decline_code).obj)

    def expire_session(self, session_id: str) -> Object:
        """The session's time is over."""
        with self.world.lock:
            return copy.deepcopy(self.desk.sessions.expire(self.world.rows[session_id]).obj)

    # Refunds

    @property
    def refund_mode(self) -> str:
        """The status new refunds get: "succeeded" or "pending"."""
        return self.desk.refund_mode

    @refund_mode.setter
    def refund_mode(self, status: str) -> None:
        if status not in ("succeeded", "pending"):
            raise ValueError(status)
        self.desk.refund_mode = status

    def finish_refund(self, refund_id: str, ok: bool = True) -> Object:
        """Settle a pending refund; ``ok=False`` also fails one that had succeeded."""
        with self.world.lock:
            return copy.deepcopy(self.desk.refunds.finish(self.world.rows[refund_id], ok).obj)

    # The ledger

    def charges(self, account: str | None = None) -> list[Object]:
        """Every charge, oldest first, each with its ``account``."""
        return self._ledger("charge", account)

    def refunds(self, account: str | None = None) -> list[Object]:
        """Every refund, oldest first, each with its ``account``."""
        return self._ledger("refund", account)

    def payment_intents(self, account: str | None = None) -> list[Object]:
        """Every payment intent, oldest first, each with its ``account``."""
        return self._ledger("payment_intent", account)

    def sessions(self, account: str | None = None) -> list[Object]:
        """Every Checkout Session, oldest first, each with its ``account``."""
        return self._ledger("checkout.session", account)

    def webhook_endpoints(self, account: str | None = None) -> list[Object]:
        """Every webhook endpoint, each with its ``account`` and ``secret``."""
        rows = self._ledger("webhook_endpoint", account)
        return [{**one, "secret": self.world.rows[one["id"]].hidden["secret"]} for one in rows]

    def _ledger(self, kind: str, account: str | None) -> list[Object]:
        def visible(row: Row) -> bool:
            return account in (None, row.owner.account)

        with self.world.lock:
            rows = [row for row in self.world.every(kind) if visible(row)]
            return [{**copy.deepcopy(row.obj), "account": row.owner.account} for row in rows]

    def object(self, object_id: str) -> Object:
        """A copy of any stored object; KeyError when there is none."""
        with self.world.lock:
            return copy.deepcopy(self.world.rows[object_id].obj)

    def return_url(self, intent_id: str) -> str:
        """Where the customer goes after the Cash App page."""
        return str(self.world.rows[intent_id].hidden["return_url"])

    def tamper(self, object_id: str, **fields: Any) -> None:
        """Overwrite fields of a stored object, for a gateway that tells something else."""
        with self.world.lock:
            self.world.rows[object_id].obj.update(fields)

    # Events

    @property
    def events(self) -> list[Object]:
        """Copies of every event so far, in order."""
        with self.world.lock:
            return copy.deepcopy(self.world.events)

    def event_account(self, event_id: str) -> str:
        """Whose event this is."""
        return self._event_owner(event_id).account

    def _event_owner(self, event_id: str) -> Owner:
        return self.world.event_owner[event_id]

    def last_event(self, event_type: str) -> Object:
        """The newest event of a type."""
        return next(event for event in reversed(self.events) if event["type"] == event_type)

    def sign(
        self, event: Object | bytes, secret: str, timestamp: int | None = None
    ) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a delivery, for tests that have no socket."""
        return sign(event, secret, timestamp)

    def deliver(
        self,
        event: Object | bytes,
        url: str,
        secret: str,
        timestamp: int | None = None,
        times: int = 1,
    ) -> list[Delivered]:
        """POST a signed event and return the answers."""
        return [post(event, url, secret, timestamp) for _ in range(times)]

    def auto_deliver(
        self,
        url: str,
        secret: str,
        *,
        types: Iterable[str] | None = None,
        account: str | None = None,
    ) -> None:
        """Deliver every new event from a background thread."""
        self._courier.subscribe(url, secret, types, account)

    def wait_delivered(self, timeout: float = 10.0) -> bool:
        """Wait for the background deliveries; False when they take longer."""
        return self._courier.wait(timeout)

    @property
    def deliveries(self) -> list[Delivered]:
        """What the receivers answered to background deliveries."""
        return list(self._courier.results)
