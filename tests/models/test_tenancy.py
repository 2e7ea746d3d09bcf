"""Every way to reach a row, tried by another organization: none of them works."""

import pytest
from sqlalchemy import delete, exists, func, insert, select, text, union, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased, joinedload

from app.kit.tenancy import CrossTenant
from app.models import ApiKey, Order, Provider
from tests.models.two import Shop, attack

orders, providers = Order.__table__, Provider.__table__


def ids(rows):
    return sorted(getattr(row, "id", row) for row in rows)


# --- sixteen that criteria on ORM statements cover: only our own row is there


HIDDEN = {
    "select": lambda s, two: ids(s.scalars(select(Order))),
    "select by id": lambda s, two: ids(
        s.scalars(select(Order).where(Order.id.in_([two.our_order, two.their_order])))
    ),
    "get, cold": lambda s, two: ids(
        one for key in (two.our_order, two.their_order) if (one := s.get(Order, key))
    ),
    "legacy query": lambda s, two: ids(s.query(Order).all()),
    "alias": lambda s, two: ids(s.scalars(select(aliased(Order)))),
    "join": lambda s, two: ids(
        s.scalars(select(Order).join(Provider, Provider.name == Order.item_name))
    ),
    "lazy load": lambda s, two: ids(s.scalars(select(Shop)).one().sales),
    "columns": lambda s, two: ids(s.execute(select(Order.id))),
    "count": lambda s, two: [two.our_order] * s.scalar(select(func.count(Order.id))),
    "exists": lambda s, two: ids(
        s.scalars(select(Order).where(exists().where(Provider.name == Order.item_name)))
    ),
    "joined load": lambda s, two: ids(
        s.scalars(select(Shop).options(joinedload(Shop.sales))).unique().one().sales
    ),
    "union": lambda s, two: ids(
        s.scalars(
            select(Order).from_statement(
                union(select(Order), select(Order).where(Order.id == two.their_order))
            )
        )
    ),
    "subquery": lambda s, two: ids(s.execute(select(select(Order.id).subquery()))),
    "common table expression": lambda s, two: ids(s.execute(select(select(Order.id).cte()))),
    "scalar subquery": lambda s, two: [
        s.scalar(select(select(func.max(Order.id)).scalar_subquery()))
    ],
    "locked": lambda s, two: ids(s.scalars(select(Order).with_for_update())),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_only_our_own_row_is_there(two, name):
    assert attack(two, HIDDEN[name]) == [two.our_order]


BULK = {
    "update": lambda two: update(Order).values(locale="pt"),
    "update by id": lambda two: (
        update(Order).where(Order.id == two.their_order).values(item_name="x")
    ),
    "delete": lambda two: delete(ApiKey),
    "delete by id": lambda two: delete(Order).where(Order.id == two.their_order),
}


@pytest.mark.parametrize(
    ("name", "count"),
    [("update", 1), ("update by id", 0), ("delete", 1), ("delete by id", 0)],
)
def test_a_bulk_statement_changes_our_own_rows_alone(two, name, count):
    before = two.rows_of_theirs()
    assert attack(two, lambda session, two: session.execute(BULK[name](two)).rowcount) == count
    assert two.rows_of_theirs() == before


# --- those that criteria do not reach: refused outright


def flush_foreign(session, two):
    two.loaded(session).item_name = "x"
    session.flush()


def delete_foreign(session, two):
    session.delete(two.loaded(session))
    session.flush()


def take_over(session, two):
    two.loaded(session).org_id = two.ours.org_id
    session.flush()


def give_away(session, two):
    session.get(Order, two.our_order).org_id = two.theirs.org_id
    session.flush()


def insert_foreign(session, two):
    session.add(Provider(org_id=two.theirs.org_id, name="x", slug="x"))
    session.flush()


def merge_foreign(session, two):
    session.merge(Order(id=two.their_order, org_id=two.ours.org_id, item_name="x"))
    session.flush()


def by_primary_key(session, two):
    session.execute(update(Order), [{"id": two.their_order, "item_name": "x"}])


def row_of_theirs(two):
    return {"id": "prv_x", "org_id": two.theirs.org_id, "name": "x", "slug": "x"}


REFUSED = {
    "get, warm": lambda s, two: (two.loaded(s), s.get(Order, two.their_order)),
    "get one, warm": lambda s, two: (two.loaded(s), s.get_one(Order, two.their_order)),
    "legacy get, warm": lambda s, two: (two.loaded(s), s.query(Order).get(two.their_order)),
    "refresh": lambda s, two: s.refresh(two.loaded(s)),
    "count of a table": lambda s, two: s.scalar(select(func.count()).select_from(orders)),
    "core select": lambda s, two: s.execute(select(orders)).all(),
    "core update": lambda s, two: s.execute(update(orders).values(item_name="x")),
    "core delete": lambda s, two: s.execute(delete(orders)),
    "core insert": lambda s, two: s.execute(insert(providers).values(**row_of_theirs(two))),
    "text": lambda s, two: s.execute(text("SELECT * FROM orders")).all(),
    "flush": flush_foreign,
    "delete": delete_foreign,
    "take over": take_over,
    "give away": give_away,
    "insert": insert_foreign,
    "orm insert": lambda s, two: s.execute(insert(Provider), [row_of_theirs(two)]),
    "bulk objects": lambda s, two: s.bulk_save_objects([Provider(**row_of_theirs(two))]),
    "bulk insert": lambda s, two: s.bulk_insert_mappings(Provider, [row_of_theirs(two)]),
    "bulk update": lambda s, two: s.bulk_update_mappings(
        Order, [{"id": two.their_order, "item_name": "x"}]
    ),
    "update by primary key": by_primary_key,
}


def test_a_hidden_row_is_not_merged_into(two):
    before = two.rows_of_theirs()
    with pytest.raises(IntegrityError):
        attack(two, merge_foreign)
    assert two.rows_of_theirs() == before


@pytest.mark.filterwarnings("ignore:The Query.get")
@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_tenant_or_the_wrong_one_is_refused(two, name):
    before = two.rows_of_theirs()
    with pytest.raises(CrossTenant):
        attack(two, REFUSED[name])
    assert two.rows_of_theirs() == before
