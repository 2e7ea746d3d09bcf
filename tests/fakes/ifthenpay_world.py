"""What Ifthenpay keeps: accounts, payments, registered callbacks."""

from __future__ import annotations

import itertools
import secrets
import string
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

LISBON = ZoneInfo("Europe/Lisbon")
PUSH = timedelta(minutes=4)
WEIGHTS = (3, 30, 9, 90, 27, 76, 81, 34, 49, 5, 50, 15, 53, 45, 62, 38, 89, 17, 73, 51)


class CustomerCannot(Exception):
    """A customer tried what Ifthenpay does not let them do."""


@dataclass
class Account:
    """One merchant: the keys that exist there."""

    backoffice: str = "1111-2222-3333-4444"
    mb: str = "AAA-111111"
    mbway: str = "BBB-222222"
    card: str = "CCC-333333"
    entity: str = "11604"
    sub_entity: str = "999"


@dataclass
class Made:
    """One payment, or one computed reference that was paid; amounts in cents."""

    kind: str  # MB, MBWAY, CCARD, or an entity of five digits
    request_id: str
    order_id: str
    minor: int
    entity: str = ""
    reference: str = ""
    until: datetime | None = None
    status: str = "123"
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    changed_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    paid_minor: int = 0
    refunded_minor: int = 0
    urls: dict[str, str] = field(default_factory=dict)
    is_listed: bool = True
    is_sandbox: bool = False

    @property
    def is_paid(self) -> bool:
        return self.status == "000"

    def become(self, status: str, minor: int = 0) -> None:
        """Move on, from open only."""
        self.lapse()
        if self.status != "123":
            raise CustomerCannot(f"it is {self.status}")
        self.status, self.paid_minor, self.changed_at = status, minor, datetime.now(UTC)

    def lapse(self) -> None:
        """What nobody paid in time is over."""
        until = self.created_at + PUSH if self.kind == "MBWAY" else self.until
        if self.status == "123" and until and datetime.now(UTC) > until:
            self.status = "101"


_counter = itertools.count(291)


def new_request_id() -> str:
    """Twenty letters, digits and, as it happens, plus signs."""
    letters = string.ascii_letters + string.digits
    return "".join(secrets.choice(letters) for _ in range(18)) + "+" + secrets.choice(letters)


def new_reference() -> str:
    """Nine digits with zeros in front."""
    return f"{next(_counter):09d}"


def cents(written: str) -> int:
    """`20.00` in cents."""
    return int(Decimal(written) * 100)


def euros(minor: int) -> str:
    """Cents as `20.00`."""
    return f"{Decimal(minor) / 100:.2f}"


def written(moment: datetime) -> str:
    """A moment as they write it."""
    return moment.astimezone(LISBON).strftime("%d-%m-%Y %H:%M:%S")


def read(moment: str) -> datetime:
    """What `written` wrote."""
    return datetime.strptime(moment, "%d-%m-%Y %H:%M:%S").replace(tzinfo=LISBON)


def is_reference_of(entity: str, reference: str, minor: int) -> bool:
    """Whether a machine takes a computed reference for an amount: by the published weights."""
    whole = f"{entity}{reference[:7]}{minor:08d}"
    total = sum(int(d) * w for d, w in zip(reversed(whole), WEIGHTS, strict=True))
    return f"{98 - total % 97:02d}" == reference[7:]
