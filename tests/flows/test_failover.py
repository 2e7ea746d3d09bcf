"""When a gateway does not do, the next one the provider allows takes over: never the sandbox, never
another mode, and never while something may still be paid at the first."""

import pytest
from sqlalchemy import select

from app.adapters.gateways import base
from app.extensions import db, reading, transaction
from app.kit.errors import Conflict
from app.models import Payment, PaymentStatus, Provider
from app.services import failover
from tests import world
from tests.fakes.stripe import StripeFake

DOWN = base.Unavailable("no answer")


@pytest.fixture
def stripe():
    with StripeFake() as fake:
        fake.account(world.STRIPE_KEY)
        yield fake


@pytest.fixture
def birds(toy, stripe, make_app):
    """A shop that pays by bird, and by Stripe where that does not do."""
    shop = world.open_shop(
        make_app(TOY_KEY="coo", STRIPE_API_BASE=stripe.url), gateway="toy", org="Acme"
    )
    world.connect_stripe(shop, methods="card")
    allow(shop, "stripe")
    return shop


@pytest.fixture
def cards(birds):
    """The same the other way round."""
    with birds.inside(), transaction():
        db.session.get_one(Provider, birds.provider_id).payment_gateway = "stripe"
    allow(birds, "toy")
    return birds


def allow(shop, *names: str) -> None:
    with shop.inside(), transaction():
        db.session.get_one(Provider, shop.provider_id).fallback_gateways = list(names)


def page(shop, order) -> str:
    return shop.app.test_client().get(f"/checkout/o/{order['token']}").text


def payments_of(shop) -> list[Payment]:
    with shop.inside(), reading() as session:
        return session.scalars(select(Payment).order_by(Payment.id)).all()


def stuck(shop, toy, method="pigeon", **answers) -> dict:
    """An order whose first gateway gave no answer when the customer pressed Pay."""
    order = shop.order("7.00", currency="EUR")
    toy.creating = DOWN
    shop.choose(order, method, **answers)
    return order


# --- at checkout


def test_another_gateway_is_offered_once_something_went_wrong_and_not_before(birds, toy):
    order = birds.order("7.00", currency="EUR")
    assert "stripe:card" not in page(birds, order)
    toy.creating = DOWN
    birds.choose(order, "pigeon")
    shown = page(birds, order)
    assert 'value="stripe:card"' in shown
    assert "by Stripe" in shown
    assert (
        'value="pigeon"' in shown
    )  # nobody was shown a way to pay there, so it may be tried again


def test_what_may_be_on_the_phone_is_waited_for_while_another_company_is_offered(birds, toy):
    shown = page(birds, stuck(birds, toy, "dove", phone="912345678"))
    assert 'data-view="unclear"' in shown
    assert 'value="stripe:card"' in shown
    assert 'value="dove"' not in shown


def test_the_order_is_paid_through_the_other_and_says_so(birds, toy, stripe):
    order = stuck(birds, toy)
    assert birds.choose(order, "stripe:card").status_code == 303
    stripe.pay_session(stripe.sessions()[-1]["id"])
    birds.come_back(order)
    seen = birds.see(order)
    assert (seen["status"], seen["gateway"]) == ("paid", "stripe")
    assert "after toy" in seen["gatewayReason"]
    assert [one["gateway"] for one in seen["payments"]] == ["toy", "stripe"]
    toy.creating = None
    world.sweep_and_run(birds.app)
    assert payments_of(birds)[0].status == PaymentStatus.superseded
    assert len(stripe.charges()) == 1


def test_a_declined_customer_may_choose_the_other_company(birds, toy, stripe):
    order = birds.order("7.00", currency="EUR")
    toy.creating = base.Declined("no seed left")
    birds.choose(order, "pigeon")
    assert birds.see(order)["status"] == "failed"
    birds.customer("retry", order)
    shown = birds.app.test_client().get(f"/checkout/o/{order['token']}?choose=1").text
    assert 'value="pigeon"' in shown
    assert 'value="stripe:card"' in shown
    assert birds.choose(order, "stripe:card").status_code == 303


def test_what_the_customer_was_shown_is_dead_before_another_company_is_asked(birds, toy, stripe):
    order = birds.order("7.00", currency="EUR")
    birds.choose(order, "pigeon")
    toy.status[toy.ref] = "failed"
    birds.come_back(order)
    birds.choose(order, "pigeon")  # again, and this one is open
    assert birds.choose(order, "stripe:card").status_code == 303
    assert [one.status for one in payments_of(birds)] == ["failed", "cancelled", "pending"]


def test_what_was_paid_meanwhile_is_paid_and_nobody_else_is_asked(birds, toy, stripe):
    order = birds.order("7.00", currency="EUR")
    birds.choose(order, "pigeon")
    toy.status[toy.ref] = "failed"
    birds.come_back(order)
    birds.choose(order, "pigeon")
    toy.paid[toy.ref] = 700
    assert birds.choose(order, "stripe:card").status_code == 409
    assert birds.see(order)["status"] == "paid"
    assert stripe.sessions() == []


def test_a_push_without_an_answer_may_be_on_the_phone_so_nobody_else_is_asked(birds, toy, stripe):
    order = stuck(birds, toy, "dove", phone="912345678")
    assert birds.choose(order, "stripe:card").status_code == 409
    assert stripe.sessions() == []
    assert birds.see(order)["gateway"] == "toy"


@pytest.mark.parametrize(
    ("why", "names", "keys"),
    [
        ("the sandbox is play", ("sandbox",), {}),
        ("it has no keys", ("square",), {}),
        ("it is nobody's", ("venmo",), {}),
        ("its keys are live", ("stripe",), {"key": "sk_live_51GatehouseTestsOnly0001"}),
        ("it has no method for it", ("stripe",), {"methods": "cashapp"}),
    ],
)
def test_a_gateway_that_does_not_fit_is_not_offered(birds, toy, why, names, keys):
    if keys:
        world.connect_stripe(birds, **keys)
    allow(birds, *names)
    order = stuck(birds, toy)
    for name in names:
        assert f"{name}:" not in page(birds, order)
        assert birds.choose(order, f"{name}:card").status_code in {303, 422}
    assert birds.see(order)["gateway"] == "toy"


def test_an_order_of_the_sandbox_stays_there(birds, toy, stripe):
    order = birds.order(20, gateway="sandbox")
    birds.choose(order, "test")
    birds.press(order, "decline")
    world.run_tasks(birds.app)
    birds.customer("retry", order)
    assert birds.see(order)["status"] == "failed"
    assert "stripe:card" not in page(birds, order)
    assert birds.choose(order, "stripe:card").status_code in {303, 422}
    assert stripe.sessions() == []


def test_of_two_windows_one_decides(birds, toy, stripe):
    order = stuck(birds, toy)
    with birds.inside():
        live = payments_of(birds)[-1]
        offer = failover.offers(one_order(birds))[0]
    assert birds.choose(order, "stripe:card").status_code == 303
    with birds.inside(), pytest.raises(Conflict):
        failover.switch(order["orderId"], offer, "a second window", live)


def one_order(shop):
    from app.models import Order

    with shop.inside(), reading() as session:
        return session.scalars(select(Order)).one()


# --- at the API


def test_the_api_goes_on_with_the_next_and_the_first_is_cancelled(cards, toy, stripe):
    stripe.drop_after_commit("POST /v1/payment_intents$", times=2)
    made = cards.create("7.00", currency="EUR", idempotency_key="k1")
    assert made.status_code == 200
    assert made.json["gateway"] == "toy"
    again = cards.create("7.00", currency="EUR", idempotency_key="k1")
    assert again.data == made.data
    world.run_tasks(cards.app)
    assert [one["status"] for one in stripe.payment_intents()] == ["canceled"]
    order = {**made.json, "token": made.json["checkoutUrl"].rsplit("/", 1)[1]}
    assert cards.choose(order, "pigeon").status_code == 303


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_whatever_is_wrong_there_the_customer_can_pay(cards, stripe, status):
    stripe.fail_next("POST /v1/payment_intents$", status, times=4)
    made = cards.create("7.00", currency="EUR")
    assert (made.status_code, made.json["gateway"]) == (200, "toy")


def test_a_refusal_is_an_answer_and_nobody_else_is_asked(cards, stripe):
    stripe.fail_next("POST /v1/payment_intents$", 402, times=2)
    made = cards.create("7.00", currency="EUR")
    assert (made.status_code, made.json["code"]) == (402, "declined")


def test_where_nobody_can_take_over_the_answer_is_502_and_the_key_goes_on(cards, toy, stripe):
    allow(cards, "sandbox")
    stripe.drop_before_commit("POST /v1/payment_intents$", times=2)
    made = cards.create("7.00", currency="EUR", idempotency_key="k2")
    assert made.status_code == 502
    again = cards.create("7.00", currency="EUR", idempotency_key="k2")
    assert (again.status_code, again.json["orderId"]) == (200, made.json["orderId"])
    assert len(stripe.payment_intents()) == 1
