"""Google Analytics on loopback: takes everything silently, and validates by shape where asked to.

What the real one would drop without a word is in `problems`, so that a test notices.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.faults import Fault
from tests.fakes.server import FakeServer, Request, Response

__all__ = ["Ga4Fake"]

TOP = {"client_id", "user_id", "timestamp_micros", "non_personalized_ads", "user_properties",
       "events", "ip_override", "user_agent", "user_location", "device"}  # fmt: skip
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
RESERVED = ("ga_", "google_", "firebase_")
NEEDED = {"purchase": ("transaction_id", "value", "currency", "items"),
          "refund": ("transaction_id", "value", "currency")}  # fmt: skip


class Ga4Fake(FakeServer):
    """``with Ga4Fake() as fake:`` then `fake.events` are what was taken."""

    def __init__(self) -> None:
        super().__init__()
        self.bodies: list[dict[str, Any]] = []
        self.problems: list[dict[str, str]] = []

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for body in self.bodies for event in body["events"]]

    def handle(self, request: Request) -> Response:
        failure = self.work_started(request)
        if failure is not None:
            return self.fault_response(request, failure)
        found = _validated(request)
        if request.path == "/debug/mp/collect":
            return Response(200, {"validationMessages": found})
        if request.path != "/mp/collect":
            return Response(404, b"<html>not found</html>")
        self.problems += found
        if not found:
            self.bodies.append(json.loads(request.body))
        return Response(204, b"")

    def fault_response(self, request: Request, fault: Fault) -> Response:
        return Response(fault.options["status"], fault.options["body"] or b"")


def _validated(request: Request) -> list[dict[str, str]]:
    try:
        query, body = parse_qs(request.query), json.loads(request.body)
        wrong = [*_query(query), *_top(body)]
        for event in body.get("events", ()):
            wrong += _event(event)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        wrong = [("", f"not readable: {error!r}")]
    return [{"fieldPath": where, "description": said, "validationCode": "VALUE_INVALID"}
            for where, said in wrong]  # fmt: skip


def _query(query: dict[str, list[str]]):
    if not re.fullmatch(r"G-[A-Z0-9]+", query.get("measurement_id", [""])[0]):
        yield "measurement_id", "Measurement requires a measurement_id."
    if not query.get("api_secret"):
        yield "api_secret", "Measurement requires an api_secret."


def _top(body: dict[str, Any]):
    if unknown := set(body) - TOP:
        yield "", f"Unknown: {sorted(unknown)}"
    if not isinstance(body.get("client_id"), str) or not body["client_id"]:
        yield "client_id", "Measurement requires a client_id."
    if not 1 <= len(body.get("events", ())) <= 25:
        yield "events", "Between 1 and 25 events."
    micros = body.get("timestamp_micros")
    if micros is not None and (not isinstance(micros, int) or len(str(micros)) != 16):
        yield "timestamp_micros", "Microseconds."


def _event(event: dict[str, Any]):
    name, params = event["name"], event["params"]
    if not NAME.fullmatch(name) or name.startswith(RESERVED):
        yield "events.name", f"Event name {name} is invalid."
    if len(params) > 25:
        yield "events.params", "Too many params."
    for one in NEEDED.get(name, ()):
        if one not in params:
            yield "events.params", f"{name} requires {one}."
    if isinstance(params.get("value"), bool) or not isinstance(params.get("value"), int | float):
        yield "events.params.value", "value must be a number."
    if not re.fullmatch("[A-Z]{3}", str(params.get("currency"))):
        yield "events.params.currency", "currency must be ISO 4217."
    for one, value in params.items():
        if not NAME.fullmatch(one) or one.startswith(RESERVED):
            yield f"events.params.{one}", "Invalid name."
        if isinstance(value, str) and len(value) > 100:
            yield f"events.params.{one}", "Too long."
    for item in params.get("items", ()):
        if not (item.get("item_id") or item.get("item_name")):
            yield "events.params.items", "An item requires item_id or item_name."
        if any(isinstance(value, str) and len(value) > 100 for value in item.values()):
            yield "events.params.items", "Too long."
