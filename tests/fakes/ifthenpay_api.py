"""Ifthenpay's API. Refusals come with a 200 and a code, and every call names codes in its own way.

Keys go in bodies, paths and queries; no call carries an idempotency key, so whatever is sent twice
happens twice.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote

from tests.fakes import ifthenpay_world as world
from tests.fakes.ifthenpay_checks import problem
from tests.fakes.ifthenpay_world import Account, Made
from tests.fakes.server import FakeServer, Request, Response


class IfthenpayApi(FakeServer):
    """The calls of one account, both hosts at one address."""

    def __init__(self) -> None:
        super().__init__()
        self.account = Account()
        self.made: list[Made] = []
        self.callbacks: dict[str, tuple[str, str]] = {}  # key or sub-entity: template, their key
        self.refunds: list[tuple[str, int]] = []
        self.funds: int | None = None  # cents not settled yet; None: enough
        self.takes_ap_key = True  # False: the field is called antiPhishingKey
        self.takes_refunds_at = {"/v2/payments/refund", "/api/endpoint/payments/refund"}
        self.next_status: str | None = None  # of the next creation, in place of its own
        self._calls = {
            "/multibanco/reference/init": self._multibanco,
            "/multibanco/reference/sandbox": self._multibanco,
            "/spg/payment/mbway": self._push,
            "/spg/payment/mbway/status": self._status,
            "/v2/payments/read": self._read,
            "/v2/payments/refund": self._refund,
            "/api/endpoint/payments/refund": self._refund,
            "/api/endpoint/callback/activation": self._activate,
            "/gateway/methods/available": lambda request: Response(200, []),
        }

    def handle(self, request: Request) -> Response:
        failed = self.work_started(request)
        if failed:
            return self.fault_response(request, failed)
        if request.path in self._calls:
            return self._calls[request.path](request)
        for prefix in ("/creditcard/sandbox/init/", "/creditcard/init/"):
            if request.path.startswith(prefix):
                return self._card(request, unquote(request.path.removeprefix(prefix)))
        return Response(404, b"Not Found", {"Content-Type": "text/plain"})

    # Asking for money

    def _refused(self, call: str, request: Request) -> str | None:
        if request.method != "POST":
            return "POST only"
        return problem(call, request.body, request.headers.get("Content-Type", ""))

    def _no(self, said: str, status: str = "-1") -> Response:
        return Response(200, {"Message": said, "Status": status, "RequestId": ""})

    def _odd(self, ok: str) -> str | None:
        """A status a test asked for, in place of the good one."""
        status, self.next_status = self.next_status, None
        return status if status not in {None, ok} else None

    def _multibanco(self, request: Request) -> Response:
        if said := self._refused("multibanco", request):
            return self._no(said)
        sent = json.loads(request.body)
        if sent["mbKey"] != self.account.mb:
            return self._no("Unauthorized request")
        if odd := self._odd("0"):
            return self._no("Refused for a test", odd)
        until = None
        if "expiryDays" in sent:
            day = datetime.now(world.LISBON) + timedelta(days=sent["expiryDays"])
            until = day.replace(hour=23, minute=59, second=59, microsecond=0)
        made = self._add(
            "MB", sent, entity="11990", reference=world.new_reference(), until=until,
            is_sandbox=request.path.endswith("sandbox"),
        )  # fmt: skip
        return Response(
            200,
            {
                "Amount": made.minor / 100,
                "Entity": int(made.entity),
                "ExpiryDate": until.strftime("%d-%m-%Y") if until else "",
                "Message": "Success",
                "OrderId": made.order_id,
                "Reference": made.reference,
                "RequestId": made.request_id,
                "Status": "0",
            },
        )

    def _push(self, request: Request) -> Response:
        if said := self._refused("mbway", request):
            return self._no(said, "999")
        sent = json.loads(request.body)
        if sent["mbWayKey"] != self.account.mbway:
            return self._no("Invalid key")
        if odd := self._odd("000"):
            return self._no("Refused for a test", odd)
        made = self._add("MBWAY", sent)
        name = "OrderId" if len(self.made) % 2 else "orderId"
        shown = {"Amount": made.minor / 100, "Message": "Pending", name: made.order_id}
        return Response(200, {**shown, "RequestId": made.request_id, "Status": "000"})

    def _card(self, request: Request, key: str) -> Response:
        if said := self._refused("card", request):
            return self._no(said)
        if key != self.account.card:
            return self._no("Unauthorized request")
        if odd := self._odd("0"):
            return self._no("Refused for a test", odd)
        sent = json.loads(request.body)
        urls = {name: sent[name] for name in ("successUrl", "errorUrl", "cancelUrl")}
        made = self._add("CCARD", sent, urls=urls, is_sandbox="/sandbox/" in request.path)
        page = f"{self.url}/pay?requestId={made.request_id}"
        shown = {"Message": "Success", "PaymentUrl": page}
        return Response(200, {**shown, "RequestId": made.request_id, "Status": "0"})

    def _add(self, kind: str, sent: dict[str, Any], **more: Any) -> Made:
        made = Made(
            kind, world.new_request_id(), sent["orderId"], world.cents(sent["amount"]), **more
        )
        self.made.append(made)
        return made

    # Looking

    def _status(self, request: Request) -> Response:
        asked = dict(parse_qsl(request.query))
        if request.method != "GET" or set(asked) != {"mbWayKey", "requestId"}:
            return self._no("Bad request", "999")
        if asked["mbWayKey"] != self.account.mbway:
            return self._no("Invalid key")
        found = [one for one in self.made if one.request_id == asked["requestId"]]
        if not found or found[0].kind != "MBWAY":
            return self._no("Request not found", "123")
        made = found[0]
        made.lapse()
        shown = {"CreatedAt": world.written(made.created_at), "Message": "Success"}
        shown |= {"RequestId": made.request_id, "Status": made.status}
        return Response(200, {**shown, "UpdateAt": world.written(made.changed_at)})

    def _read(self, request: Request) -> Response:
        if said := self._refused("read", request):
            return Response(200, {"message": said, "status": 400})
        sent = json.loads(request.body)
        if sent.pop("boKey") != self.account.backoffice:
            return Response(200, {"message": "Forbidden", "status": 403})
        rows = [self._row(one) for one in self.made if self._shows(one, sent)]
        return Response(200, {"message": "OK", "status": 200, "payments": rows[-1000:]})

    def _shows(self, made: Made, wanted: dict[str, str]) -> bool:
        names = {"requestId": made.request_id, "orderId": made.order_id}
        names |= {"reference": made.reference, "entity": made.kind}
        starts, ends = wanted.get("dateStart"), wanted.get("dateEnd")
        at = made.changed_at.replace(microsecond=0)
        return (
            made.is_paid
            and made.is_listed
            and all(wanted[name] == names[name] for name in names if name in wanted)
            and (starts is None or at >= world.read(starts))
            and (ends is None or at <= world.read(ends))
        )

    def _row(self, made: Made) -> dict[str, Any]:
        return {
            "amount": made.paid_minor / 100,
            "entity": made.kind,
            "fee": 0.86,
            "netAmount": made.paid_minor / 100 - 0.86,
            "orderId": made.order_id,
            "paymentDate": world.written(made.changed_at),
            "procDate": world.written(made.changed_at),
            "reference": made.reference,
            "requestId": made.request_id,
            "subEntity": "",
            "terminal": "",
        }

    # Giving back

    def _refund(self, request: Request) -> Response:
        if request.path not in self.takes_refunds_at:
            return Response(404, b"Not Found", {"Content-Type": "text/plain"})
        if said := self._refused("refund", request):
            return Response(200, {"Code": "0", "Message": said})
        sent = json.loads(request.body)
        if sent["backofficekey"] != self.account.backoffice:
            return Response(200, {"Code": "0", "Message": "Unauthorized request"})
        found = [one for one in self.made if one.request_id == sent["requestId"]]
        minor = world.cents(sent["amount"])
        if not found or not found[0].is_paid or found[0].kind not in {"MBWAY", "CCARD"}:
            return Response(200, {"Code": "0", "Message": "There is no such payment to refund"})
        if found[0].refunded_minor + minor > found[0].paid_minor:
            return Response(200, {"Code": "0", "Message": "More than is left of the payment"})
        if self.funds is not None and minor > self.funds:
            return Response(200, {"Code": "-1", "Message": "Not enough funds"})
        found[0].refunded_minor += minor
        self.refunds.append((sent["requestId"], minor))
        code: Any = "1" if len(self.refunds) % 2 else 1  # both are seen
        return Response(200, {"Code": code, "Message": "Success"})

    # Callbacks

    def _activate(self, request: Request) -> Response:
        said = self._refused("activation", request)
        sent = {} if said else json.loads(request.body)
        name = "apKey" if self.takes_ap_key else "antiPhishingKey"
        account = self.account
        known = {account.mb: "MB", account.mbway: "MBWAY", account.card: "CCARD"}
        known[account.sub_entity] = account.entity
        if not said and set(sent) & {"apKey", "antiPhishingKey"} != {name}:
            said = f"{name} is missing"
        if not said and sent["chave"] != account.backoffice:
            said = "chave"
        if not said and known.get(sent["subentidade"]) != sent["entidade"]:
            said = "subentidade"
        if said:
            return Response(200, f"NOK: {said}".encode(), {"Content-Type": "text/plain"})
        self.callbacks[sent["subentidade"]] = (sent["urlCb"], sent[name])
        return Response(200, b"OK: callback activated", {"Content-Type": "text/plain"})
