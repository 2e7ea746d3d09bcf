"""The world a test starts in: an organization, a provider with a key, and ways to act in it."""

from __future__ import annotations

import dataclasses
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask

import app.registry as registry
from app.extensions import transaction
from app.jobs.drain import Drainer
from app.kit.tenancy import as_org
from app.models import EventType
from app.services import credentials, organizations, providers, sweep
from app.services.credentials import Scope

ALL_EVENTS = tuple(one for one in EventType if one != EventType.ping)
STRIPE_KEY = "sk_test_51GatehouseTestsOnly0001"
STRIPE_WEBHOOK_SECRET = "whsec_gatehouse_test_secret"


@dataclass
class Shop:
    """A provider of a test, and the calls its server would make."""

    app: Flask
    org_id: str
    provider_id: str
    key: str
    webhook_secret: str | None
    headers: dict[str, str] = field(default_factory=dict)

    def post(self, path: str, body: Any = None, **headers: str):
        """POST JSON to the API with this provider's key."""
        data = body if isinstance(body, bytes | str) else json.dumps(body or {})
        return self.app.test_client().post(
            path,
            data=data,
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.key}", **headers},
        )

    def get(self, path: str):
        return self.app.test_client().get(path, headers={"Authorization": f"Bearer {self.key}"})

    def create(self, amount: Any = 100, idempotency_key: str | None = None, **fields: Any):
        """create-payment-intent; the response."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return self.post("/api/create-payment-intent", {"amount": amount, **fields}, **headers)

    def order(self, amount: Any = 100, **fields: Any) -> dict[str, Any]:
        """A new order; the answer's fields and its `token`."""
        response = self.create(amount, **fields)
        assert response.status_code == 200, response.text
        return {**response.json, "token": response.json["checkoutUrl"].rsplit("/", 1)[1]}

    def see(self, order: dict[str, Any], *, sync: bool = False) -> dict[str, Any]:
        """The order as the API shows it now."""
        response = self.get(f"/api/orders/{order['orderId']}{'?sync=1' if sync else ''}")
        assert response.status_code == 200, response.text
        return response.json

    def refund(self, order: dict[str, Any], amount: Any = None, **headers: str):
        body = {} if amount is None else {"amount": amount}
        return self.post(f"/api/orders/{order['orderId']}/refunds", body, **headers)

    def cancel(self, order: dict[str, Any]):
        return self.post(f"/api/orders/{order['orderId']}/cancel")

    # --- the customer

    def choose(self, order: dict[str, Any], method: str, **answers: str):
        """The customer presses Pay; the response."""
        return self.customer("pay", order, method=method, **answers)

    def customer(self, action: str, order: dict[str, Any], **fields: str):
        with self.app.test_request_context():
            from app.blueprints.checkout.tokens import token_for

            csrf = token_for(order["token"])
        return self.app.test_client().post(
            f"/checkout/o/{order['token']}/{action}", data={"csrf_token": csrf, **fields}
        )

    def come_back(self, order: dict[str, Any]):
        return self.app.test_client().get(f"/checkout/o/{order['token']}/return")

    def press(self, order: dict[str, Any], button: str):
        """The customer on the sandbox gateway's own page."""
        payment = self.see(order)["payments"][-1]["gatewayPaymentId"]
        with self.app.test_request_context():
            from app.blueprints.checkout.tokens import token_for

            csrf = token_for(payment)
        return self.app.test_client().post(
            f"/sandbox/pay/{payment}/{button}", data={"csrf_token": csrf}
        )

    def pay(self, order: dict[str, Any]) -> None:
        """Pay through the sandbox, with everything that follows."""
        assert self.choose(order, "test").status_code == 303
        assert self.press(order, "pay").status_code == 303
        run_tasks(self.app)

    @contextmanager
    def inside(self):
        """An app context in this organization, for calling services directly."""
        with self.app.app_context(), as_org(self.org_id):
            yield


def open_shop(
    app: Flask,
    *,
    org: str = "Acme",
    name: str = "Bitloader",
    gateway: str = "sandbox",
    webhook_url: str | None = None,
    events: tuple[str, ...] = ALL_EVENTS,
    **options: Any,
) -> Shop:
    """Make an organization and a provider with one key."""
    with app.app_context():
        organization = organizations.ensure(org)
        with as_org(organization.id):
            made = providers.create(
                name=name,
                gateway=gateway,
                webhook_url=webhook_url,
                events_wanted=events,
                **options,
            )
    return Shop(app, organization.id, made.provider.id, made.api_key, made.webhook_secret)


def connect_stripe(shop: Shop, *, key: str = STRIPE_KEY, scope: Scope | None = None, **more: str):
    """Save Stripe credentials for a shop's organization (or provider)."""
    values = {"secretKey": key, "webhookSecret": STRIPE_WEBHOOK_SECRET, **more}
    with shop.inside(), transaction():
        credentials.save(
            "stripe", scope or Scope("organization", shop.org_id), values, actor="test"
        )


def unplug(monkeypatch: Any, service: str) -> None:
    """As if nothing spoke to this company yet."""
    spec = registry.SERVICES[service]
    gateway = dataclasses.replace(spec.gateway, adapter=None)
    monkeypatch.setitem(registry.SERVICES, service, dataclasses.replace(spec, gateway=gateway))


def run_tasks(app: Flask, seconds: float = 10.0) -> int:
    """Run everything that is due now, in real threads, as a worker does."""
    drainer = Drainer(app, threads=4)
    try:
        return drainer.drain(seconds)
    finally:
        drainer.close()


def sweep_and_run(app: Flask) -> int:
    """One look at the clock, and everything that follows from it."""
    with app.app_context():
        sweep.sweep()
    return run_tasks(app)


def run_serially(app: Flask) -> None:
    """Run what is due one by one in this thread, so that nothing else touches the database."""
    from app.services import tasks

    drainer = Drainer(app, threads=1)
    while True:
        with app.app_context():
            claimed = tasks.claim(1)
        if not claimed:
            break
        drainer._run(claimed[0])
    drainer.close()
