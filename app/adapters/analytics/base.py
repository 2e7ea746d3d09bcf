"""What every analytics service takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from app.adapters.gateways.base import Verification
from app.kit.money import Money

__all__ = ["Analytics", "Happening"]


@dataclass(frozen=True)
class Happening:
    """An order was paid, or some of its money went back. Nothing in it says who the customer is."""

    kind: Literal["purchase", "refund"]
    order_id: str
    money: Money  # of a refund what went back now
    is_whole: bool  # the whole of what was paid
    item_name: str
    ordered_at: datetime
    at: datetime
    # What the provider's own pages know the visitor by, where it gave that along with the order.
    hints: Mapping[str, str] = field(default_factory=dict)


class Analytics(Protocol):
    """A service that counts."""

    def tell(self, happening: Happening, now: datetime) -> None:
        """Tell of one thing. Raises GatewayError; whether it was counted is then not known."""

    def verify(self) -> Verification:
        """Test connection: one call that counts nothing. Raises GatewayError."""
