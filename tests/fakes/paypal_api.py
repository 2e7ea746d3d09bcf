"""From an HTTP call to PayPal's answer: tokens, permissions, request ids, descriptions."""

from __future__ import annotations

import base64
import copy
import json
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes import paypal_checks as checks
from tests.fakes.faults import Fault
from tests.fakes.paypal_errors import PayPalRefusal, missing, unprocessable, wrong
from tests.fakes.paypal_orders import Orders
from tests.fakes.paypal_refunds import Refunds
from tests.fakes.paypal_routes import ROUTES, VERIFY, Route
from tests.fakes.paypal_webhooks import Webhooks
from tests.fakes.paypal_world import App, Object, World, new_id, now
from tests.fakes.server import FakeServer, Request, Response

TOKEN_LIFE = 32_400  # seconds


class PayPalApi(FakeServer):
    """The HTTP side of the fake."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.world.base_url = self.url
        self.orders, self.refunds = Orders(self.world), Refunds(self.world)
        self.webhooks = Webhooks(self.world)
        self.tokens: dict[str, tuple[str, float]] = {}  # to whose app, until when
        self.token_life = TOKEN_LIFE
        self._answers: dict[tuple[str, str, str], tuple[Any, int, Any, float]] = {}

    def handle(self, request: Request) -> Response:
        """Answer one API call."""
        try:
            if request.path == "/v1/oauth2/token":
                return self._token(request)
            return self._call(request)
        except PayPalRefusal as refusal:
            return Response(refusal.status, refusal.body())

    def _token(self, request: Request) -> Response:
        scheme, _, pair = (request.headers.get("Authorization") or "").partition(" ")
        client_id, _, secret = base64.b64decode(pair or "Og==").decode().partition(":")
        app = self.world.apps.get(client_id)
        if scheme != "Basic" or app is None or app.secret != secret:
            said = {"error": "invalid_client", "error_description": "Client Authentication failed"}
            return Response(401, said)
        if dict(parse_qsl(request.body.decode())) != {"grant_type": "client_credentials"}:
            return Response(400, {"error": "unsupported_grant_type"})
        token = f"A21AA{new_id(40)}"
        self.tokens[token] = client_id, now() + self.token_life
        made = {"access_token": token, "token_type": "Bearer", "expires_in": self.token_life}
        return Response(200, {**made, "scope": app.scope, "app_id": app.app_id, "nonce": "x"})

    def _call(self, request: Request) -> Response:
        app = self._app(request)
        request.account = app.merchant_id
        if (request.method, request.path) == ("POST", VERIFY):
            return Response(200, self._verify(request, app))
        route, thing_id = self._route(request)
        if route.right in app.lacks:
            raise PayPalRefusal(403, "PERMISSION_DENIED")
        body = self._body(request, route)
        request.params = copy.deepcopy(body)
        fault = self.work_started(request)
        if fault is not None:
            return self.fault_response(request, fault)
        with self.world.lock:
            return self._answer(request, app, route, thing_id, body)

    def _app(self, request: Request) -> App:
        scheme, _, token = (request.headers.get("Authorization") or "").partition(" ")
        client_id, until = self.tokens.get(token, ("", 0))
        if scheme != "Bearer" or client_id not in self.world.apps or until <= now():
            raise PayPalRefusal(401)
        return self.world.apps[client_id]

    def _route(self, request: Request) -> tuple[Route, str]:
        for route in ROUTES:
            found = route.pattern.fullmatch(request.path)
            if found and route.method == request.method:
                return route, found[1] if found.groups() else ""
        raise missing()

    def _body(self, request: Request, route: Route) -> Any:
        if not route.description:
            return None
        if request.headers.get_content_type() != "application/json":
            raise PayPalRefusal(415)
        try:
            body = json.loads(request.body)
        except ValueError:
            raise wrong("MALFORMED_REQUEST_JSON") from None
        checks.check(body, route.description)
        return body

    def _verify(self, request: Request, app: App) -> Object:
        if "applications/webhooks" in app.lacks:
            raise PayPalRefusal(403, "PERMISSION_DENIED")
        try:
            said = json.loads(request.body)
        except ValueError:
            raise wrong("MALFORMED_REQUEST_JSON") from None
        checks.check(said, "verify")
        return self.webhooks.verify(app, said, request.body)

    def _answer(
        self, request: Request, app: App, route: Route, thing_id: str, body: Any
    ) -> Response:
        if not route.remembers:
            result = route.action(self, app, thing_id, body)
            return Response(route.status, b"" if result is None else result)
        key = self._request_id(request, body)
        where = (app.merchant_id, request.path, key)
        earlier = self._answers.get(where)
        if key and earlier and now() < earlier[3]:
            return self._again(request, body, earlier)
        try:
            status, result = route.status, copy.deepcopy(route.action(self, app, thing_id, body))
        except PayPalRefusal as refusal:
            if not refusal.stored:
                raise
            status, result = refusal.status, refusal.body()
        self._answers[where] = (body, status, result, now() + route.remembers)
        return Response(status, self._shown(request, status, result))

    def _request_id(self, request: Request, body: Any) -> str:
        key = request.headers.get("PayPal-Request-Id")
        if key is None and "payment_source" in body:
            raise wrong("PAYPAL_REQUEST_ID_REQUIRED")
        if key is not None and not 1 <= len(key) <= 108:
            raise wrong("INVALID_STRING_LENGTH", "PayPal-Request-Id")
        return key or ""

    def _again(self, request: Request, body: Any, earlier: tuple[Any, int, Any, float]) -> Response:
        sent, status, result, _ = earlier
        if sent != body:
            raise unprocessable("DUPLICATE_REQUEST_ID")
        request.replayed = True
        status = 200 if status == 201 else status
        return Response(status, self._shown(request, status, result))

    def _shown(self, request: Request, status: int, result: Object) -> Object:
        """Without `Prefer: return=representation` there is little in an answer."""
        if status >= 400 or request.headers.get("Prefer") == "return=representation":
            return result
        return {name: result[name] for name in ("id", "status", "links")}

    def fault_response(self, request: Request, fault: Fault) -> Response:
        """A planned error in PayPal's shape."""
        status, detail = fault.options["status"], fault.options["detail"]
        body = fault.options["body"]
        if body is None:
            body = PayPalRefusal(status, detail.get("issue", "")).body()
        return Response(status, body, dict(fault.options["headers"]))
