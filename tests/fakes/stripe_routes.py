"""Which calls the fake answers, with the SDK class that describes their parameters."""

from __future__ import annotations

from typing import Any

from stripe import params
from stripe.params import checkout

from tests.fakes.stripe_call import Route, pages, route
from tests.fakes.stripe_connect import Connect
from tests.fakes.stripe_connect_routes import CONNECT_ROUTES
from tests.fakes.stripe_disputes import Disputes
from tests.fakes.stripe_errors import StripeRefusal
from tests.fakes.stripe_payments import Payments
from tests.fakes.stripe_refunds import Refunds
from tests.fakes.stripe_sessions import Sessions
from tests.fakes.stripe_settings import Endpoints, account_object
from tests.fakes.stripe_transfers import Transfers
from tests.fakes.stripe_world import Caller, Row, World


class Desk:
    """Everything a call can be about."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.payments = Payments(world)
        self.sessions = Sessions(world, self.payments)
        self.refunds = Refunds(world)
        self.endpoints = Endpoints(world)
        self.connect = Connect(world)
        self.transfers = Transfers(world)
        self.disputes = Disputes(world)
        self.refund_mode = "succeeded"

    def intent(self, caller: Caller, object_id: str) -> Row:
        """The caller's payment intent."""
        return self.world.find(caller, "payment_intent", object_id)

    def session(self, caller: Caller, object_id: str) -> Row:
        """The caller's session, expired if its time is over."""
        return self.sessions.settle_time(self.world.find(caller, "checkout.session", object_id))

    def endpoint(self, caller: Caller, object_id: str) -> Row:
        """The caller's webhook endpoint."""
        return self.world.find(caller, "webhook_endpoint", object_id)

    def listed(self, caller: Caller, kind: str, url: str, p: dict[str, Any]) -> dict[str, Any]:
        """A page of the caller's objects, filtered by the references given."""
        rows = list(self.world.every(kind, caller.owner))
        for name in ("payment_intent", "charge", "status", "destination", "transfer_group"):
            if name in p:
                rows = [row for row in rows if row.obj.get(name) == p[name]]
        return self.world.page(rows, p, url)

    def events(self, caller: Caller, p: dict[str, Any]) -> dict[str, Any]:
        """A page of the caller's events."""
        types = p.get("types") or ([p["type"]] if "type" in p else None)
        rows = [
            Row(caller.owner, event)
            for event in self.world.events
            if self.world.event_owner[event["id"]] == caller.owner
            and (types is None or event["type"] in types)
        ]
        return self.world.page(rows, p, "/v1/events")

    def event(self, caller: Caller, object_id: str) -> dict[str, Any]:
        """One of the caller's events."""
        for event in self.world.events:
            mine = self.world.event_owner[event["id"]] == caller.owner
            if mine and event["id"] == object_id:
                return event
        raise StripeRefusal(404, f"No such event: '{object_id}'", code="resource_missing")


_PI, _CS, _RE = "payment_intents", "checkout/sessions", "refunds"
_CH, _WE, _EV = "charges", "webhook_endpoints", "events"
CREATE_INTENT = route(
    "POST",
    _PI,
    params.PaymentIntentCreateParams,
    "payment_intents:write",
    lambda d, c, i, p: d.payments.create(c, p),
)
CONFIRM_INTENT = route(
    "POST",
    f"{_PI}/{{id}}/confirm",
    params.PaymentIntentConfirmParams,
    "payment_intents:write",
    lambda d, c, i, p: d.payments.confirm(c, d.intent(c, i), p),
)
ROUTES = [
    CREATE_INTENT,
    CONFIRM_INTENT,
    route(
        "POST",
        f"{_PI}/{{id}}/cancel",
        params.PaymentIntentCancelParams,
        "payment_intents:write",
        lambda d, c, i, p: d.payments.cancel(d.intent(c, i), p),
    ),
    route(
        "GET",
        f"{_PI}/{{id}}",
        params.PaymentIntentRetrieveParams,
        "payment_intents:read",
        lambda d, c, i, p: d.intent(c, i),
    ),
    route(
        "GET",
        _PI,
        params.PaymentIntentListParams,
        "payment_intents:read",
        pages("payment_intent", _PI),
    ),
    route(
        "POST",
        _CS,
        checkout.SessionCreateParams,
        "checkout_sessions:write",
        lambda d, c, i, p: d.sessions.create(c, p),
    ),
    route(
        "GET",
        f"{_CS}/{{id}}",
        checkout.SessionRetrieveParams,
        "checkout_sessions:read",
        lambda d, c, i, p: d.session(c, i),
    ),
    route(
        "GET",
        _CS,
        checkout.SessionListParams,
        "checkout_sessions:read",
        pages("checkout.session", _CS),
    ),
    route(
        "POST",
        f"{_CS}/{{id}}/expire",
        checkout.SessionExpireParams,
        "checkout_sessions:write",
        lambda d, c, i, p: d.sessions.expire(d.session(c, i)),
    ),
    route(
        "POST",
        _RE,
        params.RefundCreateParams,
        "refunds:write",
        lambda d, c, i, p: d.refunds.create(c, p, d.refund_mode),
    ),
    route(
        "GET",
        f"{_RE}/{{id}}",
        params.RefundRetrieveParams,
        "refunds:read",
        lambda d, c, i, p: d.world.find(c, "refund", i),
    ),
    route("GET", _RE, params.RefundListParams, "refunds:read", pages("refund", _RE)),
    route(
        "GET",
        f"{_CH}/{{id}}",
        params.ChargeRetrieveParams,
        "charges:read",
        lambda d, c, i, p: d.world.find(c, "charge", i),
    ),
    route("GET", _CH, params.ChargeListParams, "charges:read", pages("charge", _CH)),
    route(
        "GET",
        "account",
        params.AccountRetrieveCurrentParams,
        "account:read",
        lambda d, c, i, p: account_object(c.account),
    ),
    route(
        "POST",
        _WE,
        params.WebhookEndpointCreateParams,
        "webhook_endpoints:write",
        lambda d, c, i, p: d.endpoints.create(c, p),
    ),
    route(
        "GET",
        _WE,
        params.WebhookEndpointListParams,
        "webhook_endpoints:read",
        pages("webhook_endpoint", _WE),
    ),
    route(
        "GET",
        f"{_WE}/{{id}}",
        params.WebhookEndpointRetrieveParams,
        "webhook_endpoints:read",
        lambda d, c, i, p: d.endpoint(c, i),
    ),
    route(
        "POST",
        f"{_WE}/{{id}}",
        params.WebhookEndpointUpdateParams,
        "webhook_endpoints:write",
        lambda d, c, i, p: d.endpoints.update(c, d.endpoint(c, i), p),
    ),
    route(
        "DELETE",
        f"{_WE}/{{id}}",
        params.WebhookEndpointDeleteParams,
        "webhook_endpoints:write",
        lambda d, c, i, p: d.endpoints.delete(d.endpoint(c, i)),
    ),
    route(
        "GET",
        _EV,
        params.EventListParams,
        "events:read",
        lambda d, c, i, p: d.events(c, p),
    ),
    route(
        "GET",
        f"{_EV}/{{id}}",
        params.EventRetrieveParams,
        "events:read",
        lambda d, c, i, p: d.event(c, i),
    ),
]


def find_route(method: str, path: str) -> tuple[Route, str]:
    """The route of a call and the id in its path, or Stripe's 404."""
    for one in (*ROUTES, *CONNECT_ROUTES):
        match = one.pattern.fullmatch(path)
        if match and one.method == method:
            return one, match.group(1) if match.groups() else ""
    text = f"Unrecognized request URL ({method}: {path})."
    raise StripeRefusal(404, text, stored=False)
