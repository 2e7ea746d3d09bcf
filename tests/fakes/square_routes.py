"""The calls of Square's API that the fake knows, and what each of them does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from tests.fakes.server import Request
from tests.fakes.square_books import Books, Merchant
from tests.fakes.square_checks import check_shown
from tests.fakes.square_errors import SquareRefusal, missing
from tests.fakes.square_shapes import Object
from tests.fakes.square_webhooks import Subscriptions

WEBHOOKS = "WEBHOOKS"  # no scope of Square's: what only an application's own token may
LIST_OPTIONS = {"cursor", "include_disabled", "sort_order", "limit"}


@dataclass(frozen=True)
class Desk:
    """Everything that a call may look at or change."""

    books: Books
    subscriptions: Subscriptions


@dataclass(frozen=True)
class Route:
    """One call of the API."""

    method: str
    path: re.Pattern[str]
    scopes: tuple[str, ...]
    action: Callable[[Desk, Merchant, str, Any], Object]
    body: str = ""  # the kind that its body has to be
    key: tuple[int, bool] | None = None  # longest idempotency key, and whether one is needed
    query: frozenset[str] = frozenset()


def _make_link(desk: Desk, merchant: Merchant, _: str, body: Object) -> Object:
    link = desk.books.make_link(merchant, body)
    order = desk.books.rows["order"][link["order_id"]]
    shown = desk.books.show("order", order)
    return {
        "payment_link": desk.books.show("link", link),
        "related_resources": {"orders": [shown]},
    }


def _get(kind: str, name: str) -> Callable[[Desk, Merchant, str, Object], Object]:
    def get(desk: Desk, merchant: Merchant, object_id: str, _: Object) -> Object:
        return {name: desk.books.show(kind, desk.books.find(kind, merchant, object_id))}

    return get


def _delete_link(desk: Desk, merchant: Merchant, link_id: str, _: Object) -> Object:
    return desk.books.delete_link(merchant, link_id)


def _refund(desk: Desk, merchant: Merchant, _: str, body: Object) -> Object:
    if not body.get("payment_id"):
        raise SquareRefusal(400, "MISSING_REQUIRED_PARAMETER", "Missing", "payment_id")
    return {"refund": desk.books.show("refund", desk.books.make_refund(merchant, body))}


def _locations(_: Desk, merchant: Merchant, location_id: str, __: Object) -> Object:
    for one in merchant.locations.values():
        check_shown("Location", one)
    if not location_id:
        by_name = sorted(merchant.locations.values(), key=lambda one: one["name"])
        return {"locations": by_name}
    if location_id not in merchant.locations:
        raise missing("Location", location_id)
    return {"location": merchant.locations[location_id]}


def _subscription(verb: str) -> Callable[[Desk, Merchant, str, Object], Object]:
    def act(desk: Desk, _: Merchant, subscription_id: str, sent: Object) -> Object:
        known = desk.subscriptions
        if verb == "list":
            return known.page(sent)
        if verb == "delete":
            return known.delete(subscription_id)
        if verb == "make":
            return {"subscription": known.make(sent["subscription"])}
        if verb == "change":
            return {"subscription": known.change(subscription_id, sent["subscription"])}
        return {"subscription": known.get(subscription_id)}

    return act


def _at(path: str) -> re.Pattern[str]:
    return re.compile(re.escape(path).replace(r"\{id\}", "(?P<id>[^/]+)"))


_LINK, _LINKS = (
    _at("/v2/online-checkout/payment-links/{id}"),
    _at("/v2/online-checkout/payment-links"),
)
_HOOK, _HOOKS = _at("/v2/webhooks/subscriptions/{id}"), _at("/v2/webhooks/subscriptions")
_ORDERS, _PLACES = ("ORDERS_READ", "ORDERS_WRITE"), ("MERCHANT_PROFILE_READ",)
ROUTES = (
    Route(
        "POST",
        _LINKS,
        ("PAYMENTS_WRITE", *_ORDERS),
        _make_link,
        "CreatePaymentLinkRequest",
        (192, False),
    ),
    Route("GET", _LINK, ("ORDERS_READ",), _get("link", "payment_link")),
    Route("DELETE", _LINK, _ORDERS, _delete_link),
    Route("GET", _at("/v2/orders/{id}"), ("ORDERS_READ",), _get("order", "order")),
    Route("GET", _at("/v2/payments/{id}"), ("PAYMENTS_READ",), _get("payment", "payment")),
    Route(
        "POST",
        _at("/v2/refunds"),
        ("PAYMENTS_WRITE",),
        _refund,
        "RefundPaymentRequest",
        (45, True),
    ),
    Route("GET", _at("/v2/refunds/{id}"), ("PAYMENTS_READ",), _get("refund", "refund")),
    Route("GET", _at("/v2/locations"), _PLACES, _locations),
    Route("GET", _at("/v2/locations/{id}"), _PLACES, _locations),
    Route("GET", _HOOKS, (WEBHOOKS,), _subscription("list"), query=frozenset(LIST_OPTIONS)),
    Route(
        "POST",
        _HOOKS,
        (WEBHOOKS,),
        _subscription("make"),
        "CreateWebhookSubscriptionRequest",
        (45, False),
    ),
    Route("GET", _HOOK, (WEBHOOKS,), _subscription("get")),
    Route("PUT", _HOOK, (WEBHOOKS,), _subscription("change"), "UpdateWebhookSubscriptionRequest"),
    Route("DELETE", _HOOK, (WEBHOOKS,), _subscription("delete")),
)


def find_route(request: Request) -> tuple[Route, str]:
    """The call that a request makes, and the id in its path. Raises SquareRefusal."""
    for route in ROUTES:
        found = route.path.fullmatch(request.path)
        if found and route.method == request.method:
            return route, unquote(found.groupdict().get("id") or "")
    raise SquareRefusal(404, "NOT_FOUND", "Resource not found.")
