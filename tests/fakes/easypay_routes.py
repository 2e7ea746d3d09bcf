"""Easypay's API as the fake answers it: who may call, once for each key, and each address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from tests.fakes import easypay_checks as checks
from tests.fakes import easypay_shapes as shapes
from tests.fakes.easypay_books import PHONES, Books, Single
from tests.fakes.easypay_checks import EasypayRefusal
from tests.fakes.easypay_idempotency import Keys
from tests.fakes.faults import Fault
from tests.fakes.server import FakeServer, Request, Response

__all__ = ["BASE", "EXAMPLES", "Account", "EasypayApi"]

BASE = "/2.0"
EXAMPLES = "https://www.easypay.pt/"  # what stands in a new account's settings
CONFIG = ("generic", "authorisation", "transaction", "visa_fwd", "visa_detail")


@dataclass
class Account:
    """Who may call, what they may use, and where they are told."""

    id: str
    key: str
    methods: tuple[str, ...] = ("mb", "mbw", "cc")
    books: Books = field(default_factory=Books)
    config: dict[str, str] = field(
        default_factory=lambda: {name: EXAMPLES + name for name in CONFIG}
    )


class EasypayApi(FakeServer):
    """Answers calls. ``shows_status`` puts ``payment_status`` into the details of a payment,
    ``shows_keys`` our keys into a capture's refunds, ``says_text`` makes an error's message one
    text; ``forgets_deleted`` leaves deleted payments to the list, ``keeps_expired`` refuses to
    delete what has run out; ``reports`` lets the report of transactions be read.
    """

    def __init__(self) -> None:
        super().__init__()
        self.accounts: dict[str, Account] = {}
        self.keys = Keys()
        self.shows_status = self.shows_keys = self.reports = True
        self.says_text = self.forgets_deleted = self.keeps_expired = False

    def answered_by_phone(self, made: Single, outcome: str) -> None:
        """A number of the test environment answers by itself."""
        raise NotImplementedError

    def fault_response(self, request: Request, fault: Fault) -> Response:
        said = fault.options["body"] or self._error("Internal Error")
        return Response(fault.options["status"], said, dict(fault.options["headers"]))

    def _error(self, *messages: str) -> dict[str, Any]:
        return {"status": "error", "message": messages[0] if self.says_text else list(messages)}

    def handle(self, request: Request) -> Response:
        try:
            account = self._signed_in(request)
            request.account = account.id
            key = request.headers.get("Idempotency-Key")
            if key is None or request.method not in {"POST", "PATCH"}:
                return self._work(account, request)
            return self._once(account, key, request)
        except EasypayRefusal as refusal:
            return Response(refusal.status, self._error(*refusal.messages))

    def _signed_in(self, request: Request) -> Account:
        found = self.accounts.get(request.headers.get("AccountId", ""))
        if found is None or request.headers.get("ApiKey") != found.key:
            raise EasypayRefusal(403, "Authentication failed")
        return found

    def _once(self, account: Account, key: str, request: Request) -> Response:
        asked = (request.method, request.path, request.body)
        known = self.keys.begin(account.id, key, asked)
        if known is not None:
            request.replayed = True
            return known
        response = self._work(account, request)
        self.keys.finish(account.id, key, response)
        return response

    def _work(self, account: Account, request: Request) -> Response:
        failure = self.work_started(request)
        if failure is not None:
            return self.fault_response(request, failure)
        try:
            return self._route(account, request)
        except EasypayRefusal as refusal:
            return Response(refusal.status, self._error(*refusal.messages))

    def _route(self, account: Account, request: Request) -> Response:
        kind, _, id = request.path.removeprefix(f"{BASE}/").partition("/")
        routes: dict[tuple[str, str, bool], Callable[[Account, Request, str], Response]] = {
            ("POST", "single", False): self._create,
            ("GET", "single", False): self._list,
            ("GET", "single", True): self._show,
            ("DELETE", "single", True): self._delete,
            ("GET", "capture", True): self._capture,
            ("POST", "refund", True): self._refund,
            ("GET", "refund", True): self._show_refund,
            ("GET", "config", False): self._config,
            ("PATCH", "config", False): self._set_config,
            ("GET", "report", True): self._report,
        }
        found = routes.get((request.method, kind, bool(id)))
        if found is None or not request.path.startswith(BASE):
            raise EasypayRefusal(404, "Not found")
        if id and kind != "report" and not checks.is_uuid(id):
            raise EasypayRefusal(400, "The field id is not a uuid")
        return found(account, request, id)

    def _sent(self, request: Request, operation: str) -> dict[str, Any]:
        if not request.headers.get("Content-Type", "").startswith("application/json"):
            raise EasypayRefusal(400, "Invalid Content Type")
        sent = checks.read(request.body)
        checks.check(operation, sent)
        request.params = sent
        return sent

    def _create(self, account: Account, request: Request, _: str) -> Response:
        sent = self._sent(request, "POST /single")
        if sent.get("type", "sale") == "sale" and "capture" not in sent:
            raise EasypayRefusal(400, "The field capture is required")
        if sent["method"] not in account.methods:
            raise EasypayRefusal(412, "The payment method is not available for this account")
        phone = sent.get("customer", {}).get("phone", "")
        if sent["method"] == "mbw" and not phone.isdigit():
            raise EasypayRefusal(400, "The field customer.phone is required")
        made = account.books.open(sent)
        shown = shapes.single(made, self.url, with_status=False)
        if made.method == "mbw" and phone in PHONES:
            self.answered_by_phone(made, PHONES[phone])
        return Response(
            201,
            {
                "status": "ok",
                "message": ["Your request was successfully created"],
                "id": made.id,
                "method": shown["method"],
                "customer": {"id": str(uuid4())},
                "capture": {"id": made.capture_id},
            },
        )

    def _list(self, account: Account, request: Request, _: str) -> Response:
        asked = {name: values[0] for name, values in parse_qs(request.query).items()}
        rows = [shapes.row(one, self.url) for one in account.books.singles.values()]
        rows = [row for row in rows if all(row.get(name) == asked[name] for name in asked)]
        return Response(200, {"meta": {"page": {"current": 1, "total": 1}}, "data": rows})

    def _show(self, account: Account, request: Request, id: str) -> Response:
        found = account.books.single(id)
        if found.status == "deleted" and self.forgets_deleted:
            raise EasypayRefusal(404, "Resource not found")
        return Response(200, shapes.single(found, self.url, with_status=self.shows_status))

    def _delete(self, account: Account, request: Request, id: str) -> Response:
        until = account.books.single(id).expires_at
        if self.keeps_expired and until and until <= datetime.now(UTC):
            raise EasypayRefusal(400, "The payment has expired")
        account.books.delete(id)
        return Response(204)

    def _capture(self, account: Account, request: Request, id: str) -> Response:
        found = account.books.captured(id)
        return Response(200, shapes.capture(found, with_keys=self.shows_keys))

    def _refund(self, account: Account, request: Request, id: str) -> Response:
        made = account.books.refund(id, self._sent(request, "POST /refund"))
        return Response(201, {"status": "ok", "message": ["created"], "id": made.id})

    def _show_refund(self, account: Account, request: Request, id: str) -> Response:
        single, found = account.books.refunded(id)
        shown = {"capture": {"id": single.capture_id, "payment_id": single.id}}
        return Response(200, {**shapes.refund(found), **shown})

    def _config(self, account: Account, request: Request, _: str) -> Response:
        shown = {"account": account.id, "client_id": "EASYP030002"}
        return Response(200, {**account.config, **shown, "payment_methods": list(account.methods)})

    def _set_config(self, account: Account, request: Request, _: str) -> Response:
        account.config |= self._sent(request, "PATCH /config")
        return self._config(account, request, _)

    def _report(self, account: Account, request: Request, id: str) -> Response:
        if not self.reports or id != "transactions":
            raise EasypayRefusal(412, "The report is not available for this account")
        asked = {name: values[0] for name, values in parse_qs(request.query).items()}
        since, until = (
            datetime.strptime(asked[name], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
            for name in ("start_date", "end_date")
        )
        paid = [one for one in account.books.singles.values() if one.paid_at]
        rows = [shapes.transaction(one) for one in paid if since <= one.paid_at <= until]
        size, page = int(asked.get("records_per_page", 20)), int(asked.get("page", 1))
        return Response(200, {"data": rows[(page - 1) * size : page * size]})
