"""The Greenfield API of the fake: routes, permissions, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from app.kit.money import CURRENCIES
from tests.fakes.btcpay_world import Invoice, Key, World, new_id, stamp
from tests.fakes.crypto_checks import problems, read_json
from tests.fakes.server import FakeServer, Request, Response

__all__ = ["BtcPayApi"]

STORE, ONE = "/api/v1/stores/([^/]+)", "([^/]+)"
VIEW, CREATE = "btcpay.store.canviewinvoices", "btcpay.store.cancreateinvoice"
MODIFY, HOOKS = "btcpay.store.canmodifyinvoices", "btcpay.store.webhooks.canmodifywebhooks"
REFUND, MANAGE = "btcpay.store.cancreatepullpayments", "btcpay.store.canmanagepullpayments"
PUBLIC = ""


class No(Exception):
    """A refusal, as the server words it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        body: Any = {"code": code, "message": message}
        self.response = Response(status, body)


class Invalid(No):
    """422: which field is wrong."""

    def __init__(self, wrong: list[tuple[str, str]]) -> None:
        self.response = Response(422, [{"path": path, "message": said} for path, said in wrong])


class BtcPayApi(FakeServer):
    """The calls; the customer's side is in btcpay.py."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.events: list[tuple[str, Invoice, dict[str, Any]]] = []

    def handle(self, request: Request) -> Response:
        try:
            with self.world.lock:
                for method, pattern, permission, call in ROUTES:
                    found = re.fullmatch(pattern, request.path)
                    if method == request.method and found:
                        self._allowed(request, permission, found.groups())
                        if (failure := self.work_started(request)) is not None:
                            return self.fault_response(request, failure)
                        return Response(200, call(self, request, *found.groups()))
                raise No(404, "not-found", "There is no such route")
        except No as refusal:
            return refusal.response

    def _allowed(self, request: Request, permission: str, where: tuple[str, ...]) -> None:
        if permission == PUBLIC:
            return
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        found = self.world.keys.get(key)
        if scheme != "token" or found is None:
            raise No(401, "unauthenticated", "Authentication is required for accessing this API")
        if permission != "any" and not found.may(permission, where[0]):
            said = f"Insufficient API Permissions. Please use an API key with {permission}"
            raise No(403, "missing-permission", said)
        request.account = key

    def tell(self, kind: str, invoice: Invoice, **more: Any) -> None:
        """Something happened; webhooks are called about it."""
        self.events.append((kind, invoice, more))

    def invoice(self, store: str, number: str) -> Invoice:
        found = self.world.invoices.get(number)
        if found is None or found.store != store:
            raise No(404, "invoice-not-found", "The invoice was not found")
        return found

    # Keys and invoices

    def key(self, request: Request) -> Any:
        found: Key = self.world.keys[request.account or ""]
        names = [f"{name}:{found.store}" for name in found.permissions]
        return {"apiKey": request.account, "label": "Gatehouse", "permissions": names}

    def create(self, request: Request, store: str) -> Any:
        sent = _sent(request, "CreateInvoiceRequest")
        if sent.get("currency") not in CURRENCIES:
            raise Invalid([("currency", "Invalid currency")])
        if not sent.get("amount") or Decimal(sent["amount"]) <= 0:
            raise Invalid([("amount", "The amount should be above 0")])  # no top-ups are meant
        made = Invoice(new_id(), store, sent, self.url)
        self.world.invoices[made.id] = made
        self.tell("InvoiceCreated", made)
        return made.shown()

    def list(self, request: Request, store: str) -> Any:
        query = parse_qs(request.query)
        if unknown := set(query) - {"orderId", "status", "textSearch", "skip", "take"}:
            raise Invalid([(name, "unknown") for name in sorted(unknown)])
        wanted = query.get("orderId")
        found = [one for one in self.world.invoices.values() if one.store == store]
        if wanted:
            found = [one for one in found if one.shown()["metadata"].get("orderId") in wanted]
        return [one.shown() for one in found]

    def get(self, request: Request, store: str, number: str) -> Any:
        return self.invoice(store, number).shown()

    def methods(self, request: Request, store: str, number: str) -> Any:
        return self.invoice(store, number).methods()

    def mark(self, request: Request, store: str, number: str) -> Any:
        found, sent = self.invoice(store, number), _sent(request, "MarkInvoiceStatusRequest")
        if found.status == "Invalid" or (found.status, sent["status"]) == ("Settled", "Settled"):
            raise Invalid([("status", "Status can only be marked within certain conditions.")])
        found.status, found.why = sent["status"], "Marked"
        self.tell(f"Invoice{sent['status']}", found, manuallyMarked=True)
        return found.shown()

    # Refunds

    def refund(self, request: Request, store: str, number: str) -> Any:
        found, sent = self.invoice(store, number), _sent(request, "RefundInvoiceRequest")
        if sent["refundVariant"] != "Custom" or not sent.get("customAmount"):
            raise Invalid([("refundVariant", "only Custom, with an amount, is known here")])
        if sent.get("customCurrency") != found.asked["currency"]:
            raise Invalid([("customCurrency", "Invalid currency")])
        if found.status != "Settled":
            raise No(400, "non-refundable", "Cannot refund this invoice")
        made = {
            "id": new_id(),
            "name": sent.get("name") or f"Refund {number}",
            "description": sent.get("description", ""),
            "currency": sent["customCurrency"],
            "amount": sent["customAmount"],
            "autoApproveClaims": True,
            "archived": False,
            "startsAt": stamp(),
        }
        made["viewLink"] = f"{self.url}/pull-payments/{made['id']}"
        self.world.pull_payments[made["id"]] = {**made, "store": store}
        self.world.payouts[made["id"]] = []
        return made

    def pull_payments(self, request: Request, store: str) -> Any:
        every = parse_qs(request.query).get("includeArchived") == ["true"]
        found = self.world.pull_payments.values()
        return [one for one in found if one["store"] == store and (every or not one["archived"])]

    def pull_payment(self, request: Request, number: str) -> Any:
        if number not in self.world.pull_payments:
            raise No(404, "pullpayment-not-found", "The pull payment was not found")
        return self.world.pull_payments[number]

    def payouts(self, request: Request, number: str) -> Any:
        self.pull_payment(request, number)
        return self.world.payouts[number]

    # Webhooks

    def webhooks(self, request: Request, store: str) -> Any:
        return [_hidden(one) for one in self.world.webhooks.values() if one["store"] == store]

    def add_webhook(self, request: Request, store: str) -> Any:
        made = {"id": new_id(), "store": store, "secret": new_id()}
        made |= _sent(request, "WebhookDataCreate")
        self.world.webhooks[made["id"]] = made
        return {name: value for name, value in made.items() if name != "store"}

    def webhook(self, request: Request, store: str, number: str) -> Any:
        found = self.world.webhooks.get(number)
        if found is None or found["store"] != store:
            raise No(404, "webhook-not-found", "The webhook was not found")
        if request.method == "DELETE":
            return self.world.webhooks.pop(number) and {}
        if request.method == "PUT":
            sent = _sent(request, "WebhookDataUpdate")
            found |= {name: value for name, value in sent.items() if name != "secret" or value}
        return _hidden(found)


def _hidden(webhook: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in webhook.items() if name not in {"store", "secret"}}


def _sent(request: Request, name: str) -> dict[str, Any]:
    sent = request.params = read_json(request.body)
    if wrong := problems("btcpay", name, sent):
        raise Invalid(wrong)
    return sent


Api = BtcPayApi
ROUTES: list[tuple[str, str, str, Callable[..., Any]]] = [
    ("GET", "/api/v1/api-keys/current", "any", Api.key),
    ("POST", f"{STORE}/invoices", CREATE, Api.create),
    ("GET", f"{STORE}/invoices", VIEW, Api.list),
    ("GET", f"{STORE}/invoices/{ONE}", VIEW, Api.get),
    ("GET", f"{STORE}/invoices/{ONE}/payment-methods", VIEW, Api.methods),
    ("POST", f"{STORE}/invoices/{ONE}/status", MODIFY, Api.mark),
    ("POST", f"{STORE}/invoices/{ONE}/refund", REFUND, Api.refund),
    ("GET", f"{STORE}/pull-payments", MANAGE, Api.pull_payments),
    ("GET", f"/api/v1/pull-payments/{ONE}", PUBLIC, Api.pull_payment),
    ("GET", f"/api/v1/pull-payments/{ONE}/payouts", PUBLIC, Api.payouts),
    ("GET", f"{STORE}/webhooks", HOOKS, Api.webhooks),
    ("POST", f"{STORE}/webhooks", HOOKS, Api.add_webhook),
    *((verb, f"{STORE}/webhooks/{ONE}", HOOKS, Api.webhook) for verb in ("GET", "PUT", "DELETE")),
]
