"""What is on the page of differences, page by page, and what finding it costs."""

import pytest
from sqlalchemy import event, text

from app.adapters.gateways import base
from app.extensions import db
from app.services.orders import differences
from tests import world
from tests.services.orders import trouble


@pytest.fixture
def shop(on_both):
    return world.open_shop(on_both)


def ids(shop, before=None, limit=20):
    with shop.inside():
        page, older = differences.page(before, limit)
    return [one.order.id for one in page], older


def test_every_kind_is_there_and_what_is_well_is_not(shop, monkeypatch, later):
    trouble.paid(shop)
    with trouble.refunds_end(monkeypatch, base.Unavailable("nothing")):
        late = trouble.late(shop, policy="refund")
        later(3)  # it is asked about again, which changes nothing
        wrong, silent = trouble.mismatched(shop), trouble.unknown(shop)
    with shop.inside():
        page, _older = differences.page()
    assert {one.order.id: one.code for one in page} == {
        late: "refund_unknown",
        wrong: "amount_mismatch",
        silent: "payment_unknown",
    }
    assert {one.order.id: one.told.kind for one in page} == {
        late: "refund.unanswered",
        wrong: "attention.amount_mismatch",
        silent: "payment.unknown",
    }


def test_pages_follow_each_other_without_gap_or_repetition(shop):
    made = [trouble.unknown(shop) for _ in range(5)]
    first, older = ids(shop, limit=2)
    second, older_still = ids(shop, older, limit=2)
    third, end = ids(shop, older_still, limit=2)
    assert first + second + third == sorted(made, reverse=True)
    assert end is None


def test_nobody_sees_another_organizations(shop):
    theirs = trouble.unknown(world.open_shop(shop.app, org="Globex"))
    assert ids(shop) == ([], None)
    with shop.inside():
        assert differences.of(theirs) is None


def test_each_look_goes_along_its_own_partial_index(app):
    shop = world.open_shop(app)
    trouble.mismatched(shop)
    looked = []

    def note(_connection, _cursor, statement, parameters, *_more):
        looked.append((statement, parameters))

    with shop.inside():
        event.listen(db.engine, "before_cursor_execute", note)
        differences.page()
        event.remove(db.engine, "before_cursor_execute", note)
        plans = []
        with db.engine.connect() as connection:
            connection.execute(text("SET enable_seqscan = off"))
            connection.execute(text("SET enable_bitmapscan = off"))
            for statement, parameters in looked[:3]:
                rows = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
                plans.append("\n".join(row[0] for row in rows))
    assert len(plans) == 3
    for plan, index in zip(
        plans, ("ix_orders_attention", "ix_payments_unknown", "ix_refunds_undecided"), strict=True
    ):
        assert index in plan, plan
