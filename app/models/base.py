"""What models are built from: the base, tenant scope, references that cannot cross tenants."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, UniqueConstraint

from app.extensions import db
from app.kit.orm import JSON, Base, EncryptedType, Stamped, UtcDateTime
from app.kit.tenancy import OrgScoped

__all__ = [
    "JSON",
    "EncryptedType",
    "Model",
    "OrgScoped",
    "Stamped",
    "UtcDateTime",
    "own",
    "owned_by",
    "refers_to",
]

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def refers_to(table: str) -> ForeignKey:
    """A reference to a table that is no tenant's, checked at commit like the others."""
    return ForeignKey(f"{table}.id", deferrable=True, initially="DEFERRED")


def own() -> UniqueConstraint:
    """The key other tables refer to: an id together with its organization."""
    return UniqueConstraint("org_id", "id")


def owned_by(column: str, table: str, **options: Any) -> ForeignKeyConstraint:
    """A reference that includes the organization, so a row can only point inside its own."""
    return ForeignKeyConstraint(
        ["org_id", column],
        [f"{table}.org_id", f"{table}.id"],
        # Checked at commit, so that a step may add rows in any order.
        deferrable=True,
        initially="DEFERRED",
        **options,
    )
