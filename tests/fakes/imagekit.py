"""A stateful ImageKit on loopback that refuses what ImageKit refuses.

It keeps what is uploaded, serves it under signed addresses, and keeps copies of what was served as
a content network does: deleting a file leaves them, purging an address takes them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
import uuid
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs, unquote

from tests.fakes.faults import Fault
from tests.fakes.server import FakeServer, Request, Response

__all__ = ["Account", "ImageKitFake"]

LARGEST = 25 * 1024 * 1024  # bytes of an upload, on the free plan
FOREVER = "9999999999"
# Every field of an upload that the SDK knows; any other is refused.
FIELDS = {
    "file", "fileName", "folder", "useUniqueFileName", "tags", "isPrivateFile", "overwriteFile",
    "responseFields", "extensions", "transformation", "customMetadata", "checks", "webhookUrl",
}  # fmt: skip
STEPS = re.compile(r"(w|h)-[0-9]+|c-at_max|e-bgremove")


@dataclass
class Stored:
    """One file of an account."""

    id: str
    path: str
    content: bytes


@dataclass
class Account:
    """One account: its private key, where its files are shown, and what it holds."""

    private_key: str
    endpoint_id: str
    signed_only: bool = False
    files: dict[str, Stored] = field(default_factory=dict)
    copies: dict[str, bytes] = field(default_factory=dict)  # of the content network, by address
    purged: list[str] = field(default_factory=list)


class _No(Exception):
    def __init__(self, status: int, message: str) -> None:
        help_text = "For support kindly contact us at support@imagekit.io ."
        self.response = Response(status, {"message": message, "help": help_text})


class ImageKitFake(FakeServer):
    """``with ImageKitFake() as fake: fake.account("private_1", "demo")``."""

    def __init__(self) -> None:
        super().__init__()
        self.accounts: dict[str, Account] = {}
        self.lock = threading.RLock()

    def account(self, private_key: str, endpoint_id: str = "demo", **traits: Any) -> Account:
        """Make `private_key` open an account whose files are shown at `/<endpoint_id>/…`."""
        made = self.accounts[private_key] = Account(private_key, endpoint_id, **traits)
        return made

    def endpoint(self, account: Account) -> str:
        return f"https://ik.imagekit.io/{account.endpoint_id}"

    def shown(self, url: str) -> tuple[int, bytes]:
        """What a browser gets at an address: status and bytes."""
        with self.lock:
            owner = next(
                (one for one in self.accounts.values() if url.startswith(self.endpoint(one) + "/")),
                None,
            )
            if owner is None:
                return 404, b""
            if url in owner.copies:
                return 200, owner.copies[url]
            return self._drawn(owner, url)

    def _drawn(self, owner: Account, url: str) -> tuple[int, bytes]:
        rest = url.removeprefix(self.endpoint(owner) + "/")
        plain, _, signature = re.sub(r"[?&]ik-s=", "\n", rest).partition("\n")
        made = hmac.new(owner.private_key.encode(), (plain + FOREVER).encode(), hashlib.sha1)
        is_signed = hmac.compare_digest(made.hexdigest(), signature)
        if (signature and not is_signed) or (owner.signed_only and not is_signed):
            return 401, b""
        path, _, query = plain.partition("?")
        steps = re.split("[:,]", parse_qs(query).get("tr", [""])[0]) if query else []
        if not all(STEPS.fullmatch(one) for one in steps):
            return 400, b""
        found = [one for one in owner.files.values() if one.path == "/" + unquote(path)]
        if not found:
            return 404, b""
        owner.copies[url] = found[0].content
        return 200, found[0].content

    # The API

    def handle(self, request: Request) -> Response:
        try:
            with self.lock:
                account = self._who(request)
                failure = self.work_started(request)
                if failure is not None:
                    return self.fault_response(request, failure)
                return self._route(request, account)
        except _No as refusal:
            return refusal.response

    def fault_response(self, request: Request, fault: Fault) -> Response:
        status = fault.options["status"]
        body = fault.options["body"] or {"message": f"planned fault {status}", "help": ""}
        return Response(status, body, dict(fault.options["headers"]))

    def _who(self, request: Request) -> Account:
        kind, _, told = request.headers.get("Authorization", "").partition(" ")
        if kind != "Basic":
            raise _No(401, "Your request does not contain private API key.")
        name, _, password = base64.b64decode(told).decode().partition(":")
        if name not in self.accounts or password not in {"", "do_not_set"}:
            raise _No(401, "Your account cannot be authenticated.")
        request.account = name
        return self.accounts[name]

    def _route(self, request: Request, account: Account) -> Response:
        where = (request.method, request.path)
        if where == ("POST", "/api/v1/files/upload"):
            return self._take(account, _form(request))
        if where == ("GET", "/v1/files"):
            limit = int(parse_qs(request.query).get("limit", ["1000"])[0])
            return Response(200, [_told(one) for one in list(account.files.values())[:limit]])
        if where == ("POST", "/v1/files/purge"):
            return self._purge(account, json.loads(request.body))
        found = re.fullmatch(r"/v1/files/([0-9a-f]{24})", request.path)
        if found and request.method == "DELETE":
            return self._delete(account, found[1])
        raise _No(404, "The requested resource was not found.")

    def _take(self, account: Account, sent: dict[str, bytes]) -> Response:
        if "file" not in sent or not sent["file"]:
            raise _No(400, "Missing file parameter for upload")
        if "fileName" not in sent:
            raise _No(400, "Missing fileName parameter for upload")
        if unknown := set(sent) - FIELDS:
            raise _No(400, f"Your request contains invalid parameters: {sorted(unknown)}")
        if len(sent["file"]) > LARGEST:
            raise _No(400, "File size limit exceeded")
        if sent.get("useUniqueFileName", b"true") not in {b"true", b"false"}:
            raise _No(400, "useUniqueFileName is true or false")
        name = re.sub(r"[^A-Za-z0-9.-]", "_", sent["fileName"].decode())
        if sent.get("useUniqueFileName", b"true") == b"true":
            stem, dot, kind = name.rpartition(".")
            name = f"{stem}_{uuid.uuid4().hex[:9]}{dot}{kind}"
        folder = sent.get("folder", b"/").decode().strip("/")
        path = f"/{folder}/{name}" if folder else f"/{name}"
        made = Stored(uuid.uuid4().hex[:24], path, sent["file"])
        account.files[made.id] = made
        return Response(200, {**_told(made), "url": self.endpoint(account) + path})

    def _delete(self, account: Account, file_id: str) -> Response:
        if account.files.pop(file_id, None) is None:
            raise _No(404, "The requested file does not exist.")
        return Response(204)

    def _purge(self, account: Account, sent: dict[str, Any]) -> Response:
        url = sent.get("url")
        if set(sent) != {"url"} or not isinstance(url, str):
            raise _No(400, "Your request is missing the url parameter.")
        if not url.startswith(self.endpoint(account) + "/"):
            raise _No(400, "Invalid URL")
        account.purged.append(url)
        account.copies.pop(url, None)
        return Response(201, {"requestId": uuid.uuid4().hex[:24]})


def _told(one: Stored) -> dict[str, Any]:
    return {
        "fileId": one.id,
        "name": one.path.rpartition("/")[2],
        "filePath": one.path,
        "size": len(one.content),
        "fileType": "image",
        "versionInfo": {"id": one.id, "name": "Version 1"},
    }


def _form(request: Request) -> dict[str, bytes]:
    kind = request.headers.get("Content-Type", "")
    if not kind.startswith("multipart/form-data"):
        raise _No(400, "Missing file parameter for upload")
    whole = b"Content-Type: " + kind.encode() + b"\r\n\r\n" + request.body
    message = BytesParser(policy=HTTP).parsebytes(whole)
    parts = list(message.iter_parts())
    return {
        str(one.get_param("name", header="content-disposition")): one.get_payload(decode=True)
        for one in parts
    }
