"""What a gateway is asked for once: how much, how it stands, and how the asking stands."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.money import Money
from app.models.base import UtcDateTime

__all__ = ["Asked"]


class Asked:
    """Columns of money that moves because we asked for it: a release, reversal, refund, payout."""

    UNDECIDED: ClassVar[tuple[str, ...]] = ("requested", "unknown")

    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    status: Mapped[str] = mapped_column(String(12), default="requested")
    failure: Mapped[str | None] = mapped_column(String(300))
    checks: Mapped[int] = mapped_column(Integer, default=0)
    # Since when the gateway is being asked; None once its answer, or silence, is recorded.
    asking_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When it was first asked for with its key, for all that is known.
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When the gateway last showed nothing of it, too late for its key to make it any more.
    no_trace_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def is_undecided(self) -> bool:
        """Money is set aside for it, and no answer is definite."""
        return self.status in self.UNDECIDED

    @property
    def is_lost(self) -> bool:
        """Only a person can tell any more that it was not made."""
        return self.status == "unknown" and self.no_trace_at is not None
