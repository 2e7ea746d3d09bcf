"""A gateway of a few lines: money by bird. It asks, tells and undoes in all the ways there are."""

from __future__ import annotations

import json
import sys
import types
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

import app.registry as registry
from app.adapters.gateways import actions, base
from app.kit import clock
from app.registry.spec import Field, GatewaySpec, Method, Spec

__all__ = ["Flock", "toy"]

METHODS = (
    Method("pigeon", "Pigeon"),
    Method("dove", "Dove", asks=("phone",), pace="push", acts_alone=True),
    Method("stork", "Stork", pace="reference"),
    Method("owl", "Owl", asks=("email",)),
)


@dataclass
class Flock:
    """The company: what it was asked, who has paid, and what is broken there."""

    asked: list[base.PaymentRequest] = field(default_factory=list)
    paid: dict[str, int] = field(default_factory=dict)  # by ref, in minor units
    approved: set[str] = field(default_factory=set)
    status: dict[str, str] = field(default_factory=dict)
    completed: list[str] = field(default_factory=list)
    looks: list[str] = field(default_factory=list)  # refs that were asked about
    completing: Exception | None = None
    creating: Exception | None = None

    @property
    def ref(self) -> str:
        """The last payment's."""
        return f"toy-{self.asked[-1].payment_id}"


def _gateway(flock: Flock) -> type[base.Plain]:
    class ToyGateway(base.Plain):
        name = "toy"
        test_mode = True
        methods = tuple(one.name for one in METHODS)

        def __init__(self, credentials):
            self.key = credentials["key"]

        def create_payment(self, request):
            flock.asked.append(request)
            if flock.creating:
                raise flock.creating
            until = clock.now() + timedelta(minutes=4)
            shown = {
                "stork": actions.ShowReference("11111", "123456789", "7.00", request.expires_at),
                "dove": actions.Wait("Confirm in the app", until),
            }
            action = shown.get(request.method or "", actions.Wait("A bird is coming"))
            return base.Created(f"toy-{request.payment_id}", action=action)

        find_payment = create_payment

        def retrieve_payment(self, gateway_ref):
            flock.looks.append(gateway_ref)
            if gateway_ref in flock.paid:
                minor = flock.paid[gateway_ref]
                return base.Snapshot("succeeded", paid_minor=minor, currency="EUR", test_mode=True)
            status = flock.status.get(gateway_ref, "pending")
            return base.Snapshot(status, is_approved=gateway_ref in flock.approved)

        def complete_payment(self, gateway_ref, request):
            flock.completed.append(gateway_ref)
            if flock.completing:
                raise flock.completing
            flock.paid[gateway_ref] = request.money.minor
            return self.retrieve_payment(gateway_ref)

        def cancel_payment(self, gateway_ref):
            if gateway_ref in flock.paid:
                raise base.Impossible("it was paid")
            return base.Snapshot("cancelled")

        def can(self, method):
            return base.Capabilities(cancel=method != "stork")

        def read_return(self, gateway_ref, query):
            said = query.get("bird")
            return base.Snapshot(said) if said else None

        def can_read_events(self):
            return True

        def read_event(self, call):
            try:
                told = json.loads(call.body)
                return base.GatewayEvent(
                    told["id"],
                    "bird.landed",
                    reference=told["reference"],
                    gateway_ref=told.get("ref"),
                    is_proven=False,
                )
            except (ValueError, KeyError, TypeError) as error:
                raise base.BadSignature("no bird of ours") from error

    return ToyGateway


@pytest.fixture
def toy(monkeypatch) -> Flock:
    """The toy in the catalogue, set up where `TOY_KEY` is in the environment."""
    flock = Flock()
    module = types.ModuleType("app.adapters.gateways.toy")
    module.ToyGateway = _gateway(flock)
    monkeypatch.setitem(sys.modules, "app.adapters.gateways.toy", module)
    spec = Spec(
        "toy",
        "Toy",
        "Payments",
        (Field("key", "Key", ("TOY_KEY",), "secret", required=True),),
        GatewaySpec("toy:ToyGateway", "Toy", METHODS, creates_at="pay"),
    )
    monkeypatch.setitem(registry.SERVICES, "toy", spec)
    return flock
