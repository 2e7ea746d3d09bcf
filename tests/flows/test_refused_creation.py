"""A gateway that says no for good: the order ends or goes on, and is never stuck in between."""

import dataclasses

import pytest
from sqlalchemy.exc import IntegrityError

from app.adapters.gateways import base
from app.adapters.gateways.sandbox import SandboxGateway
from app.extensions import reading
from app.kit import clock
from app.models import Payment
from app.services import payments
from tests import world


def test_a_plain_refusal_is_a_decline_and_not_unknown(stripe_shop):
    stripe_shop.stripe.fail_next("POST /v1/payment_intents$", status=400, code="email_invalid")
    response = stripe_shop.create(20)
    assert (response.status_code, response.json["code"]) == (402, "declined")
    seen = stripe_shop.see(response.json)
    assert (seen["status"], seen["attention"]) == ("failed", None)
    assert seen["payments"][0]["status"] == "failed"


def test_an_order_refused_at_the_api_can_still_be_paid_in_another_way(stripe_shop):
    stripe_shop.stripe.fail_next("POST /v1/payment_intents$", status=400, code="email_invalid")
    refused = stripe_shop.create(20).json
    assert stripe_shop.cancel(refused).status_code == 200
    assert stripe_shop.see(refused)["status"] == "cancelled"


def test_the_same_methods_are_asked_for_again_whatever_was_changed_since(stripe_shop, later):
    """Another list under the same key would be refused for ever."""
    stripe_shop.stripe.drop_after_commit("POST /v1/payment_intents$", times=2)
    lost = stripe_shop.create(20).json
    world.connect_stripe(stripe_shop, methods="card")
    later(3)
    world.sweep_and_run(stripe_shop.app)
    seen = stripe_shop.see(lost)
    assert (seen["status"], seen["attention"]) == ("pending", None)
    assert len(stripe_shop.stripe.payment_intents()) == 1


def test_a_second_silence_is_asked_about_as_soon_as_the_first(app, shop, later):
    order = shop.order(20)
    payment_id = shop.see(order)["payments"][0]["paymentId"]
    for _ in range(2):
        later(7200)
        with shop.inside():
            payments.record_error(payment_id, base.Unavailable("no answer"))
            with reading() as session:
                due = session.get(Payment, payment_id).next_check_at
        assert (due - clock.now()).total_seconds() < 3
        later(3)
        world.sweep_and_run(app)
        assert shop.see(order)["attention"] is None


def test_what_was_under_way_and_then_cancelled_has_failed_the_customer(app, shop):
    from app.services import orders

    order = shop.order(20)
    payment_id = shop.see(order)["payments"][0]["paymentId"]
    with shop.inside():
        orders.settle(payment_id, base.Snapshot("processing"))
        orders.settle(payment_id, base.Snapshot("cancelled"))
    assert shop.see(order)["status"] == "failed"
    shop.pay(order)
    assert shop.see(order)["status"] == "paid"


def test_a_superseded_payment_is_asked_about_until_it_is_decided(app, shop, monkeypatch):
    from app.extensions import transaction
    from app.services import orders, payments, tasks
    from app.services.orders import money_in

    order = shop.order(20)
    first = shop.see(order)["payments"][0]["paymentId"]

    def busy(_self, _ref):
        raise base.Impossible("the payment is processing")

    says = base.Snapshot("processing")
    monkeypatch.setattr(SandboxGateway, "cancel_payment", busy)
    monkeypatch.setattr(SandboxGateway, "retrieve_payment", lambda *_: says)
    with shop.inside():
        with transaction():
            money_in.supersede(orders.lock(first)[0])
        assert isinstance(payments.cancel(first), tasks.Again)
        says = base.Snapshot("succeeded", paid_minor=2000, currency="USD", test_mode=True)
        assert payments.cancel(first) is None
    assert shop.see(order)["status"] == "paid"


def test_what_another_payment_has_already_is_never_shown(on_both):
    """Money that came by it could not be told apart."""
    shop = world.open_shop(on_both)
    first = shop.order(20)
    taken = shop.see(first)["payments"][0]["gatewayPaymentId"]
    make = SandboxGateway.create_payment

    def same_again(self, request):
        return dataclasses.replace(make(self, request), gateway_ref=taken)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SandboxGateway, "create_payment", same_again)
        response = shop.create(20, "a-key")
        again = shop.create(20, "a-key")
    assert (response.status_code, response.json["code"]) == (402, "declined")
    assert again.data == response.data
    assert shop.see(response.json)["status"] == "failed"
    assert shop.see(first)["status"] == "pending"


def test_what_is_found_later_and_is_another_payments_is_not_asked_about(app, later):
    """It would say that this one was paid when the other was."""
    shop = world.open_shop(app)
    first = shop.order(20)
    taken = shop.see(first)["payments"][0]["gatewayPaymentId"]
    with pytest.MonkeyPatch.context() as patch:
        lost = base.Unavailable("no answer")
        patch.setattr(SandboxGateway, "create_payment", lambda *_: raise_(lost))
        second = shop.create(20).json
        found = base.Created(taken)
        patch.setattr(SandboxGateway, "find_payment", lambda *_: found)
        shop.pay(first)
        later(3)
        world.sweep_and_run(app)
    assert [shop.see(one)["status"] for one in (first, second)] == ["paid", "failed"]


def raise_(error):
    raise error


@pytest.mark.parametrize(
    ("said", "raised"),
    [
        ('duplicate key value violates unique constraint "uq_payments_gateway_ref"', base.Declined),
        ("UNIQUE constraint failed: payments.gateway, payments.gateway_ref", base.Declined),
        ('violates foreign key constraint "fk_payments_order"', IntegrityError),
    ],
)
def test_only_an_id_that_another_payment_has_is_called_so(shop, said, raised):
    payment_id = shop.see(shop.order(20))["payments"][0]["paymentId"]

    def break_a_rule():
        raise IntegrityError("INSERT", {}, Exception(said))

    with shop.inside(), pytest.raises(raised):
        payments.record(payment_id, base.Created("ref_of_theirs", "pending"), break_a_rule)
