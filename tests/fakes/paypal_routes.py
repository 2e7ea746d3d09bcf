"""Which calls the fake PayPal answers, and what each of them needs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.paypal_world import App

if TYPE_CHECKING:
    from tests.fakes.paypal_api import PayPalApi

HOURS_OF_ORDERS, DAYS_OF_REFUNDS = 6, 45  # that a request id is remembered


@dataclass(frozen=True)
class Route:
    """One call: how it looks, what it needs and what it does."""

    method: str
    pattern: re.Pattern[str]
    right: str
    action: Callable[[PayPalApi, App, str, Any], Any]
    description: str = ""  # of the body it takes
    status: int = 200
    remembers: float = 0  # seconds that its answer is given again to the same request id


def _route(method: str, path: str, right: str, action: Any, **more: Any) -> Route:
    pattern = re.compile(path.replace("{id}", "([A-Za-z0-9]{1,50})"))
    return Route(method, pattern, right, action, **more)


_O, _P, _N = "/v2/checkout/orders", "/v2/payments", "/v1/notifications"
_PAY, _BACK, _HOOKS = "payments/payment", "payments/refund", "applications/webhooks"
_KEEP_ORDER = HOURS_OF_ORDERS * 3600
ROUTES = [
    _route("POST", _O, _PAY, lambda a, app, i, b: a.orders.create(app, b),
           description="order", status=201, remembers=_KEEP_ORDER),
    _route("GET", f"{_O}/{{id}}", _PAY, lambda a, app, i, b: a.orders.get(app, i)),
    _route("POST", f"{_O}/{{id}}/capture", _PAY, lambda a, app, i, b: a.orders.capture(app, i),
           description="capture", status=201, remembers=_KEEP_ORDER),
    _route("GET", f"{_P}/captures/{{id}}", _PAY, lambda a, app, i, b: a.refunds.capture(app, i)),
    _route("POST", f"{_P}/captures/{{id}}/refund", _BACK,
           lambda a, app, i, b: a.refunds.create(app, i, b),
           description="refund", status=201, remembers=DAYS_OF_REFUNDS * 86_400),
    _route("GET", f"{_P}/refunds/{{id}}", _PAY, lambda a, app, i, b: a.refunds.get(app, i)),
    _route("POST", f"{_N}/webhooks", _HOOKS, lambda a, app, i, b: a.webhooks.create(app, b),
           description="webhook", status=201),
    _route("GET", f"{_N}/webhooks", _HOOKS, lambda a, app, i, b: a.webhooks.listed(app)),
    _route("GET", f"{_N}/webhooks-event-types", _HOOKS, lambda a, app, i, b: a.webhooks.types()),
    _route("PATCH", f"{_N}/webhooks/{{id}}", _HOOKS,
           lambda a, app, i, b: a.webhooks.change(app, i, b), description="patch"),
    _route("DELETE", f"{_N}/webhooks/{{id}}", _HOOKS,
           lambda a, app, i, b: a.webhooks.delete(app, i), status=204),
]  # fmt: skip
VERIFY = f"{_N}/verify-webhook-signature"
