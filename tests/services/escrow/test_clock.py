"""What time does to held money: a reminder, the release; and a dispute, which stops it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.extensions import db, reading, transaction
from app.kit import clock
from app.models import Hold, Seller, Task
from tests import world
from tests.escrow import amounts, ask, escrow, held
from tests.merchant import person

DAY = 86_400


def letters(shop) -> list[str]:
    with shop.app.app_context(), reading() as session:
        found = session.scalars(select(Task.args).where(Task.name == "mail.send"))
        return [one["kind"] for one in found if one["kind"] == "release_soon"]


def hold_of(shop, order) -> Hold:
    with shop.inside(), reading() as session:
        return session.scalars(select(Hold).where(Hold.order_id == order["orderId"])).one()


def sweep(shop):
    with shop.app.app_context():
        from app.services import sweep

        sweep.sweep()
    world.run_serially(shop.app)


def test_held_money_is_released_on_its_date_and_not_before(shop, later):
    order = held(shop, 100, releaseAfterDays=14)
    later(13 * DAY)
    sweep(shop)
    assert amounts(shop, order)[0] == 10_000
    later(DAY + 60)
    sweep(shop)
    assert amounts(shop, order) == (0, 9_000, 1_000, 0)
    (made,) = escrow(shop, order)["releases"]
    assert (made["cause"], made["status"]) == ("date", "succeeded")


def test_owners_are_reminded_once_three_days_before(app, shop, later, monkeypatch):
    person(app, org="Acme")
    order = held(shop, 100, releaseAfterDays=14)
    later(11 * DAY - 60)
    with shop.app.app_context():
        from app.services import sweep as sweeping

        assert sweeping.sweep() == 0
    later(120)
    with shop.inside():
        from app.services import escrow as escrows

        escrows.look_at_clock(hold_of(shop, order).id)
        escrows.look_at_clock(hold_of(shop, order).id)
    assert letters(shop) == ["release_soon"]
    assert hold_of(shop, order).next_check_at == hold_of(shop, order).release_at


def test_nobody_is_reminded_of_what_is_freed_within_three_days(shop):
    hold = hold_of(shop, held(shop, 100, releaseAfterDays=3))
    assert hold.next_check_at == hold.release_at


def test_without_a_date_nothing_frees_it(shop, later):
    order = held(shop, 100)
    assert hold_of(shop, order).next_check_at is None
    later(400 * DAY)
    sweep(shop)
    assert amounts(shop, order)[0] == 10_000


def test_a_dispute_stops_the_clock_and_resuming_lets_it_run_on(shop, later):
    order = held(shop, 100, releaseAfterDays=14)
    later(10 * DAY)
    answer = ask(shop, order, "dispute", {"reason": "It never came"})
    assert (answer.json["status"], answer.json["releaseAt"]) == ("disputed", None)
    assert answer.json["disputeReason"] == "It never came"
    later(30 * DAY)
    sweep(shop)
    assert amounts(shop, order)[0] == 10_000
    assert ask(shop, order, "resume").json["status"] == "held"
    left = hold_of(shop, order).release_at - clock.now()
    assert timedelta(days=3, hours=23) < left <= timedelta(days=4)
    later(4 * DAY + 60)
    sweep(shop)
    assert amounts(shop, order)[0] == 0


def test_disputing_and_resuming_twice_is_fine(shop):
    order = held(shop, 100, releaseAfterDays=14)
    for verb in ("dispute", "dispute", "resume", "resume"):
        assert ask(shop, order, verb).status_code == 200
    assert escrow(shop, order)["status"] == "held"


def test_a_release_ends_a_dispute_and_the_rest_has_its_clock_again(shop):
    order = held(shop, 100, releaseAfterDays=14)
    ask(shop, order, "dispute")
    answer = ask(shop, order, "release", {"amount": 40})
    assert (answer.json["status"], answer.json["disputedAt"]) == ("held", None)
    assert answer.json["releaseAt"] is not None


def test_a_refund_ends_a_dispute(shop):
    order = held(shop, 100, releaseAfterDays=14)
    ask(shop, order, "dispute")
    shop.refund(order, 100)
    found = escrow(shop, order)
    assert (found["status"], found["heldAmount"], found["releaseAt"]) == ("refunded", 0, None)


def test_a_seller_who_cannot_be_paid_on_the_date_is_paid_when_they_can(shop, later):
    order = held(shop, 100, releaseAfterDays=14)
    set_seller(shop, "restricted")
    assert ask(shop, order, "release").json["code"] == "seller_not_ready"
    later(14 * DAY + 60)
    sweep(shop)
    assert amounts(shop, order)[0] == 10_000
    set_seller(shop, "ready")
    later(DAY + 60)
    sweep(shop)
    assert amounts(shop, order)[0] == 0


def set_seller(shop, status):
    with shop.inside(), transaction():
        db.session.scalars(select(Seller)).one().status = status


@pytest.mark.parametrize("verb", ["dispute", "resume"])
def test_what_is_gone_cannot_be_disputed(shop, verb):
    order = held(shop, 100)
    ask(shop, order, "release")
    assert ask(shop, order, verb).json["code"] == "not_held"
