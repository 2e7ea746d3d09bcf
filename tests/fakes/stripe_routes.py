"""Which calls the fake answers, with the SDK class that describes their parameters."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stripe import params
from stripe.params import checkout

from tests.fakes.stripe_errors import StripeRefusal
from tests.fakes.stripe_payments import Payments
from tests.fakes.stripe_refunds import Refunds
from tests.fakes.stripe_sessions import Sessions
from tests.fakes.stripe_settings import Endpoints, account_object, balance_object
from tests.fakes.stripe_world import Caller, Row, World

Result = Row | dict[str, Any]
Action = Callable[["Desk", Caller, str, dict[str, Any]], Result]


class Desk:
    """Everything a call can be about."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.payments = Payments(world)
        self.sessions = Sessions(world, self.payments)
        self.refunds = Refunds(world)
        self.endpoints = Endpoints(world)
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
        for name in ("payment_intent", "charge", "status"):
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


@dataclass(frozen=True)
class Route:
    """One call: how it looks, what it needs and what it does."""

    method: str
    pattern: re.Pattern[str]
    schema: Any
    permission: str
    action: Action


def _route(method: str, path: str, schema: Any, permission: str, action: Action) -> Route:
    pattern = re.compile("/v1/" + path.replace("{id}", "([A-Za-z0-9_]+)"))
    return Route(method, pattern, schema, permission, action)


def _pages(kind: str, path: str) -> Action:
    return lambda desk, caller, _, p: desk.listed(caller, kind, f"/v1/{path}", p)


_PI, _CS, _RE = "payment_intents", "checkout/sessions", "refunds"
_CH, _WE, _EV = "charges", "webhook_endpoints", "events"
CREATE_INTENT = _route(
    "POST",
    _PI,
    params.PaymentIntentCreateParams,
    "payment_intents:write",
    lambda d, c, i, p: d.payments.create(c, p),
)
CONFIRM_INTENT = _route(
    "POST",
    f"{_PI}/{{id}}/confirm",
    params.PaymentIntentConfirmParams,
    "payment_intents:write",
    lambda d, c, i, p: d.payments.confirm(c, d.intent(c, i), p),
)
ROUTES = [
    CREATE_INTENT,
    CONFIRM_INTENT,
    _route(
        "POST",
        f"{_PI}/{{id}}/cancel",
        params.PaymentIntentCancelParams,
        "payment_intents:write",
        lambda d, c, i, p: d.payments.cancel(d.intent(c, i), p),
    ),
    _route(
        "GET",
        f"{_PI}/{{id}}",
        params.PaymentIntentRetrieveParams,
        "payment_intents:read",
        lambda d, c, i, p: d.intent(c, i),
    ),
    _route(
        "GET",
        _PI,
        params.PaymentIntentListParams,
        "payment_intents:read",
        _pages("payment_intent", _PI),
    ),
    _route(
        "POST",
        _CS,
        checkout.SessionCreateParams,
        "checkout_sessions:write",
        lambda d, c, i, p: d.sessions.create(c, p),
    ),
    _route(
        "GET",
        f"{_CS}/{{id}}",
        checkout.SessionRetrieveParams,
        "checkout_sessions:read",
        lambda d, c, i, p: d.session(c, i),
    ),
    _route(
        "GET",
        _CS,
        checkout.SessionListParams,
        "checkout_sessions:read",
        _pages("checkout.session", _CS),
    ),
    _route(
        "POST",
        f"{_CS}/{{id}}/expire",
        checkout.SessionExpireParams,
        "checkout_sessions:write",
        lambda d, c, i, p: d.sessions.expire(d.session(c, i)),
    ),
    _route(
        "POST",
        _RE,
        params.RefundCreateParams,
        "refunds:write",
        lambda d, c, i, p: d.refunds.create(c, p, d.refund_mode),
    ),
    _route(
        "GET",
        f"{_RE}/{{id}}",
        params.RefundRetrieveParams,
        "refunds:read",
        lambda d, c, i, p: d.world.find(c, "refund", i),
    ),
    _route("GET", _RE, params.RefundListParams, "refunds:read", _pages("refund", _RE)),
    _route(
        "GET",
        f"{_CH}/{{id}}",
        params.ChargeRetrieveParams,
        "charges:read",
        lambda d, c, i, p: d.world.find(c, "charge", i),
    ),
    _route("GET", _CH, params.ChargeListParams, "charges:read", _pages("charge", _CH)),
    _route(
        "GET",
        "account",
        params.AccountRetrieveCurrentParams,
        "account:read",
        lambda d, c, i, p: account_object(c.account),
    ),
    _route(
        "GET",
        "balance",
        params.BalanceRetrieveParams,
        "balance:read",
        lambda d, c, i, p: balance_object(d.world, c),
    ),
    _route(
        "POST",
        _WE,
        params.WebhookEndpointCreateParams,
        "webhook_endpoints:write",
        lambda d, c, i, p: d.endpoints.create(c, p),
    ),
    _route(
        "GET",
        _WE,
        params.WebhookEndpointListParams,
        "webhook_endpoints:read",
        _pages("webhook_endpoint", _WE),
    ),
    _route(
        "GET",
        f"{_WE}/{{id}}",
        params.WebhookEndpointRetrieveParams,
        "webhook_endpoints:read",
        lambda d, c, i, p: d.endpoint(c, i),
    ),
    _route(
        "POST",
        f"{_WE}/{{id}}",
        params.WebhookEndpointUpdateParams,
        "webhook_endpoints:write",
        lambda d, c, i, p: d.endpoints.update(c, d.endpoint(c, i), p),
    ),
    _route(
        "DELETE",
        f"{_WE}/{{id}}",
        params.WebhookEndpointDeleteParams,
        "webhook_endpoints:write",
        lambda d, c, i, p: d.endpoints.delete(d.endpoint(c, i)),
    ),
    _route(
        "GET",
        _EV,
        params.EventListParams,
        "events:read",
        lambda d, c, i, p: d.events(c, p),
    ),
    _route(
        "GET",
        f"{_EV}/{{id}}",
        params.EventRetrieveParams,
        "events:read",
        lambda d, c, i, p: d.event(c, i),
    ),
]


def find_route(method: str, path: str) -> tuple[Route, str]:
    """The route of a call and the id in its path, or Stripe's 404."""
    for route in ROUTES:
        match = route.pattern.fullmatch(path)
        if match and route.method == method:
            return route, match.group(1) if match.groups() else ""
    text = f"Unrecognized request URL ({method}: {path})."
    raise StripeRefusal(404, text, stored=False)
