"""What is stored outlives the migrations: back over the last ones and up again, with rows in every
table they change."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from app.adapters.gateways.base import Snapshot
from app.extensions import db, reading, transaction, use_migrations
from app.kit import clock
from app.models import Hold, ItemImage, Order, Payment
from app.services import orders
from tests import world
from tests.escrow import amounts, ask, held

BEFORE_THE_BANKS = "0027"


@pytest.fixture
def shop(on_both):
    use_migrations(on_both)
    return world.open_shop(on_both)


def contest(shop, order, taken_minor: int, *, is_contested: bool) -> None:
    """The gateway says what a customer's bank took."""
    with shop.inside():
        payment_id = rows(shop, order)[0].id
        said = Snapshot(
            "succeeded",
            paid_minor=10_000,
            currency="USD",
            test_mode=True,
            taken_minor=taken_minor,
            is_contested=is_contested,
        )
        orders.settle(payment_id, said, asked_at=clock.now())


def rows(shop, order) -> tuple[Payment, Hold]:
    with shop.inside(), reading() as session:
        return (
            session.scalars(select(Payment).where(Payment.order_id == order["orderId"])).one(),
            session.scalars(select(Hold).where(Hold.order_id == order["orderId"])).one(),
        )


def back_and_up(shop) -> None:
    with shop.app.app_context():
        downgrade(revision=BEFORE_THE_BANKS)
        upgrade()
        for engine in db.engines.values():
            engine.dispose()


def test_what_a_bank_took_and_has_not_decided_is_known_after_the_migrations(shop):
    calm, lost, open_ = held(shop, 100), held(shop, 100), held(shop, 100)
    contest(shop, lost, 4_000, is_contested=True)
    contest(shop, lost, 4_000, is_contested=False)
    contest(shop, open_, 10_000, is_contested=True)
    before = {order["orderId"]: amounts(shop, order) for order in (calm, lost, open_)}
    back_and_up(shop)
    for order, taken, is_contested in (
        (calm, 0, False),
        (lost, 4_000, False),
        (open_, 10_000, True),
    ):
        payment, hold = rows(shop, order)
        assert (payment.taken_minor, payment.is_contested) == (taken, is_contested)
        assert (hold.is_charged_back, hold.charged_back_at is not None) == (is_contested,) * 2
        assert hold.disputed_at is None
        assert amounts(shop, order) == before[order["orderId"]]
    assert ask(shop, open_, "release").json["code"] == "chargeback_open"
    assert ask(shop, calm, "release").status_code == 200


def test_a_bank_that_was_written_down_as_a_dispute_is_told_from_a_providers(shop):
    """As it stood before there was a place for both."""
    banks, both = held(shop, 100), held(shop, 100)
    for order in (banks, both):
        contest(shop, order, 0, is_contested=True)
    with shop.app.app_context():
        downgrade(revision=BEFORE_THE_BANKS)
        with db.engine.begin() as connection:
            connection.execute(
                text("UPDATE holds SET dispute_reason = 'It came broken' WHERE order_id = :order"),
                {"order": both["orderId"]},
            )
        upgrade()
        db.engine.dispose()
    for order, reason in ((banks, None), (both, "It came broken")):
        _, hold = rows(shop, order)
        assert hold.is_charged_back and hold.charged_back_at
        assert (hold.dispute_reason, hold.disputed_at is None) == (reason, reason is None)


def test_a_picture_of_the_item_goes_with_its_table_and_no_order_does(shop):
    order = held(shop, 100)
    with shop.inside(), transaction():
        image = ItemImage(address_digest="d", keeper="disk", scope_kind="platform", ref="r",
                          url="/logos/r", width=1, height=1)  # fmt: skip
        db.session.add(image)
        db.session.flush()
        db.session.get_one(Order, order["orderId"]).image_id = image.id
    back_and_up(shop)
    with shop.inside(), reading() as session:
        kept = session.scalars(select(Order)).one()
        assert (kept.id, kept.image_id) == (order["orderId"], None)
        assert session.scalars(select(ItemImage)).all() == []
    assert shop.see(order)["status"] == "paid"
