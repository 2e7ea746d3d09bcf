"""Payments that came in, as the backoffice lists them: what is in the list is paid."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.ifthenpay import moments
from app.adapters.gateways.ifthenpay.amounts import from_euros
from app.adapters.gateways.ifthenpay.client import Client
from app.adapters.gateways.ifthenpay.refs import Ref

__all__ = ["PATH", "Entry", "of", "read"]

PATH = "/v2/payments/read"


@dataclass(frozen=True)
class Entry:
    """One payment, amount in cents."""

    request_id: str
    order: str
    reference: str
    minor: int
    paid_at: datetime | None


def read(client: Client, backoffice_key: str, filters: Mapping[str, str]) -> list[Entry]:
    """What was paid, by these filters; without any they give the last thousand, so whoever asks
    compares what comes with what was asked for.

    Raises Misconfigured for a key they do not know, Unavailable for anything unclear.
    """
    answer = client.post(PATH, {"boKey": backoffice_key, **filters}, is_repeatable=True)
    status, rows = str(answer.get("status", "")), answer.get("payments")
    if status in {"401", "403"}:
        raise base.Misconfigured("Ifthenpay does not know the backoffice key")
    if status == "429":
        raise base.Busy("Ifthenpay asks us to wait")
    if status != "200" or not isinstance(rows, list):
        said = client.said(answer.get("message"), "nothing")
        raise base.Unavailable(f"Ifthenpay did not list payments; it said: {said}")
    return [_entry(row) for row in rows if isinstance(row, dict)]


def of(client: Client, backoffice_key: str, ref: Ref) -> list[Entry]:
    """What was paid of one attempt by Multibanco or card. Raises as `read`."""
    if ref.kind != "mbref":
        found = read(client, backoffice_key, {"requestId": ref.id})
        return [one for one in found if one.request_id == ref.id]
    digits, start = ref.id.partition(".")[2], f"{ref.day} 00:00:00"
    found = read(client, backoffice_key, {"reference": digits, "dateStart": start})
    since = moments.read(start)
    return [one for one in found if one.reference == digits and _is_after(one.paid_at, since)]


def _is_after(paid_at: datetime | None, since: datetime | None) -> bool:
    return paid_at is None or since is None or paid_at >= since


def _entry(row: Mapping[str, Any]) -> Entry:
    try:
        minor = from_euros(row.get("amount"))
    except ValueError as error:
        raise base.Unavailable("Ifthenpay listed a payment without an amount") from error
    return Entry(
        str(row.get("requestId") or ""),
        str(row.get("orderId") or ""),
        str(row.get("reference") or "").replace(" ", "").zfill(9),
        minor,
        moments.read(row.get("paymentDate")),
    )
