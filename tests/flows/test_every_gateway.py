"""One suite through the whole house, over every way to pay: what a customer, a merchant, a company
and a forger do, and what must come of it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from app.extensions import reading
from app.models import Refund, Task
from tests import world
from tests.adapters.gateways.rigs import RIGS, SAME, Rig
from tests.fakes.customer import CustomerCannot
from tests.flows.house import House, connect, open_house

# What all forgeries together may cost at the company: a hint or two that were followed, or, where
# only the company can tell whose a call is, a question about each that looks like its own.
CALLS_IN_VAIN = 10


@pytest.fixture(params=[name for name in RIGS if name not in SAME])
def rig(request) -> Iterator[Rig]:
    with RIGS[request.param](request) as opened:
        yield opened


@pytest.fixture
def house(rig, make_app, httpserver) -> House:
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    return open_house(rig, make_app, httpserver.url_for("/hook"))


def refunds_of(rig):
    return rig.adapter.can(rig.method).refund


def cancels(house) -> bool:
    return house.rig.adapter.can(house.rig.method).cancel


def settle_refunds(house, later) -> None:
    """Whatever the company still has to do, and we to ask."""
    house.rig.settle_refunds()
    later(90)
    world.sweep_and_run(house.app)


# --- whom a test is about, which is looked at before a house is opened for nothing


@pytest.fixture
def a_company(rig) -> None:
    """Somebody outside, who calls, and may be down."""
    if rig.fake is None:
        pytest.skip("the built-in gateway's own scenarios are tested with it")


@pytest.fixture
def that_can_be_asked(rig) -> None:
    if not rig.can_ask:
        pytest.skip("this company can only call")


@pytest.fixture
def that_says(rig, lie) -> None:
    if lie not in rig.says:
        pytest.skip(f"this company says nothing of a {lie}")


@pytest.fixture
def with_refunds(request, rig) -> None:
    if refunds_of(rig) != request.param:
        pytest.skip(f"refunds: {refunds_of(rig)}")


def refunds(kind: str):
    return pytest.mark.parametrize("with_refunds", [kind], indirect=True)


# --- a life


def test_paid_then_refunded_in_two_parts(house, later):
    order = house.paid()
    seen = house.shop.see(order)
    assert [one["status"] for one in seen["payments"]][-1] == "succeeded"
    assert [(minor, currency) for _, minor, currency in house.rig.charges()] == [
        (2000, house.rig.currency)
    ]
    if refunds_of(house.rig) != "partial":
        return
    assert house.shop.refund(order, 5).status_code == 200
    settle_refunds(house, later)
    assert house.status(order) == "partially_refunded"
    assert house.shop.refund(order).status_code == 200
    settle_refunds(house, later)
    seen = house.shop.see(order)
    assert (seen["status"], seen["refundedAmount"]) == ("refunded", 20)
    assert house.shop.refund(order, 1).status_code == 409


@refunds("none")
def test_what_cannot_be_refunded_fails_with_a_reason_and_nothing_is_reserved(with_refunds, house):
    order = house.paid()
    assert house.shop.refund(order, 5).status_code == 200
    (refund,) = house.shop.see(order)["refunds"]
    assert refund["status"] == "failed"
    assert " " in refund["failure"]
    assert house.status(order) == "paid"


@refunds("claim")
def test_a_refund_that_is_collected_is_pending_until_it_was(with_refunds, house, later):
    order = house.paid()
    assert house.shop.refund(order, 5).status_code == 200
    (refund,) = house.shop.see(order)["refunds"]
    assert (refund["status"], refund["claimUrl"][:4]) == ("pending", "http")
    settle_refunds(house, later)
    assert house.status(order) == "partially_refunded"


def test_another_is_cancelled_and_can_no_longer_be_paid(house):
    order = house.started()
    ref = house.ref(order)
    answer = house.shop.cancel(order)
    if answer.status_code == 409:  # a push is on the phone: the company lets nobody take it back
        assert not cancels(house)
        return
    assert answer.status_code == 200
    assert house.status(order) == "cancelled"
    if cancels(house):
        pay_in_vain(house, order, ref)
        assert house.status(order) == "cancelled"


def pay_in_vain(house, order, ref) -> None:
    """The customer tries all the same: refused there, or approved and never taken by us."""
    try:
        house.rig.pay(ref)
    except Exception:  # each fake refuses in its own words
        pass
    else:
        house.tell(order)
        house.shop.come_back(order)
    assert house.rig.charges() == []


def test_one_who_comes_back_without_a_call_is_told_the_truth(house):
    order = house.started()
    house.rig.pay(house.ref(order))
    house.shop.come_back(order)
    assert house.status(order) in {"paid", "processing"}


# --- the company's calls


def test_a_lost_call_is_found_by_asking(that_can_be_asked, house, later):
    order = house.started()
    house.rig.pay(house.ref(order))
    with house.app.app_context():
        forget_tasks(house)  # of the built-in gateway, which tells by one
    for _ in range(3):
        later(301)
        world.sweep_and_run(house.app)
    later(3601)
    world.sweep_and_run(house.app)
    assert house.status(order) == "paid"


def forget_tasks(house) -> None:
    from sqlalchemy import delete

    from app.extensions import changed, transaction

    with house.shop.inside(), transaction():
        changed(delete(Task).where(Task.name == "sandbox.notify"))


def test_a_doubled_call_counts_once(house, httpserver):
    order = house.started()
    house.rig.pay(house.ref(order))
    house.tell(order, times=3)
    house.tell(order)
    seen = house.shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", None)
    if house.is_called:
        told = [request.json["event"] for request, _ in httpserver.log]
        assert told == ["payment_succeeded"]


def test_an_early_call_changes_nothing_and_the_true_one_still_counts(house, later):
    order = house.started()
    if house.is_called:
        early = house.rig.news(house.ref(order), house.address)
        assert house.send(early).status_code in {200, 400}
        world.run_tasks(house.app)
    assert house.status(order) == "pending"
    house.rig.pay(house.ref(order))
    house.tell(order)
    later(31)  # where calls are hints, one that follows at once waits for half a minute
    world.sweep_and_run(house.app)
    assert house.status(order) == "paid"


def test_money_that_comes_after_the_order_expired_is_late_or_impossible(house, later):
    order = house.started(expiresIn=300)
    ref = house.ref(order)
    later(301)
    world.sweep_and_run(house.app)
    for _ in range(5):
        later(61)
        world.sweep_and_run(house.app)
    assert house.status(order) == "expired"
    if cancels(house):
        pay_in_vain(house, order, ref)
        assert house.status(order) == "expired"
        return
    try:
        house.rig.pay(ref)
    except Exception:  # a push that nobody answered is over
        return
    house.tell(order)
    seen = house.shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", "paid_late")


def test_forged_calls_have_no_effect_and_ask_nobody(a_company, house):
    order = house.started()
    ref = house.ref(order)
    before = len(house.rig.fake.requests)
    forged = house.rig.forgeries(ref, house.address)
    assert len(forged) >= 30
    for name, call in forged.items():
        assert house.send(call).status_code in {200, 400}, name
    world.run_tasks(house.app)
    assert house.status(order) == "pending"
    assert len(house.rig.fake.requests) - before <= CALLS_IN_VAIN


def test_a_right_call_at_another_organizations_address_has_no_effect(a_company, house):
    other = world.open_shop(house.app, gateway=house.rig.service, org="Other")
    connect(other, house.rig)
    order = house.started()
    house.rig.pay(house.ref(order))
    there = House(other, house.rig).address
    assert house.send(house.rig.news(house.ref(order), house.address), there).status_code in {
        200,
        400,
    }
    world.run_tasks(house.app)
    assert house.status(order) == "pending"


def test_another_amount_is_held_and_said(a_company, house, later):
    order = house.started()
    try:
        house.rig.pay(house.ref(order), 1999)
    except CustomerCannot:
        pytest.skip("this company takes what was asked for and nothing else")
    house.tell(order)
    seen = house.shop.see(order)
    # None while the rest may still come: it is under way, and nobody calls it paid.
    assert (seen["status"], seen["attention"] or "amount_mismatch") == (
        "processing",
        "amount_mismatch",
    )


@pytest.mark.parametrize("lie", ["currency", "mode"])
def test_another_currency_or_mode_is_held_and_said(that_says, house, lie):
    order = house.started()
    house.rig.pay(house.ref(order))
    house.rig.lie(house.ref(order), lie)
    house.tell(order)
    seen = house.shop.see(order)
    said = {"currency": "amount_mismatch", "mode": "mode_mismatch"}[lie]
    assert (seen["status"], seen["attention"]) == ("processing", said)


# --- a company in trouble


def recover(house, order, later) -> None:
    """What a customer and the clock do after a call without an answer."""
    for seconds in (3, 6, 20, 70, 301):
        later(seconds)
        world.sweep_and_run(house.app)
        if house.payments(order) and house.payments(order)[-1].action:
            return
        house.choose(order)


@pytest.mark.parametrize("trouble", ["down", "500 then 200", "429 then 200"])
def test_a_company_in_trouble_costs_nobody_money(a_company, house, later, trouble):
    fake = house.rig.fake
    order = house.order()
    if trouble == "down":
        fake.drop_before_commit("* /", times=2)
    else:
        fake.fail_next("* /", int(trouble[:3]), times=1)
    house.choose(order)
    assert house.status(order) in {"pending", "failed"}
    fake.clear_faults()
    recover(house, order, later)
    house.rig.pay(house.ref(order))
    house.tell(order)
    later(31)
    world.sweep_and_run(house.app)
    assert house.status(order) == "paid"
    assert len(house.rig.charges()) == 1


def lost_answers(house, later, orders: int) -> None:
    """Every first answer is lost after the company has done what it was asked."""
    made = []
    for _ in range(orders):
        house.rig.drop_next_creation()
        order = house.insisted(3)
        for _ in range(3):
            house.choose(order)
        made.append(order)
    house.rig.fake.clear_faults()
    for order in made:
        recover(house, order, later)
        house.rig.pay(house.ref(order))
        house.tell(order)
    later(31)
    world.sweep_and_run(house.app)
    assert {house.status(order) for order in made} == {"paid"}
    assert len(house.rig.charges()) == orders


def test_lost_answers_cost_nobody_twice(a_company, house, later):
    lost_answers(house, later, 20 if house.rig.method == "card" else 4)


@pytest.mark.soak
def test_two_hundred_lost_answers_cost_nobody_twice(a_company, house, later):
    lost_answers(house, later, 200)


@refunds("partial")
def test_a_refund_whose_answer_is_lost_is_not_made_twice(a_company, with_refunds, house, later):
    order = house.paid()
    house.rig.drop_next_refund()
    assert house.shop.refund(order, 5).status_code == 200
    house.rig.fake.clear_faults()
    house.rig.settle_refunds()
    for _ in range(4):
        later(901)
        world.sweep_and_run(house.app)
        house.rig.settle_refunds()
    assert house.rig.refunded() == 500
    with house.shop.inside(), reading() as session:
        assert session.scalar(select(func.count(Refund.id))) == 1
