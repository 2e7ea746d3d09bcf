"""A customer's bank takes held money back: all stands still, and the books follow the bank."""

import threading
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import select

from app.adapters.gateways.base import Snapshot
from app.extensions import db, reading, transaction
from app.kit import clock
from app.models import Payment, TimelineEntry
from app.services import orders, payments
from app.services.ledger import verify
from tests import world
from tests.escrow import amounts, ask, balances, escrow
from tests.flows.stripe_sellers import held, release

SECOND = timedelta(seconds=1)
DISPUTED, CLOSED = "charge.dispute.created", "charge.dispute.closed"


def hear(shop, *types: str, times: int = 1) -> None:
    for type_ in types:
        for _ in range(times):
            assert shop.tell(shop.stripe.last_event(type_)).status_code == 200
    world.run_tasks(shop.app)


def contested(shop, order, amount: int | None = None, status: str = "needs_response") -> str:
    made = shop.stripe.open_dispute(shop.intent_of(order), amount, status)
    hear(shop, DISPUTED)
    return made["id"]


def close(shop, dispute: str, status: str) -> None:
    shop.stripe.close_dispute(dispute, status)
    hear(shop, CLOSED)


def differences(shop, order) -> list:
    with shop.inside():
        report = verify.run(only=order["orderId"])
    assert report.unanswered == []
    return report.differences


def story(shop, order) -> list[str]:
    with shop.inside(), reading() as session:
        query = select(TimelineEntry.kind).where(TimelineEntry.order_id == order["orderId"])
        return [one for one in session.scalars(query.order_by(TimelineEntry.id)) if "charge" in one]


def test_what_the_bank_takes_is_not_held_and_nothing_moves_until_it_has_decided(stripe_shop):
    order = held(stripe_shop, releaseAfterDays=7)
    contested(stripe_shop, order)
    seen = stripe_shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", "chargeback")
    assert (seen["escrow"]["status"], seen["escrow"]["releaseAt"]) == ("disputed", None)
    assert amounts(stripe_shop, order) == (0, 0, 0, 0)
    assert balances(stripe_shop, order).gateway == 10_000
    for answer in (
        ask(stripe_shop, order, "release"),
        ask(stripe_shop, order, "resume"),
        stripe_shop.refund(order, 5),
    ):
        assert (answer.status_code, answer.json["code"]) == (409, "chargeback_open")
    assert differences(stripe_shop, order) == []


def test_a_release_that_was_never_asked_for_does_not_go_out_while_the_bank_decides(
    stripe_shop, later
):
    order = held(stripe_shop)
    stripe_shop.stripe.fail_next("POST /v1/transfers$", 429, times=2)
    assert release(stripe_shop, order)["releases"][0]["status"] == "requested"
    contested(stripe_shop, order)
    later(120)
    world.run_tasks(stripe_shop.app)
    assert escrow(stripe_shop, order)["releases"][0]["failure"] == "stopped by a dispute"
    assert stripe_shop.stripe.transfers() == []
    assert stripe_shop.see(order)["attention"] == "chargeback"
    assert differences(stripe_shop, order) == []


def test_money_that_the_bank_gives_back_is_held_again_and_the_clock_runs_on(stripe_shop):
    order = held(stripe_shop, releaseAfterDays=7)
    until = escrow(stripe_shop, order)["releaseAt"]
    dispute = contested(stripe_shop, order)
    close(stripe_shop, dispute, "won")
    seen = stripe_shop.see(order)
    assert (seen["attention"], seen["escrow"]["status"]) == (None, "held")
    assert seen["escrow"]["releaseAt"][:13] == until[:13]
    assert amounts(stripe_shop, order) == (10_000, 0, 0, 0)
    assert release(stripe_shop, order)["status"] == "released"
    assert differences(stripe_shop, order) == []


def test_money_that_is_lost_stays_with_the_bank_and_somebody_should_look(stripe_shop):
    order = held(stripe_shop, releaseAfterDays=7)
    close(stripe_shop, contested(stripe_shop, order, 7_000), "lost")
    seen = stripe_shop.see(order)
    assert (seen["attention"], seen["escrow"]["status"]) == ("chargeback", "held")
    assert seen["escrow"]["releaseAt"] is None  # of the rest a person decides
    assert amounts(stripe_shop, order)[0] == 3_000
    release(stripe_shop, order)
    assert differences(stripe_shop, order) == []


def test_all_of_it_lost_leaves_nothing_to_release(stripe_shop):
    order = held(stripe_shop)
    close(stripe_shop, contested(stripe_shop, order), "lost")
    assert escrow(stripe_shop, order)["status"] == "refunded"
    assert ask(stripe_shop, order, "release").json["code"] == "not_held"
    assert differences(stripe_shop, order) == []


@pytest.mark.parametrize("end", ["won", "lost"])
def test_what_the_seller_has_already_is_covered_by_the_merchant_until_it_is_won(stripe_shop, end):
    order = held(stripe_shop)
    release(stripe_shop, order, 60)
    dispute = contested(stripe_shop, order)
    assert amounts(stripe_shop, order) == (0, 5_400, 600, 0)
    assert balances(stripe_shop, order).gateway == 4_000
    assert differences(stripe_shop, order) == []
    close(stripe_shop, dispute, end)
    after = {"won": (4_000, 5_400, 600, 0), "lost": (0, 5_400, 600, 0)}
    assert amounts(stripe_shop, order) == after[end]
    status = {"won": "held", "lost": "released"}
    assert escrow(stripe_shop, order)["status"] == status[end]
    assert differences(stripe_shop, order) == []


def test_a_question_of_the_bank_takes_nothing_and_stops_the_clock(stripe_shop):
    order = held(stripe_shop, releaseAfterDays=7)
    dispute = contested(stripe_shop, order, status="warning_needs_response")
    assert amounts(stripe_shop, order) == (10_000, 0, 0, 0)
    assert ask(stripe_shop, order, "release").json["code"] == "chargeback_open"
    close(stripe_shop, dispute, "warning_closed")
    assert (escrow(stripe_shop, order)["status"], amounts(stripe_shop, order)[0]) == (
        "held",
        10_000,
    )


def test_the_dispute_of_a_provider_outlives_that_of_the_bank(stripe_shop):
    order = held(stripe_shop, releaseAfterDays=7)
    ask(stripe_shop, order, "dispute", {"reason": "broken"})
    close(stripe_shop, contested(stripe_shop, order), "won")
    found = escrow(stripe_shop, order)
    assert (found["status"], found["disputeReason"]) == ("disputed", "broken")
    assert ask(stripe_shop, order, "resume").status_code == 200


@pytest.mark.parametrize("end", ["warning_closed", "won"])
def test_a_provider_may_dispute_while_the_bank_asks_and_that_dispute_goes_on(stripe_shop, end):
    order = held(stripe_shop, releaseAfterDays=7)
    bank = contested(stripe_shop, order, status="warning_needs_response")
    assert ask(stripe_shop, order, "dispute", {"reason": "broken"}).status_code == 200
    assert escrow(stripe_shop, order)["disputeReason"] == "chargeback"
    close(stripe_shop, bank, end)
    found = escrow(stripe_shop, order)
    assert (found["status"], found["disputeReason"]) == ("disputed", "broken")
    assert found["releaseAt"] is None
    assert ask(stripe_shop, order, "resume").json["releaseAt"] is not None


def test_a_provider_whose_reason_is_a_chargeback_is_not_taken_for_the_bank(stripe_shop):
    order = held(stripe_shop, releaseAfterDays=7)
    ask(stripe_shop, order, "dispute", {"reason": "chargeback"})
    close(stripe_shop, contested(stripe_shop, order), "won")
    assert escrow(stripe_shop, order)["status"] == "disputed"


@pytest.mark.parametrize("order_of_news", [(DISPUTED, CLOSED), (CLOSED, DISPUTED)])
def test_doubled_late_and_reordered_news_change_nothing_twice(stripe_shop, order_of_news):
    order = held(stripe_shop)
    made = stripe_shop.stripe.open_dispute(stripe_shop.intent_of(order))
    hear(stripe_shop, DISPUTED, times=3)
    stripe_shop.stripe.close_dispute(made["id"], "won")
    late = dict(stripe_shop.stripe.last_event(DISPUTED), id="evt_late")
    news = {DISPUTED: late, CLOSED: stripe_shop.stripe.last_event(CLOSED)}
    for one in (*order_of_news, *order_of_news):
        stripe_shop.tell(news[one])
        world.run_tasks(stripe_shop.app)
    assert amounts(stripe_shop, order) == (10_000, 0, 0, 0)
    assert [one for one in story(stripe_shop, order) if one.startswith("escrow")] == [
        "escrow.charged_back",
        "escrow.chargeback_won",
    ]


def test_news_that_come_only_when_all_is_over_still_end_right(stripe_shop):
    order = held(stripe_shop)
    made = stripe_shop.stripe.open_dispute(stripe_shop.intent_of(order), 2_000)
    stripe_shop.stripe.close_dispute(made["id"], "lost")
    hear(stripe_shop, DISPUTED, CLOSED)
    assert amounts(stripe_shop, order)[0] == 8_000
    assert stripe_shop.see(order)["attention"] == "chargeback"
    assert [one for one in story(stripe_shop, order) if one.startswith("escrow")] == [
        "escrow.charged_back",
        "escrow.chargeback_lost",
    ]
    assert differences(stripe_shop, order) == []


def test_an_answer_that_comes_late_does_not_undo_a_newer_one(stripe_shop):
    """One asks before the bank contests it; its answer arrives after all that came meanwhile."""
    order = held(stripe_shop, releaseAfterDays=7)
    (payment,) = stripe_shop.see(order)["payments"]
    late = threading.Thread(target=ask_about, args=(stripe_shop, payment["paymentId"]))
    with stripe_shop.stripe.hold("GET /v1/payment_intents/*", after_commit=True) as gate:
        late.start()
        assert gate.entered.wait(10)
        contested(stripe_shop, order)
    late.join()
    assert escrow(stripe_shop, order)["disputeReason"] == "chargeback"
    assert stripe_shop.see(order)["attention"] == "chargeback"
    assert amounts(stripe_shop, order)[0] == 0
    assert "escrow.chargeback_won" not in story(stripe_shop, order)
    assert differences(stripe_shop, order) == []


def test_news_of_banks_count_by_when_they_were_asked_for_in_any_order(stripe_shop):
    """All orders in which three answers may get here end as the one that was asked for last."""
    first = clock.now()
    base_ = {"paid_minor": 10_000, "currency": "USD", "test_mode": True}
    answers = [
        (first, Snapshot("succeeded", **base_, taken_minor=0)),
        (first + SECOND, Snapshot("succeeded", **base_, taken_minor=10_000, is_contested=True)),
        (first + 2 * SECOND, Snapshot("succeeded", **base_, taken_minor=4_000)),
    ]
    for way in permutations(answers):
        order = held(stripe_shop, releaseAfterDays=7)
        (payment,) = stripe_shop.see(order)["payments"]
        with stripe_shop.inside():
            bring_to(payment["paymentId"], first)
            for asked_at, said in way:
                orders.settle(payment["paymentId"], said, asked_at=asked_at)
        assert amounts(stripe_shop, order)[0] == 6_000
        found = escrow(stripe_shop, order)
        assert (found["status"], found["releaseAt"]) == ("held", None)


def ask_about(shop, payment_id: str) -> None:
    with shop.inside():
        payments.ask(payment_id)


def bring_to(payment_id: str, moment) -> None:
    """As if nothing had been asked since."""
    with transaction():
        db.session.get_one(Payment, payment_id).bank_seen_at = moment


def test_an_order_without_escrow_has_a_line_in_its_story(stripe_shop):
    order = stripe_shop.order(20)
    stripe_shop.choose(order, "cashapp")
    stripe_shop.stripe.approve(stripe_shop.intent_of(order))
    stripe_shop.tell_all()
    contested(stripe_shop, order)
    assert stripe_shop.see(order)["status"] == "paid"
    assert story(stripe_shop, order) == ["payment.charged_back", "gateway.charge.dispute.created"]
