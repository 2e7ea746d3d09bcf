"""The ways gateways differ, each met by the house and not by a special case: they take money when
told to, call without signing, push to a phone, give references that cannot be taken back."""

import json
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from app.adapters.gateways import base
from app.extensions import reading
from app.kit import clock
from app.models import InboundEvent, Payment
from app.registry import gateway
from app.services.inbound.receiving import HINT_EVERY
from tests import world


@pytest.fixture
def shop(toy, make_app):
    return world.open_shop(make_app(TOY_KEY="coo"), gateway="toy")


@pytest.fixture
def order(shop):
    return shop.order("7.00", currency="EUR")


def started(shop, order, method="pigeon", **answers):
    assert shop.choose(order, method, **answers).status_code == 303
    return shop.see(order)["payments"][-1]["paymentId"]


def payment_of(shop, payment_id) -> Payment:
    with shop.inside(), reading() as session:
        return session.get_one(Payment, payment_id)


# --- asked to pay, while somebody asks again


def test_pressing_again_while_a_phone_is_being_asked_asks_no_second_time(
    shop, order, toy, monkeypatch
):
    """Both requests could be confirmed, and where they cannot be taken back both would be paid."""
    adapter = gateway("toy").load()
    ask, seen = adapter.create_payment, []

    def pressed_again(self, request):
        if not seen:
            seen.append(shop.choose(order, "dove", phone="912345678").status_code)
            seen.append(shop.choose(order, "dove", phone="961234567").status_code)
            seen.append(shop.choose(order, "pigeon").status_code)
        return ask(self, request)

    monkeypatch.setattr(adapter, "create_payment", pressed_again)
    started(shop, order, "dove", phone="912345678")
    assert seen == [303, 303, 303]
    assert [one.answers["phone"] for one in toy.asked] == ["+351912345678"]
    assert [one["status"] for one in shop.see(order)["payments"]] == ["pending"]


def test_no_more_than_five_phones_are_rung_for_an_order_in_a_quarter_of_an_hour(
    shop, order, toy, later
):
    numbers = [f"91234567{one}" for one in range(7)]
    answers = [shop.choose(order, "dove", phone=one) for one in numbers]
    assert [one.status_code for one in answers] == [303] * 5 + [429] * 2
    assert "asked for too often" in answers[-1].text
    assert len(toy.asked) == 5
    later(901)
    assert shop.choose(order, "dove", phone=numbers[-1]).status_code == 303


def test_giving_up_again_and_again_does_not_wear_the_company_out(shop, order):
    started(shop, order, "dove", phone="912345678")
    codes = [shop.customer("cancel", order).status_code for _ in range(60)]
    assert codes[-1] == 429


# --- approved, then completed


def test_what_the_customer_approved_is_taken_once(shop, order, toy):
    started(shop, order)
    toy.approved.add(toy.ref)
    shop.come_back(order)
    shop.come_back(order)
    shop.see(order, sync=True)
    assert shop.see(order)["status"] == "paid"
    assert toy.completed == [toy.ref]


@pytest.mark.parametrize("how", ["cancelled", "expired"])
def test_what_was_approved_after_the_order_ended_is_never_taken(shop, order, toy, later, how):
    payment_id = started(shop, order)
    if how == "cancelled":
        shop.cancel(order)
    else:
        later(86_401)
        world.sweep_and_run(shop.app)
    assert shop.see(order)["status"] == how
    toy.approved.add(toy.ref)
    with shop.inside():
        from app.services import payments

        payments.ask(payment_id)
    assert toy.completed == []
    assert shop.see(order)["status"] == how


def test_what_was_approved_before_another_way_was_chosen_is_never_taken(shop, order, toy):
    first = started(shop, order)
    ref = toy.ref
    started(shop, order, "stork")
    toy.approved.add(ref)
    with shop.inside():
        from app.services import payments

        payments.ask(first)
    assert toy.completed == []


def test_while_the_money_is_taken_nobody_cancels_the_order(shop, order, toy):
    started(shop, order)
    toy.approved.add(toy.ref)
    toy.completing = base.Unavailable("no answer")
    shop.come_back(order)
    assert shop.see(order)["status"] == "processing"
    assert shop.cancel(order).status_code == 409
    toy.completing = None
    shop.see(order, sync=True)
    assert shop.see(order)["status"] == "paid"


def test_a_refusal_while_the_money_is_taken_fails_the_payment(shop, order, toy):
    started(shop, order)
    toy.approved.add(toy.ref)
    toy.completing = base.Declined("the bank said no")
    shop.come_back(order)
    seen = shop.see(order)
    assert (seen["status"], seen["payments"][0]["failure"]) == ("failed", "the bank said no")


# --- brought back by the browser


def test_what_a_browser_brings_back_is_never_a_payment(shop, order, toy):
    started(shop, order)
    client = shop.app.test_client()
    client.get(f"/checkout/o/{order['token']}/return?bird=succeeded")
    assert shop.see(order)["status"] == "pending"
    client.get(f"/checkout/o/{order['token']}/return?bird=processing")
    assert shop.see(order)["status"] == "processing"


# --- unsigned calls


def call(shop, payment_id, n=0, ref=None):
    body = json.dumps({"id": f"b{n}", "reference": payment_id, "ref": ref})
    return shop.app.test_client().post("/api/webhooks/toy", data=body)


def hints(shop) -> int:
    with shop.inside(), reading() as session:
        return session.scalar(select(func.count(InboundEvent.id)))


def test_an_unsigned_call_is_followed_by_a_question_and_believed_in_nothing(shop, order, toy):
    payment_id = started(shop, order)
    assert call(shop, payment_id).json["outcome"] == "stored"
    world.run_tasks(shop.app)
    assert shop.see(order)["status"] == "pending"
    assert len(toy.looks) == 1


def test_a_flood_of_unsigned_calls_costs_two_questions_a_minute(shop, order, toy, time_machine):
    payment_id = started(shop, order)
    time_machine.move_to(clock.now().replace(second=1, microsecond=0), tick=False)
    answers = [call(shop, payment_id, n).json["outcome"] for n in range(200)]
    assert answers.count("stored") == 2
    world.run_serially(shop.app)
    assert len(toy.looks) == 1
    time_machine.shift(timedelta(seconds=HINT_EVERY))
    world.run_serially(shop.app)
    assert len(toy.looks) == 2
    assert hints(shop) == 2


def test_a_forged_call_that_comes_first_does_not_swallow_the_true_one(
    shop, order, toy, time_machine
):
    payment_id = started(shop, order)
    time_machine.move_to(clock.now().replace(second=1, microsecond=0), tick=False)
    call(shop, payment_id)
    world.run_serially(shop.app)
    toy.paid[toy.ref] = 700
    call(shop, payment_id)  # the company's own, word for word the same
    time_machine.shift(timedelta(seconds=HINT_EVERY))
    world.run_serially(shop.app)
    assert shop.see(order)["status"] == "paid"


def test_an_unsigned_call_cannot_put_another_payment_in_the_place_of_an_unanswered_one(
    shop, order, toy
):
    other = shop.order("7.00", currency="EUR")
    started(shop, other)
    paid_ref = toy.ref
    toy.paid[paid_ref] = 700
    toy.creating = base.Unavailable("no answer")
    shop.choose(order, "pigeon")
    payment_id = shop.see(order)["payments"][-1]["paymentId"]
    call(shop, payment_id, ref=paid_ref)
    world.run_serially(shop.app)
    assert shop.see(order)["status"] == "pending"
    assert paid_ref not in toy.looks


def test_a_call_about_nothing_of_ours_asks_nobody(shop, order, toy):
    started(shop, order)
    assert call(shop, "pay_unknown").json["outcome"] == "unmatched"
    assert shop.app.test_client().post("/api/webhooks/toy", data="[]").status_code == 400
    world.run_tasks(shop.app)
    assert toy.looks == []


# --- what the customer types


@pytest.mark.parametrize("typed", ["912345678", "+351 912 345 678", "00351 912-345-678"])
def test_a_telephone_number_reaches_the_gateway_in_its_one_form(shop, order, toy, typed):
    payment_id = started(shop, order, "dove", phone=typed)
    assert toy.asked[-1].answers == {"phone": "+351912345678"}
    assert payment_of(shop, payment_id).answers == {"phone": "+351912345678"}


@pytest.mark.parametrize(
    ("method", "answers", "said"),
    [
        ("dove", {}, "Enter your mobile number"),
        ("dove", {"phone": "12345"}, "Check the number"),
        ("dove", {"phone": "call me"}, "Check the number"),
        ("owl", {}, "Enter your e-mail address"),
        ("owl", {"email": "ada at home"}, "Check the e-mail address"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nobody_is_asked(
    shop, order, toy, method, answers, said
):
    answer = shop.choose(order, method, **answers)
    assert answer.status_code == 422
    assert said in answer.text
    assert toy.asked == []


def test_every_attempt_has_a_short_reference_of_its_own(shop, order, toy):
    started(shop, order)
    started(shop, order, "stork")
    short = [one.reference for one in toy.asked]
    assert len(set(short)) == 2
    assert all(len(one) == 15 and one.isalnum() and one.islower() for one in short)


# --- how often they are asked


def looks_within(shop, toy, time_machine, seconds: int, step: int = 10) -> list[float]:
    """Seconds after the start at which the gateway was asked, the clock moved on step by step."""
    start, found = clock.now(), []
    time_machine.move_to(start, tick=False)
    for _ in range(seconds // step):
        time_machine.shift(timedelta(seconds=step))
        before = len(toy.looks)
        with shop.app.app_context():
            from app.services import sweep

            sweep.sweep()
        world.run_serially(shop.app)
        found += [(clock.now() - start).total_seconds()] * (len(toy.looks) - before)
    return found


def test_a_push_is_asked_about_each_half_minute_while_the_app_asks(shop, order, toy, time_machine):
    started(shop, order, "dove", phone="912345678")
    asked = looks_within(shop, toy, time_machine, 300, step=15)
    assert 8 <= len(asked) <= 10
    assert max(b - a for a, b in pairwise(asked)) <= 60


def test_a_reference_is_asked_about_hourly_until_a_day_after_its_deadline(
    toy, make_app, time_machine
):
    shop = world.open_shop(make_app(TOY_KEY="coo"), gateway="toy")
    order = shop.order("7.00", currency="EUR", expiresIn=7200)
    started(shop, order, "stork")
    asked = looks_within(shop, toy, time_machine, 3 * 86_400, step=1800)
    assert shop.see(order)["status"] == "expired"
    assert 25 <= len(asked) <= 28  # hourly for 26 hours, and when the order ended
    assert max(asked) <= 7200 + 86_400 + 3600


def test_a_reference_that_is_paid_after_its_order_ended_is_found_by_asking(shop, order, toy, later):
    started(shop, order, "stork")
    later(86_401)
    world.sweep_and_run(shop.app)
    assert shop.see(order)["status"] == "expired"
    toy.paid[toy.ref] = 700
    later(3_700)
    world.sweep_and_run(shop.app)
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", "paid_late")


# --- another amount


def test_what_was_missing_and_comes_after_all_is_paid(shop, order, toy):
    started(shop, order)
    toy.paid[toy.ref] = 650
    shop.see(order, sync=True)
    assert shop.see(order)["attention"] == "amount_mismatch"
    toy.paid[toy.ref] = 700
    shop.see(order, sync=True)
    seen = shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", None)
