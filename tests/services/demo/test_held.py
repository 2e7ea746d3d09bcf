"""The demo's orders with money held: one for each point of an escrow, and books in order."""

import pytest
from sqlalchemy import select

from app.extensions import db, reading, transaction
from app.kit.tenancy import as_org
from app.models import Delivery, Order, Seller, SellerStatus, WebhookEndpoint
from app.services import demo, escrow
from app.services.deliveries import outbox
from app.services.demo import held
from app.services.ledger import verify
from tests import world
from tests.conftest import BASE


@pytest.fixture
def made(app, monkeypatch) -> str:
    """An organization with the demo's orders; webhooks are taken by whoever they go to."""
    monkeypatch.setattr(outbox, "post", lambda *_any: outbox.Result(200, None, 5, {}, ""))
    with app.app_context():
        org_id: str = demo.ensure()["organizationId"]
        demo.ensure_orders(org_id)
    world.run_tasks(app)
    return org_id


def money() -> list[tuple[str, str, int, int, int, int]]:
    """Of each order with escrow: its own and its hold's state, and what is held, with the seller,
    kept as a fee, and back with the customer."""
    with reading() as session:
        orders = session.scalars(select(Order).where(Order.seller_id.is_not(None))).all()
    found = []
    for order in sorted(orders, key=lambda one: one.external_id):
        one = escrow.of_order(order.id)
        of = one.balances
        found.append((order.status, one.hold.status, of.held, of.seller, of.fee, of.refunded))
    return found


def test_each_stands_at_another_point_of_its_escrow(app, made):
    with app.app_context(), as_org(made):
        assert money() == [
            ("paid", "held", 3_200, 0, 0, 0),
            ("paid", "held", 1_400, 0, 0, 0),
            ("paid", "held", 4_300, 3_600, 400, 0),
            ("paid", "disputed", 2_450, 0, 0, 0),
            ("paid", "released", 0, 5_310, 590, 0),
            ("refunded", "refunded", 0, 0, 0, 1_850),
            ("partially_refunded", "released", 0, 5_400, 600, 800),
        ]


def test_the_books_and_the_sandbox_agree(app, made):
    with app.app_context():
        report = verify.run(ask=True)
    assert (report.orders, report.differences, report.unanswered) == (len(held.HELD), [], [])


def test_a_seller_is_made_once_and_so_is_each_order(app, made):
    with app.app_context():
        with as_org(made), transaction():
            order = db.session.scalars(select(Order).where(Order.external_id == "DEMO-2002")).one()
            order.external_id = "mine"
        assert demo.ensure_orders(made) == 1
        assert demo.ensure_orders(made) == 0
        with as_org(made), reading() as session:
            assert len(session.scalars(select(Seller)).all()) == 1


def test_a_start_that_was_interrupted_is_gone_on_with(app, made):
    """The seller was written down and their account not opened; an order is missing."""
    with app.app_context(), as_org(made):
        with transaction():
            seller = db.session.scalars(select(Seller)).one()
            seller.status, seller.gateway_seller_id = SellerStatus.created, None
            order = db.session.scalars(select(Order).where(Order.external_id == "DEMO-2007")).one()
            order.external_id = "mine"
        assert demo.ensure_orders(made) == 1


def test_their_webhooks_came_to_the_demos_own_receiver(app, made):
    with app.app_context(), as_org(made), reading() as session:
        rows = session.execute(
            select(Delivery.status, WebhookEndpoint.url)
            .join(WebhookEndpoint, WebhookEndpoint.id == Delivery.endpoint_id)
            .join(Order, Order.id == Delivery.order_id)
            .where(Order.seller_id.is_not(None))
        ).all()
    assert {tuple(row) for row in rows} == {("succeeded", f"{BASE}/demo/webhook")}
