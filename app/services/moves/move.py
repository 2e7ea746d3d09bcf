"""What a kind of move says of itself."""

from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass
from typing import Generic, Literal, Self, TypeVar

from app.adapters.gateways import base
from app.models import Payout, Refund, Release, Reversal
from app.services import tasks

__all__ = ["MADE", "NOT_MADE", "Move", "Rows", "Word"]

Rows = Release | Reversal | Refund | Payout
Row = TypeVar("Row", bound=Rows)
Answer = TypeVar("Answer")

Word = Literal["made", "not_made"]  # what a person may say of it
MADE: Word = "made"
NOT_MADE: Word = "not_made"


@dataclass(frozen=True)
class Move(ABC, Generic[Row, Answer]):
    """One kind of move; an instance has the rows of one, as they were when they were locked.

    `look` and `ask` call the gateway and need no transaction. Everything else is a part, and what
    is written needs no look at the status: it was still undecided under this lock.
    """

    row: Row

    @classmethod
    @abstractmethod
    def lock(cls, move_id: str) -> Self:
        """Lock its rows. Raises NotFound."""

    @property
    @abstractmethod
    def owner_id(self) -> str:
        """Of what it is a move: an order, or a seller."""

    def prepare(self, *, may_be_made: bool) -> tasks.Again | None:
        """What comes before the gateway is asked: it may have to wait, or be decided here."""

    @abstractmethod
    def look(self) -> Answer | None:
        """What the gateway has made of it; None when it shows nothing of it."""

    @abstractmethod
    def ask(self) -> Answer:
        """Ask for it, with its key. Raises Impossible, Declined for a no to that key alone: what
        was asked with it before, if anything was, ended the same; Unasked for a no without it."""

    @abstractmethod
    def answered(self, answer: Answer) -> tasks.Again | None:
        """Write down what was made of it."""

    @abstractmethod
    def refused(self, error: base.GatewayError) -> None:
        """Write down that it was not made, and will not be."""

    def unanswered(self, error: base.GatewayError, before: str) -> None:
        """Write down that nothing definite is known, beside what its row says by now; `before` is
        the status that it had."""

    def afterwards(self, answer: Answer) -> None:
        """What else the gateway is asked once its answer is written down; not in a transaction."""

    @property
    def sayable(self) -> Collection[Word]:
        """What a person may say became of it, since no answer can tell any more."""
        return {NOT_MADE} if self.row.is_lost else ()

    @abstractmethod
    def said(self, word: Word, actor: str) -> None:
        """Write down who said so, before it is written what follows."""

    def not_made(self, reason: str) -> None:
        """Write down that it was not made, as a person says."""
        self.refused(base.Impossible(reason))

    def as_made(self) -> Answer:
        """What stands for the gateway's answer where `sayable` has MADE."""
        raise NotImplementedError
