"""A stateful Resend on loopback that refuses what theirs refuses, and calls as Svix signs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
import uuid
from email.utils import parseaddr
from typing import Any

from tests.fakes.faults import Fault
from tests.fakes.server import FakeServer, Request, Response

__all__ = ["ResendFake", "signed"]

KNOWN = {"from", "to", "subject", "html", "text", "cc", "bcc", "reply_to", "headers",
         "attachments", "tags", "scheduled_at"}  # fmt: skip
ADDRESS = re.compile(r"[^@\s<>,]+@[^@\s<>,]+\.[^@\s<>,]+")
TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")


class _No(Exception):
    def __init__(self, status: int, name: str, message: str) -> None:
        body = {"statusCode": status, "name": name, "message": message}
        self.response = Response(status, body)


class ResendFake(FakeServer):
    """``with ResendFake() as fake: fake.key("re_…", domains={"acme.example": "verified"})``."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[str, dict[str, Any]] = {}
        self.mails: list[dict[str, Any]] = []
        self._used: dict[tuple[str, str], tuple[bytes, dict[str, Any]]] = {}

    def key(self, key: str, *, domains: dict[str, str], may_only_send: bool = False) -> None:
        """Make `key` open an account with these domains and their states."""
        self.keys[key] = {"domains": domains, "may_only_send": may_only_send}

    def handle(self, request: Request) -> Response:
        try:
            account = self._who(request)
            failure = self.work_started(request)
            if failure is not None:
                return self.fault_response(request, failure)
            if (request.method, request.path) == ("GET", "/domains"):
                return self._domains(account)
            if (request.method, request.path) == ("POST", "/emails"):
                return self._send(request, account)
            raise _No(404, "not_found", "The requested endpoint does not exist")
        except _No as refusal:
            return refusal.response

    def fault_response(self, request: Request, fault: Fault) -> Response:
        status = fault.options["status"]
        default = {"statusCode": status, "name": "application_error", "message": "planned"}
        return Response(status, fault.options["body"] or default, dict(fault.options["headers"]))

    def _who(self, request: Request) -> dict[str, Any]:
        kind, _, key = (request.headers.get("Authorization") or "").partition(" ")
        if kind != "Bearer" or not key:
            raise _No(401, "missing_api_key", "Missing API key in the authorization header")
        if key not in self.keys:
            raise _No(403, "invalid_api_key", "API key is invalid")
        request.account = key
        return self.keys[key]

    def _domains(self, account: dict[str, Any]) -> Response:
        if account["may_only_send"]:
            said = "This API key is restricted to only send emails"
            raise _No(401, "restricted_api_key", said)
        listed = [{"id": str(uuid.uuid4()), "name": name, "status": state}
                  for name, state in account["domains"].items()]  # fmt: skip
        return Response(200, {"object": "list", "has_more": False, "data": listed})

    def _send(self, request: Request, account: dict[str, Any]) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is not None and not 1 <= len(key) <= 256:
            raise _No(400, "invalid_idempotency_key", "The key must be 1 to 256 characters")
        if key and (before := self._used.get((request.account, key))):
            if before[0] != request.body:
                said = "This idempotency key was used with a different request body"
                raise _No(409, "invalid_idempotent_request", said)
            request.replayed = True
            return Response(200, before[1])
        body = self._checked(request, account)
        made = {"id": str(uuid.uuid4())}
        self.mails.append({**body, **made, "key": key})
        if key:
            self._used[request.account, key] = (request.body, made)
        return Response(200, made)

    def _checked(self, request: Request, account: dict[str, Any]) -> dict[str, Any]:
        try:
            body = request.params = json.loads(request.body)
        except ValueError:
            raise _No(400, "validation_error", "The body is not valid JSON") from None
        for name in ("from", "to", "subject"):
            if not body.get(name):
                raise _No(422, "missing_required_field", f"Missing `{name}` field.")
        if not (body.get("html") or body.get("text")):
            raise _No(422, "missing_required_field", "Missing `html` or `text` field.")
        if unknown := set(body) - KNOWN:
            raise _No(422, "validation_error", f"Unknown fields: {unknown}")
        sender = parseaddr(body["from"])[1]
        if not ADDRESS.fullmatch(sender):
            raise _No(422, "invalid_from_address", "Invalid `from` field.")
        to = body["to"] if isinstance(body["to"], list) else [body["to"]]
        if not 1 <= len(to) <= 50 or not all(ADDRESS.fullmatch(one) for one in to):
            raise _No(422, "validation_error", "Invalid `to` field.")
        for tag in body.get("tags", ()):
            if not (TAG.fullmatch(tag["name"]) and TAG.fullmatch(tag["value"])):
                raise _No(422, "validation_error", "Tags should only contain ASCII letters…")
        domain = sender.partition("@")[2]
        if account["domains"].get(domain) != "verified":
            raise _No(403, "validation_error", f"The {domain} domain is not verified.")
        return body

    def tell(self, mail: dict[str, Any], type_: str, secret: str, **data: Any):
        """The call about a mail: its body, and the headers Svix signs it with."""
        tags = {one["name"]: one["value"] for one in mail.get("tags", ())}
        about = {"email_id": mail["id"], "from": mail["from"], "to": mail["to"],
                 "subject": mail["subject"], "tags": tags, **data}  # fmt: skip
        told = {"type": type_, "created_at": "2026-11-26T10:00:00.000Z", "data": about}
        body = json.dumps(told).encode()
        return body, signed(body, secret)


def signed(body: bytes, secret: str, *, id_: str = "msg_1", at: float | None = None):
    """The headers of a call, made as Svix's page on manual verification says."""
    stamp = str(int(time.time() if at is None else at))
    content = f"{id_}.{stamp}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    made = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {"svix-id": id_, "svix-timestamp": stamp, "svix-signature": f"v1,{made}"}
