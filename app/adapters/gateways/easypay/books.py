"""Looking things up at Easypay: payments, captures, refunds, and what was really paid."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from app.adapters.gateways import base
from app.adapters.gateways.easypay import snapshots
from app.adapters.gateways.easypay.amounts import from_easypay
from app.adapters.gateways.wire import Wire

__all__ = ["Books"]

AROUND = timedelta(hours=2)  # of a payment, in the report: zones are not told everywhere
PAGE, PAGES = 200, 10  # of the report of transactions


class Books:
    """What one account holds. Calls raise as `Wire.call`."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def single(self, payment: str) -> dict[str, Any]:
        """A payment; where only lists still know it (it was deleted), as they show it. Raises
        Missing."""
        try:
            return self._one("single", payment)
        except base.Missing:
            row = self.listed("id", payment)
            if row is None:
                raise
            return row

    def listed(self, name: str, value: str) -> dict[str, Any] | None:
        """The payment with this `id` or `key` among all payments, None when there is none."""
        try:
            rows = _rows(self._get("/single", **{name: value}).get("data"))
        except base.Missing:
            return None
        found = (row for row in rows if row.get(name) == value and row.get("id"))
        return next((dict(row) for row in found), None)

    def capture(self, capture: str) -> dict[str, Any]:
        """A capture, with its refunds. Raises Missing."""
        return self._one("capture", capture)

    def refund(self, refund: str) -> dict[str, Any]:
        """A refund. Raises Missing."""
        return self._one("refund", refund)

    def paid(self, single: Mapping[str, Any], capture: Mapping[str, Any]) -> int:
        """Cents that were really paid. At a cash machine a customer can pay another amount than
        was asked for; only transactions tell that."""
        seen = list(_paid(_rows(single.get("transactions"))))
        if not seen and snapshots.is_multibanco(single):
            seen = self._reported(single)
        if seen:
            return sum(seen)
        return from_easypay(capture.get("value") or single.get("value"))

    def _reported(self, single: Mapping[str, Any]) -> list[int]:
        """What the report of transactions says was paid; nothing where it may not be read, or does
        not have the payment yet."""
        when = snapshots.moment(single.get("paid_at"))
        if when is None:
            return []
        try:
            ours = [one for one in self._report(when) if one.get("payment_id") == single["id"]]
        except (base.Misconfigured, base.Impossible, base.Missing):
            return []
        return list(_paid(ours))

    def _report(self, when: datetime) -> Iterator[Mapping[str, Any]]:
        query = {
            "start_date": f"{when - AROUND:%Y-%m-%d %H:%M}",
            "end_date": f"{when + AROUND:%Y-%m-%d %H:%M}",
            "records_per_page": str(PAGE),
        }
        for page in range(1, PAGES + 1):
            rows = _rows(self._get("/report/transactions", **query, page=str(page)).get("data"))
            yield from rows
            if len(rows) < PAGE:
                return

    def _one(self, kind: str, wanted: str) -> dict[str, Any]:
        found = self._get(f"/{kind}/{wanted}")
        if found.get("id") != wanted:
            raise base.Unavailable(f"Easypay did not answer about this {kind}")
        return found

    def _get(self, path: str, **query: str) -> dict[str, Any]:
        return self.wire.call("GET", f"{path}?{urlencode(query)}" if query else path).data


def _rows(found: Any) -> list[Mapping[str, Any]]:
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _paid(rows: Iterable[Mapping[str, Any]]) -> Iterator[int]:
    """Cents of each transaction that brought money in."""
    for row in rows:
        values = row.get("values")
        is_capture = row.get("type", "capture") == "capture"
        if is_capture and isinstance(values, Mapping) and values.get("paid") is not None:
            yield from_easypay(values["paid"])
