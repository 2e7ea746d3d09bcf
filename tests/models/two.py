"""Two organizations with an order each, and what one of them must never see or change."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session, foreign, registry, relationship

from app.extensions import db, transaction
from app.kit.tenancy import OrgScoped, across_organizations, as_org
from app.models import Order, Provider
from tests import world

THEIR_ITEM = "Bitloader"  # the name of both providers, so that a careless join meets both orders


class Shop(OrgScoped):
    """The providers' table once more, with the relationship that our models do without."""


class Sale(OrgScoped):
    """The orders' table once more."""


_more = registry()
_more.map_imperatively(Sale, Order.__table__)
_more.map_imperatively(
    Shop,
    Provider.__table__,
    properties={
        "sales": relationship(
            Sale,
            viewonly=True,
            primaryjoin=Provider.__table__.c.name == foreign(Order.__table__.c.item_name),
        )
    },
)


@dataclass
class Two:
    """Whose work it is (`ours`) and whose rows it must not touch (`theirs`)."""

    app: Flask
    ours: world.Shop
    theirs: world.Shop
    our_order: str
    their_order: str

    def loaded(self, session: Session) -> Order:
        """Their order, as an object in this session: what a forgotten switch leaves behind."""
        with across_organizations("this is the attack"):
            return session.scalars(select(Order).where(Order.id == self.their_order)).one()

    def rows_of_theirs(self) -> list[Any]:
        """Everything of theirs, read past the guard."""
        with self.app.app_context(), db.engine.connect() as connection:
            return [
                connection.execute(
                    text(f"SELECT * FROM {table} WHERE org_id = :org ORDER BY id"),
                    {"org": self.theirs.org_id},
                ).all()
                for table in ("orders", "providers", "payments", "api_keys")
            ]


def open_two(app: Flask) -> Two:
    """Make both, alike but for their organization."""
    shops = [world.open_shop(app, org=name, name=THEIR_ITEM) for name in ("Acme", "Rival")]
    orders = [shop.order(19.99, itemName=THEIR_ITEM)["orderId"] for shop in shops]
    return Two(app, *shops, *orders)


def attack(two: Two, pattern: Any) -> Any:
    """Run a pattern as our organization, in a step; what it returned, its rows still readable."""
    with two.app.app_context(), as_org(two.ours.org_id), transaction():
        return pattern(db.session, two)
