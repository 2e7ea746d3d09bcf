"""An idempotency key whose request got no answer, died, or was refused by the gateway."""

import pytest

from app.adapters.gateways.stripe import StripeGateway
from app.extensions import db, transaction
from app.kit import clock
from app.models import Provider
from app.services.credentials import Scope
from tests import world
from tests.blueprints.api.conftest import IN_USE, MISMATCH, hold, is_refused, is_replay_of, rows


def test_a_key_is_in_use_while_its_request_is_under_way(app, shop):
    shop.create(5, "k")
    hold(shop, status_code=None, body=None, held_until=clock.after(60))
    before = rows(app)
    is_refused(shop.create(5, "k"), *IN_USE)
    is_refused(shop.create(6, "k"), *MISMATCH)
    assert rows(app) == before


def test_a_holder_that_died_is_taken_over_after_a_minute(app, shop, later):
    first = shop.create(5, "k")
    before = rows(app)
    hold(shop, status_code=None, body=None, held_until=clock.after(60))
    later(58)
    is_refused(shop.create(5, "k"), *IN_USE)
    later(3)
    is_refused(shop.create(6, "k"), *MISMATCH)
    again = shop.create(5, "k")
    assert again.json == first.json
    assert "Idempotent-Replayed" not in again.headers
    is_replay_of(again, shop.create(5, "k"))
    assert rows(app) == before


def test_a_holder_that_died_at_the_gateway_has_not_paid_twice(
    stripe_shop, stripe_fake, later, monkeypatch
):
    real = StripeGateway.create_payment

    def die(self, request):
        real(self, request)
        raise KeyboardInterrupt  # as a killed process: nothing is caught, nothing is written

    with monkeypatch.context() as patched:
        patched.setattr(StripeGateway, "create_payment", die)
        with pytest.raises(KeyboardInterrupt):
            stripe_shop.create(5, "k")
    is_refused(stripe_shop.create(5, "k"), *IN_USE)
    later(61)
    answer = stripe_shop.create(5, "k")
    assert answer.status_code == 200
    assert len(stripe_fake.payment_intents()) == 1
    (payment,) = stripe_shop.see(answer.json)["payments"]
    assert payment["gatewayPaymentId"] == stripe_fake.payment_intents()[0]["id"]


@pytest.mark.parametrize("fault", ["drop_after_commit", "drop_before_commit"])
def test_after_no_answer_the_same_request_goes_on_with_its_order(stripe_shop, stripe_fake, fault):
    getattr(stripe_fake, fault)("POST /v1/payment_intents", times=2)
    lost = stripe_shop.create(5, "k", externalId="A")
    assert (lost.status_code, lost.json["code"]) == (502, "gateway_unavailable")

    found = stripe_shop.create(5, "k", externalId="A")

    assert found.status_code == 200
    assert found.json["orderId"] == lost.json["orderId"]
    assert found.json["checkoutUrl"].startswith("http")
    assert len(stripe_fake.payment_intents()) == 1
    seen = stripe_shop.see(found.json)
    assert (seen["attention"], seen["payments"][0]["status"]) == (None, "pending")
    is_replay_of(found, stripe_shop.create(5, "k", externalId="A"))


def test_no_answer_is_not_the_final_answer_however_often_it_comes(stripe_shop, stripe_fake):
    stripe_fake.fail_next("POST /v1/payment_intents", 503, times=6)
    lost = [stripe_shop.create(5, "k") for _ in range(3)]
    assert {one.status_code for one in lost} == {502}
    assert len({one.json["orderId"] for one in lost}) == 1
    is_refused(stripe_shop.create(6, "k"), *MISMATCH)
    assert stripe_shop.create(5, "k").json["orderId"] == lost[0].json["orderId"]


def test_an_order_that_was_charged_without_an_answer_is_found_paid(shop):
    wish = {"metadata": {"scenario": "timeout_but_charged"}}
    lost = shop.create(5, "k", **wish)
    assert lost.status_code == 502
    found = shop.create(5, "k", **wish)
    assert (found.status_code, found.json["orderId"]) == (200, lost.json["orderId"])
    world.run_tasks(shop.app)
    seen = shop.see(found.json, sync=True)
    assert (seen["status"], len(seen["payments"])) == ("paid", 1)


def test_after_no_answer_money_goes_to_the_account_it_was_first_asked_for(stripe_shop, stripe_fake):
    stripe_fake.account("sk_test_own", id="acct_1Own")
    stripe_fake.drop_before_commit("POST /v1/payment_intents", times=2)
    lost = stripe_shop.create(5, "k")
    assert lost.status_code == 502
    own = Scope("provider", stripe_shop.provider_id)
    world.connect_stripe(stripe_shop, key="sk_test_own", scope=own)
    with stripe_shop.inside(), transaction():
        db.session.get(Provider, stripe_shop.provider_id).use_own_credentials = True

    found = stripe_shop.create(5, "k")

    assert (found.status_code, found.json["orderId"]) == (200, lost.json["orderId"])
    assert len(stripe_fake.payment_intents("acct_1Test")) == 1
    assert not stripe_fake.payment_intents("acct_1Own")


def test_an_order_that_was_cancelled_meanwhile_is_not_asked_for_again(stripe_shop, stripe_fake):
    stripe_fake.drop_before_commit("POST /v1/payment_intents", times=2)
    lost = stripe_shop.create(5, "k")
    assert lost.status_code == 502
    stripe_fake.fail_next("POST /v1/payment_intents", 402, stored=False, code="card_declined")
    assert stripe_shop.cancel(lost.json).json["status"] == "cancelled"
    again = stripe_shop.create(5, "k")
    assert (again.status_code, again.json["status"]) == (200, "cancelled")
    assert again.json["orderId"] == lost.json["orderId"]
    assert not stripe_fake.payment_intents()


def test_a_method_that_is_refused_after_no_answer_leaves_nothing_to_look_at(make_app, stripe_fake):
    stripe_fake.account(world.STRIPE_KEY, capabilities=["card"])
    shop = world.open_shop(make_app(STRIPE_API_BASE=stripe_fake.url), gateway="stripe")
    world.connect_stripe(shop, methods="cashapp")
    stripe_fake.drop_before_commit("POST /v1/payment_intents", times=2)
    lost = shop.create(5, "k")
    assert shop.see(lost.json)["attention"] == "payment_unknown"
    assert shop.create(5, "k").json["code"] == "method_unavailable"
    seen = shop.see(lost.json)
    assert (seen["status"], seen["attention"]) == ("cancelled", None)


def test_a_declined_payment_is_final(stripe_shop, stripe_fake):
    stripe_fake.fail_next(
        "POST /v1/payment_intents", 402, code="card_declined", message="Your card was declined."
    )
    first = stripe_shop.create(5, "k")
    assert first.status_code == 402
    is_replay_of(first, stripe_shop.create(5, "k"))
    assert stripe_shop.create(5, "other").status_code == 200


def test_a_refused_method_can_be_tried_again_from_the_start(make_app, stripe_fake):
    stripe_fake.account(world.STRIPE_KEY, capabilities=["card"])
    shop = world.open_shop(make_app(STRIPE_API_BASE=stripe_fake.url), gateway="stripe")
    world.connect_stripe(shop, methods="cashapp")
    assert shop.create(5, "k").json["code"] == "method_unavailable"
    stripe_fake.account(world.STRIPE_KEY, capabilities=["card", "cashapp"])
    answer = shop.create(5, "k")
    assert answer.status_code == 200
    is_replay_of(answer, shop.create(5, "k"))
    assert len(stripe_fake.payment_intents()) == 1


def test_a_replay_does_not_need_the_gateway_or_its_credentials(stripe_shop, stripe_fake):
    first = stripe_shop.create(5, "k")
    stripe_fake.revoke(world.STRIPE_KEY)
    is_replay_of(first, stripe_shop.create(5, "k"))
