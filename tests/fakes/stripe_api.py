"""From an HTTP call to Stripe's answer: keys, versions, idempotency, parameters."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass
from typing import Any

from tests.fakes.faults import Fault
from tests.fakes.server import FakeServer, Request, Response
from tests.fakes.stripe_checks import check_texts
from tests.fakes.stripe_errors import StripeRefusal, invalid
from tests.fakes.stripe_forms import parse, unflatten
from tests.fakes.stripe_idempotency import IdempotencyKeys
from tests.fakes.stripe_payments import ONLY_WITH_CONFIRM
from tests.fakes.stripe_routes import CONFIRM_INTENT, CREATE_INTENT, Desk, Route, find_route
from tests.fakes.stripe_world import API_VERSION, Account, Caller, Owner, Row, World, new_id

_KEY = re.compile(r"(sk|rk)_(test|live)_\w+")
_ERROR_TYPES = {402: "card_error", 429: "invalid_request_error"}
_ERROR_CODES = {402: "card_declined", 409: "lock_timeout", 429: "rate_limit"}


@dataclass(frozen=True)
class ApiKey:
    """A secret key: whose, of which mode, and what it may not do."""

    account: Account
    livemode: bool
    lacks: frozenset[str]


class StripeApi(FakeServer):
    """The HTTP side of the fake."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.world.base_url = self.url
        self.desk = Desk(self.world)
        self.keys: dict[str, ApiKey] = {}
        self._idempotency = IdempotencyKeys()

    def handle(self, request: Request) -> Response:
        """Answer one API call."""
        request_id = new_id("req_", 14)
        live = "_live_" in (request.headers.get("Authorization") or "")
        try:
            response = self._call(request, request_id)
        except StripeRefusal as refusal:
            response = Response(refusal.status, refusal.body(request_id, live))
        headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION}
        key = request.headers.get("Idempotency-Key")
        if key and request.method == "POST":
            headers["Idempotency-Key"] = key
        response.headers = {**headers, **response.headers}
        return response

    def _call(self, request: Request, request_id: str) -> Response:
        caller, api_key = self._caller(request, request_id)
        request.account = caller.owner.account
        version = request.headers.get("Stripe-Version")
        if version != API_VERSION:
            raise invalid(f"Invalid Stripe API version: {version!r}; send {API_VERSION}.")
        route, object_id = find_route(request.method, request.path)
        if route.permission in api_key.lacks:
            raise StripeRefusal(
                403,
                "The provided key does not have the required permissions for this endpoint on "
                f"account '{caller.account.id}'. It lacks {route.permission}.",
                stored=False,
            )
        form = request.body.decode() if request.method == "POST" else request.query
        request.params = unflatten(form)
        if request.method != "POST" or not caller.idempotency_key:
            return self._carry_out(request, caller, route, object_id)
        return self._once(request, caller, route, object_id)

    def _once(self, request: Request, caller: Caller, route: Route, object_id: str) -> Response:
        key = caller.idempotency_key or ""
        fingerprint = json.dumps(request.params, sort_keys=True)
        earlier = self._idempotency.begin(caller.owner, key, request.path, fingerprint)
        if earlier is not None:
            request.replayed = True
            return earlier
        response = None
        try:
            response = self._carry_out(request, caller, route, object_id)
        except StripeRefusal as refusal:
            if refusal.stored:
                body = refusal.body(caller.request_id, caller.owner.livemode)
                response = Response(refusal.status, body)
            else:
                raise
        finally:
            if response is None:
                self._idempotency.abandon(caller.owner, key)
            else:
                self._idempotency.finish(caller.owner, key, response)
        return response

    def _caller(self, request: Request, request_id: str) -> tuple[Caller, ApiKey]:
        scheme, _, key = (request.headers.get("Authorization") or "").partition(" ")
        if scheme != "Bearer" or not key:
            text = "You did not provide an API key in the Authorization header."
            raise StripeRefusal(401, text, stored=False)
        api_key = self.keys.get(key)
        if api_key is None or not _KEY.fullmatch(key):
            text = f"Invalid API Key provided: {key[:8]}****{key[-4:]}"
            raise StripeRefusal(401, text, stored=False)
        account = api_key.account
        acting_as = request.headers.get("Stripe-Account")
        if acting_as and acting_as != account.id:
            platform, account = account, self.world.accounts.get(acting_as, account)
            if account.connected_to != platform.id:
                raise StripeRefusal(
                    403,
                    f"The provided key does not have access to account '{acting_as}'.",
                    code="account_invalid",
                    stored=False,
                )
        owner = Owner(account.id, api_key.livemode)
        key_header = request.headers.get("Idempotency-Key")
        return Caller(owner, account, request_id, key_header), api_key

    def _carry_out(
        self, request: Request, caller: Caller, route: Route, object_id: str
    ) -> Response:
        # The log keeps what was sent; the calls below fill in and convert their own copy.
        params = parse(copy.deepcopy(request.params), route.schema)
        check_texts(params)
        expand = params.pop("expand", [])
        fault = self.work_started(request)
        with self.world.lock:
            call = self.world.call
            call.request_id, call.idempotency_key = caller.request_id, caller.idempotency_key
            try:
                if fault is not None:
                    return self._failed_work(request, caller, route, object_id, params, fault)
                result = route.action(self.desk, caller, object_id, params)
                obj = result.obj if isinstance(result, Row) else result
                return Response(200, self.world.expanded(obj, expand))
            finally:
                call.request_id = call.idempotency_key = None

    def _failed_work(
        self,
        request: Request,
        caller: Caller,
        route: Route,
        object_id: str,
        params: dict[str, Any],
        fault: Fault,
    ) -> Response:
        """A planned decline leaves a declined intent behind, as Stripe does."""
        decline = fault.options["detail"].get("decline_code", "generic_decline")
        if fault.options["status"] == 402 and route is CREATE_INTENT:
            unconfirmed = {n: v for n, v in params.items() if n not in ONLY_WITH_CONFIRM}
            unconfirmed.pop("confirm", None)
            self.desk.payments.decline_card(self.desk.payments.create(caller, unconfirmed), decline)
        if fault.options["status"] == 402 and route is CONFIRM_INTENT:
            self.desk.payments.decline_card(self.desk.intent(caller, object_id), decline)
        return self.fault_response(request, fault)

    def fault_response(self, request: Request, fault: Fault) -> Response:
        """A planned error in Stripe's shape."""
        status, request_id = fault.options["status"], new_id("req_", 14)
        headers = {"Request-Id": request_id, **fault.options["headers"]}
        if fault.options["body"] is not None:
            return Response(status, fault.options["body"], headers)
        kind = "api_error" if status >= 500 else _ERROR_TYPES.get(status, "invalid_request_error")
        fields = {"type": kind, "code": _ERROR_CODES.get(status), **fault.options["detail"]}
        if status == 402:
            fields.setdefault("decline_code", "generic_decline")
        message = fields.pop("message", f"A planned error with status {status}.")
        refusal = StripeRefusal(status, message, **fields)
        return Response(status, refusal.body(request_id, livemode=False), headers)
