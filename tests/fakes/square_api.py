"""From an HTTP call to Square's answer: tokens, versions, idempotency, routes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes.faults import Fault
from tests.fakes.server import FakeServer, Request, Response
from tests.fakes.square_books import Books, Merchant
from tests.fakes.square_checks import check_key, check_sent, check_shown
from tests.fakes.square_errors import SquareRefusal, planned
from tests.fakes.square_routes import Desk, Route, find_route
from tests.fakes.square_webhooks import Subscriptions

VERSION = re.compile(r"20\d\d-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True)
class Token:
    """An access token: whose, and what it may not do."""

    merchant: Merchant
    lacks: frozenset[str]


class SquareApi(FakeServer):
    """The HTTP side of the fake."""

    def __init__(self) -> None:
        super().__init__()
        self.books = Books()
        self.subscriptions = Subscriptions()
        self.desk = Desk(self.books, self.subscriptions)
        self.tokens: dict[str, Token] = {}
        self._done: dict[tuple[str, str, str], tuple[str, Response]] = {}

    def handle(self, request: Request) -> Response:
        """Answer one API call."""
        try:
            return self._call(request)
        except SquareRefusal as refusal:
            check_shown("Error", refusal.error)
            return Response(refusal.status, refusal.body)

    def _call(self, request: Request) -> Response:
        token = self._token(request)
        request.account = token.merchant.id
        version = request.headers.get("Square-Version") or ""
        if not VERSION.fullmatch(version):
            raise SquareRefusal(400, "INVALID_SQUARE_VERSION_FORMAT", f"Bad version {version!r}")
        route, object_id = find_route(request)
        if lacking := set(route.scopes) & token.lacks:
            raise _not_scoped(lacking)
        query = dict(parse_qsl(request.query))
        if strange := set(query) - route.query:
            raise SquareRefusal(400, "UNKNOWN_QUERY_PARAMETER", "Unknown", sorted(strange)[0])
        request.params = _body(request, route.body) if route.body else query
        fault = self.work_started(request)
        if fault is not None:
            return self.fault_response(request, fault)
        with self.books.lock:
            return self._once(request, token.merchant, route, object_id)

    def _once(self, request: Request, merchant: Merchant, route: Route, object_id: str) -> Response:
        key = request.params.get("idempotency_key") if route.key else None
        if route.key:
            check_key(key, route.key[0], needed=route.key[1])
        mark = json.dumps(request.params, sort_keys=True)
        where = (merchant.id, route.path.pattern, key or "")
        if key and where in self._done:
            first, response = self._done[where]
            if first != mark:
                text = "The idempotency key can only be retried with the same request data."
                raise SquareRefusal(400, "IDEMPOTENCY_KEY_REUSED", text, "idempotency_key")
            request.replayed = True
            return response
        response = Response(200, route.action(self.desk, merchant, object_id, request.params))
        if key:
            self._done[where] = (mark, response)
        return response

    def _token(self, request: Request) -> Token:
        scheme, _, value = (request.headers.get("Authorization") or "").partition(" ")
        token = self.tokens.get(value) if scheme == "Bearer" else None
        if token is None:
            raise SquareRefusal(401, "UNAUTHORIZED", "This request could not be authorized.")
        return token

    def fault_response(self, request: Request, fault: Fault) -> Response:
        """A planned error in Square's shape."""
        status, body = fault.options["status"], fault.options["body"]
        shown = planned(status).body if body is None else body
        return Response(status, shown, dict(fault.options["headers"]))


def _body(request: Request, kind: str) -> Any:
    if not (request.headers.get("Content-Type") or "").startswith("application/json"):
        raise SquareRefusal(415, "UNSUPPORTED_MEDIA_TYPE", "Send JSON.")
    try:
        body = json.loads(request.body)
    except ValueError:
        raise SquareRefusal(400, "EXPECTED_JSON_BODY", "Expected a JSON body.") from None
    check_sent(kind, body)
    return body


def _not_scoped(lacking: set[str]) -> SquareRefusal:
    text = (
        "The merchant has not given your application sufficient permissions to do that. The "
        f"merchant must authorize your application for the following scopes: {sorted(lacking)}"
    )
    return SquareRefusal(403, "INSUFFICIENT_SCOPES", text)
