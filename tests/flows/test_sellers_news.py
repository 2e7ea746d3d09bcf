"""What Stripe tells of sellers, their payouts and transfers: believed by asking, applied once."""

import threading

import pytest
from sqlalchemy import select

from app.extensions import db, reading, transaction
from app.models import InboundEvent, Notice, Payout, Task, WebhookEndpoint
from app.services import sellers
from tests import world
from tests.escrow import amounts, make_seller
from tests.flows.stripe_sellers import held, ready_seller, release, there

PAYOUT_EVENTS = ["payout_paid", "payout_failed"]


@pytest.fixture
def shop(stripe_shop):
    """Its provider wants to hear of payouts."""
    with stripe_shop.inside(), transaction():
        endpoint = db.session.scalars(select(WebhookEndpoint)).one()
        endpoint.events = [*endpoint.events, *PAYOUT_EVENTS]
    return stripe_shop


@pytest.fixture
def receiver(httpserver):
    """What the provider was told of payouts, in the order in which it happened."""

    def bodies() -> list[dict]:
        found = [request.json for request, _ in httpserver.log]
        of_payouts = [one for one in found if one["event"] in PAYOUT_EVENTS]
        return sorted(of_payouts, key=lambda one: one["eventId"])

    return bodies


@pytest.fixture
def told(receiver):
    return lambda: [one["event"] for one in receiver()]


def status(shop, seller: str) -> str:
    return shop.get(f"/api/sellers/{seller}").json["status"]


def hear(shop, *events, times: int = 1) -> list[str]:
    """Stripe tells of events; what we answered."""
    said = [shop.tell(one).json["outcome"] for one in events for _ in range(times)]
    world.run_tasks(shop.app)
    return said


def news(shop, type_: str):
    return shop.stripe.last_event(type_)


def payouts_of(shop) -> list[Payout]:
    with shop.inside(), reading() as session:
        return list(session.scalars(select(Payout).order_by(Payout.id)))


def test_a_seller_who_said_who_they_are_is_ready_without_being_asked_about(shop):
    seller = make_seller(shop)
    shop.stripe.onboard(there(shop))
    assert status(shop, seller) == "pending"
    assert hear(shop, news(shop, "account.updated")) == ["stored"]
    assert status(shop, seller) == "ready"
    shop.stripe.restrict(there(shop), "individual.verification.document")
    hear(shop, news(shop, "account.updated"))
    seen = shop.get(f"/api/sellers/{seller}").json
    assert (seen["status"], seen["payoutsEnabled"]) == ("restricted", False)
    assert seen["requirements"] == ["individual.verification.document"]


def test_old_news_of_a_seller_say_how_they_stand_now(shop):
    seller = make_seller(shop)
    first = news(shop, "account.updated")
    shop.stripe.onboard(there(shop))
    last = news(shop, "account.updated")
    assert hear(shop, last, first, last, first) == ["stored", "stored", "seen", "seen"]
    assert status(shop, seller) == "ready"


def test_of_two_answers_the_one_that_was_asked_for_last_counts(shop):
    """The first question's answer is on its way while Stripe restricts the seller."""
    seller = ready_seller(shop)
    gate = shop.stripe.hold("GET /v1/accounts/*", after_commit=True)
    slow = threading.Thread(target=lambda: ask(shop, seller))
    slow.start()
    assert gate.entered.wait(10)
    shop.stripe.restrict(there(shop), "external_account")
    hear(shop, news(shop, "account.updated"))
    gate.release()
    slow.join(20)
    assert status(shop, seller) == "restricted"


def ask(shop, seller: str) -> None:
    with shop.inside():
        sellers.refresh(seller)


def test_one_who_left_is_closed(shop):
    seller = ready_seller(shop)
    shop.stripe.leave(there(shop))
    hear(shop, news(shop, "account.application.deauthorized"))
    assert status(shop, seller) == "closed"


def test_news_of_a_seller_whom_stripe_does_not_answer_about_wait(shop, later):
    seller = make_seller(shop)
    shop.stripe.onboard(there(shop))
    shop.stripe.fail_next("GET /v1/accounts/", 500, times=2)
    hear(shop, news(shop, "account.updated"))
    assert status(shop, seller) == "pending"
    later(60)
    world.run_tasks(shop.app)
    assert status(shop, seller) == "ready"


def test_news_of_strangers_are_thanked_and_dropped(shop):
    make_seller(shop)
    event = {**news(shop, "account.updated"), "account": "acct_stranger", "id": "evt_1"}
    assert hear(shop, event) == ["unmatched"]


def test_what_happens_in_a_sellers_books_says_nothing_of_our_payments(shop):
    """A seller may write our references into objects of their own account."""
    order = shop.order(20)
    ready_seller(shop)
    payment = shop.see(order)["payments"][-1]
    forged = {
        "id": "evt_forged",
        "object": "event",
        "type": "payment_intent.succeeded",
        "account": there(shop),
        "livemode": False,
        "data": {
            "object": {
                "id": payment["gatewayPaymentId"],
                "object": "payment_intent",
                "metadata": {"payment_id": payment["paymentId"]},
            }
        },
    }
    assert hear(shop, forged) == ["ignored"]
    assert hear(shop, {**forged, "id": "evt_2", "type": "account.updated"}) == ["stored"]
    with shop.inside(), reading() as session:
        (row,) = session.scalars(select(InboundEvent))
        assert (row.payment_id, row.about) == (None, "seller")


# --- payouts


def paid_out(shop, minor: int = 9_000) -> dict:
    """Stripe pays a seller out by its own schedule."""
    release(shop, held(shop))
    return shop.stripe.pay_out(there(shop), minor)


def test_a_payout_of_stripes_own_is_kept_from_its_news_and_told_once(shop, told):
    made = paid_out(shop)
    hear(shop, news(shop, "payout.created"))
    (row,) = payouts_of(shop)
    assert (row.status, row.amount_minor, row.is_ours) == ("pending", 9_000, False)
    assert told().count("payout_paid") == 0
    shop.stripe.finish_payout(made["id"])
    hear(shop, news(shop, "payout.paid"), times=3)
    (row,) = payouts_of(shop)
    assert (row.status, row.gateway_payout_id) == ("paid", made["id"])
    assert told().count("payout_paid") == 1


@pytest.mark.parametrize("late", ["payout.created", "payout.paid"])
def test_late_and_reordered_news_of_a_payout_change_nothing(shop, told, late):
    made = paid_out(shop)
    shop.stripe.finish_payout(made["id"])
    created, paid = news(shop, "payout.created"), news(shop, "payout.paid")
    hear(shop, paid, created)
    hear(shop, {**news(shop, late), "id": "evt_late"})
    assert [one.status for one in payouts_of(shop)] == ["paid"]
    assert told().count("payout_paid") == 1


def test_an_answer_that_was_asked_for_earlier_does_not_take_a_payout_back(shop, told):
    made = paid_out(shop)
    created = news(shop, "payout.created")
    gate = shop.stripe.hold("GET /v1/payouts/*", after_commit=True)
    shop.tell(created)
    slow = threading.Thread(target=lambda: world.run_tasks(shop.app))
    slow.start()
    assert gate.entered.wait(10)
    shop.stripe.finish_payout(made["id"])
    shop.tell(news(shop, "payout.paid"))
    world.run_tasks(shop.app)
    gate.release()
    slow.join(20)
    assert [one.status for one in payouts_of(shop)] == ["paid"]
    assert told().count("payout_paid") == 1


@pytest.mark.parametrize(("how", "why"), [("failed", "The bank account has been closed"),
                                          ("canceled", None)])  # fmt: skip
def test_a_payout_that_comes_back_is_told_to_all_who_can_do_something(shop, told, how, why):
    made = paid_out(shop)
    shop.stripe.finish_payout(made["id"])
    hear(shop, news(shop, "payout.paid"))
    shop.stripe.finish_payout(made["id"], how)  # days after it was taken
    hear(shop, news(shop, f"payout.{how}"), times=2)
    (row,) = payouts_of(shop)
    assert (row.status, row.failure) == ({"canceled": "cancelled"}.get(how, how), why)
    assert told() == PAYOUT_EVENTS
    with shop.inside(), reading() as session:
        (notice,) = session.scalars(select(Notice).where(Notice.kind == "payout_failed"))
    assert (notice.subject, notice.data["item"]) == (row.id, "Ada")


def test_what_is_told_of_a_payout_names_seller_and_amount(shop, receiver):
    made = paid_out(shop)
    shop.stripe.finish_payout(made["id"])
    hear(shop, news(shop, "payout.paid"))
    (body,) = receiver()
    assert (body["amount"], body["currency"], body["status"]) == (90, "USD", "paid")
    assert (body["orderId"], body["sequence"], body["testMode"]) == (None, None, True)
    (row,) = payouts_of(shop)
    assert (body["payoutId"], body["sellerId"]) == (row.id, row.seller_id)
    assert body["gatewayPayoutId"] == made["id"]


def test_a_payout_whose_news_are_lost_is_asked_about_daily(shop, told, later):
    made = paid_out(shop)
    hear(shop, news(shop, "payout.created"))
    later(86_500)
    world.run_tasks(shop.app)
    assert [one.status for one in payouts_of(shop)] == ["pending"]
    shop.stripe.finish_payout(made["id"])
    later(86_500)
    world.run_tasks(shop.app)
    assert [one.status for one in payouts_of(shop)] == ["paid"]
    assert told().count("payout_paid") == 1
    with shop.inside(), reading() as session:
        assert "payouts.check" not in session.scalars(select(Task.name)).all()


# --- transfers


def test_our_own_reversal_is_no_news(shop):
    order = held(shop)
    release(shop, order)
    shop.refund(order, 50)
    world.run_tasks(shop.app)
    assert hear(shop, news(shop, "transfer.reversed")) == ["stored"]
    assert shop.see(order)["attention"] is None


def test_money_fetched_back_on_stripes_own_pages_is_shown_and_the_books_stay(shop):
    order = held(shop)
    release(shop, order)
    shop.refund(order, 10)
    world.run_tasks(shop.app)
    shop.stripe.reverse(shop.stripe.transfers()[0]["id"], 1_000)
    before = amounts(shop, order)
    hear(shop, news(shop, "transfer.reversed"), times=2)
    assert shop.see(order)["attention"] == "reversed_elsewhere"
    assert amounts(shop, order) == before


def test_a_transfer_of_somebody_elses_is_dropped(shop):
    order = held(shop)
    release(shop, order)
    shop.stripe.reverse(shop.stripe.transfers()[0]["id"], 1_000)
    event = news(shop, "transfer.reversed")
    event["data"]["object"]["id"] = "tr_strange"
    assert hear(shop, event) == ["unmatched"]
