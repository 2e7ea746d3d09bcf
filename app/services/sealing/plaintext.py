"""Sealing what lies in plaintext: saved in development, or written by another hand."""

from dataclasses import asdict

from sqlalchemy import select

from app.extensions import db, transaction
from app.kit.tenancy import across_organizations
from app.services import credentials
from app.services.sealing.places import COLUMNS

__all__ = ["seal_plaintext"]


def seal_plaintext() -> int:
    """Seal every secret that lies in plaintext (a step); how many there were."""
    count = 0
    with across_organizations("the operator seals every row"), transaction():
        for column in COLUMNS:
            if column.field:
                continue  # takes nothing but sealed values
            for row in db.session.scalars(select(column.model).with_for_update()).all():
                fresh = {}
                for value in column.plaintext(row):
                    place, plain = value.place, str(value.stored)
                    fresh[value.name] = credentials.seal(plain, **asdict(place))
                    credentials.note(
                        place.owner,
                        place.service,
                        place.field,
                        plain,
                        actor="keys seal",
                        org_id=row.org_id,
                    )
                setattr(row, column.attribute.key, column.with_values(row, fresh))
                count += len(fresh)
    return count
