"""A stateful Ifthenpay on loopback that refuses what Ifthenpay refuses: customers and callbacks."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlencode

from tests.fakes import ifthenpay_world as world
from tests.fakes.ifthenpay_api import IfthenpayApi
from tests.fakes.ifthenpay_calls import PAID, fill_in
from tests.fakes.ifthenpay_world import Account, CustomerCannot, Made

__all__ = ["Account", "CustomerCannot", "IfthenpayFake", "Made"]


class IfthenpayFake(IfthenpayApi):
    """The fake as tests use it: ``with IfthenpayFake() as fake: ...``."""

    def callback(self, made: Made, status: str = PAID, minor: int | None = None) -> str:
        """The address Ifthenpay calls about a payment. KeyError when none is registered for it."""
        account = self.account
        keys = {"MB": account.mb, "MBWAY": account.mbway, "CCARD": account.card}
        template, key = self.callbacks[keys.get(made.kind, account.sub_entity)]
        return fill_in(template, key, made, status, minor)

    # The customer

    def find(self, id_: str) -> Made:
        """By request id, order id or reference, the newest. StopIteration when there is none."""
        return next(
            one
            for one in reversed(self.made)
            if id_ in {one.request_id, one.order_id, one.reference}
        )

    def pay(self, id_: str, minor: int | None = None) -> Made:
        """The customer pays; another amount only where a machine takes one."""
        made = self.find(id_)
        if minor not in {None, made.minor} and made.kind != "MB":
            raise CustomerCannot("the amount is fixed")
        made.become("000", made.minor if minor is None else minor)
        return made

    def decline(self, id_: str, status: str = "020") -> Made:
        """The customer says no, or their bank does (122)."""
        made = self.find(id_)
        made.become(status)
        return made

    def expire(self, id_: str) -> Made:
        """Nobody did anything in time."""
        made = self.find(id_)
        made.status = "101"
        return made

    def pay_reference(self, reference: str, minor: int) -> Made:
        """A computed reference is paid at a machine, which checks its digits; nobody knew of it."""
        account = self.account
        if not reference.startswith(account.sub_entity):
            raise CustomerCannot("that is nobody's reference")
        if not world.is_reference_of(account.entity, reference, minor):
            raise CustomerCannot("the check digits do not fit")
        made = Made(account.entity, world.new_request_id(), "", minor, account.entity, reference)
        made.become("000", minor)
        self.made.append(made)
        return made

    def come_back(self, made: Made, **changes: str) -> str:
        """The query with which the card's page sends a browser to the success address."""
        amount = changes.get("amount", world.euros(made.minor))
        message = f"{made.order_id}{amount}{made.request_id}".encode()
        sk = hmac.new(self.account.card.encode(), message, hashlib.sha256).hexdigest()
        query = {"id": made.order_id, "amount": amount, "requestId": made.request_id, "sk": sk}
        return urlencode({**query, "brand": "VISA", "pan": "****1112", **changes})
