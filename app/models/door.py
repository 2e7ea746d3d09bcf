"""Doors: where a secret that somebody presents leads, before an organization is known."""

from enum import StrEnum

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Model, refers_to

__all__ = ["Door", "DoorKind", "lookup_part"]


class DoorKind(StrEnum):
    api_key = "api_key"
    checkout = "checkout"
    inbound = "inbound"


# How much of the secret is public and finds the row; the rest is only ever hashed.
LOOKUP = {DoorKind.api_key: 17, DoorKind.checkout: 12, DoorKind.inbound: 12}


class Door(Model):
    """One secret's digest and whom it lets in to what. Not tenant-scoped: it says which tenant."""

    __tablename__ = "doors"
    __table_args__ = (Index("ix_doors_kind_lookup", "kind", "lookup"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    lookup: Mapped[str] = mapped_column(String(20))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    org_id: Mapped[str] = mapped_column(String(40), refers_to("organizations"))
    subject_id: Mapped[str] = mapped_column(String(40))


def lookup_part(kind: DoorKind, secret: str) -> str:
    """The public prefix of a secret of this kind."""
    return secret[: LOOKUP[kind]]
