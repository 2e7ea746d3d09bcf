"""What a payment costs the database, counted exactly; and that nothing is held during a call."""

from contextlib import contextmanager

from sqlalchemy import event

from app.extensions import db
from app.services import sweep
from tests import world


@contextmanager
def counting(app):
    """Statements and commits on the app's engine."""
    counts = {"statements": [], "whole": [], "commits": 0}

    def statement(_connection, _cursor, text, *_rest):
        counts["statements"].append(" ".join(text.split())[:60])
        counts["whole"].append(text)

    def commit(_connection):
        counts["commits"] += 1

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "commit", commit)
    try:
        yield counts
    finally:
        event.remove(engine, "before_cursor_execute", statement)
        event.remove(engine, "commit", commit)


def test_create_takes_six_statements_and_two_commits(stripe_shop):
    stripe_shop.order(20)  # the key's first use is noted
    with counting(stripe_shop.app) as counts:
        stripe_shop.order(20)
    assert len(counts["statements"]) == 6, counts["statements"]
    assert counts["commits"] == 2


def test_no_connection_is_held_while_a_gateway_is_called(stripe_shop, later):
    held = []

    def look(_method, _path):
        with stripe_shop.app.app_context():
            held.append(db.engine.pool.checkedout())

    stripe_shop.stripe.on_request.append(look)
    order = stripe_shop.order(100)
    stripe_shop.choose(order, "card")
    stripe_shop.choose(order, "cashapp")
    stripe_shop.stripe.approve(stripe_shop.intent_of(order))
    stripe_shop.come_back(order)
    stripe_shop.refund(order, 30)
    for one in list(stripe_shop.stripe.events):
        stripe_shop.tell(one)
    world.run_serially(stripe_shop.app)
    stripe_shop.see(order, sync=True)
    stripe_shop.order(50, expiresIn=300)
    later(400)
    with stripe_shop.app.app_context():
        sweep.sweep()
    world.run_serially(stripe_shop.app)
    assert len(held) > 15
    assert set(held) == {0}


def test_a_gateway_cannot_be_called_inside_a_transaction(stripe_shop):
    import pytest

    from app.extensions import transaction
    from app.services import routing
    from app.services.credentials import Scope, open_stored, stored

    with stripe_shop.inside(), transaction():
        values = open_stored(stored("stripe", Scope("organization", stripe_shop.org_id)))
        with pytest.raises(RuntimeError, match="transaction"):
            routing.connect("stripe", values)


def test_a_hundred_creates_use_one_connection_to_stripe(stripe_shop):
    before = stripe_shop.stripe.connections
    for _ in range(100):
        stripe_shop.order(20)
    assert stripe_shop.stripe.connections - before <= 1
