"""What we keep to ask Ifthenpay again: it has no object of its own that holds all of it."""

from dataclasses import dataclass
from typing import Self

from app.adapters.gateways import base

__all__ = ["KINDS", "Ref", "is_multibanco"]

KINDS = ("mb", "mbref", "mbway", "card")


@dataclass(frozen=True)
class Ref:
    """One attempt, written `kind:id:order:cents` and, for offline references, `:day`.

    `id` is their RequestId, or `entity.reference` where a reference was computed and they never
    heard of it. MB WAY's status does not say how much was paid, and a card's return has to agree
    with what was asked for: so the reference we sent and the amount stand beside it.
    """

    kind: str
    id: str
    order: str
    minor: int
    day: str = ""  # DD-MM-YYYY of an offline reference; what came before was somebody else's

    def __str__(self) -> str:
        parts = [self.kind, self.id, self.order, str(self.minor)]
        return ":".join([*parts, self.day] if self.day else parts)

    @property
    def money_id(self) -> str:
        """The money's own id: what refunds need for MB WAY and cards, and what says that there are
        none for Multibanco. The database lets no two payments of an account have the same."""
        return f"{self.kind}:{self.id}" if is_multibanco(self.kind) else self.id

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read what `str` wrote. Raises Missing for anything else."""
        kind, _, rest = written.partition(":")
        parts = rest.split(":")
        has_day = kind == "mbref"
        if kind not in KINDS or len(parts) != 3 + has_day or not parts[2].isdecimal():
            raise base.Missing("not a payment of Ifthenpay's")
        return cls(kind, parts[0], parts[1], int(parts[2]), parts[3] if has_day else "")


def is_multibanco(written: str) -> bool:
    """True for a kind, a ref or a money id of Multibanco."""
    return written.partition(":")[0] in {"mb", "mbref"}
