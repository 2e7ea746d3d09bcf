"""Payments through Easypay, against a fake that refuses what Easypay's description does."""

import pytest

from app.services import event_endpoints, integrations
from tests import world
from tests.adapters.gateways.rigs.easypay import ACCOUNT, NOBODY
from tests.flows.easypay_shop import easypay_shop, open_easypay_shop

__all__ = ["easypay_shop"]


def test_a_reference_is_shown_and_paid_days_later(easypay_shop, told):
    order, single = easypay_shop.start("multibanco")
    page = easypay_shop.page(order)
    spaced = " ".join(single.reference[i : i + 3] for i in (0, 3, 6))
    assert single.entity in page and spaced in page and "€20.00" in page
    assert easypay_shop.see(order)["status"] == "pending"

    easypay_shop.easypay.pay(single.id)
    easypay_shop.deliver()
    seen = easypay_shop.see(order)
    assert (seen["status"], seen["attention"]) == ("paid", None)
    assert seen["payments"][-1]["gatewayPaymentId"] == single.capture_id
    assert told() == ["payment_succeeded"]


def test_what_is_sent_names_us_twice_and_ends_with_the_order(easypay_shop):
    order, single = easypay_shop.start("multibanco", locale="pt-PT")
    (request,) = easypay_shop.easypay.calls("POST", "/2.0/single$")
    payment = request.params["key"]
    assert payment.startswith("pay_")
    assert request.params["capture"]["transaction_key"] == payment
    assert request.headers["Idempotency-Key"] == payment
    assert request.params["customer"]["language"] == "PT"
    assert single.expires_at.isoformat()[:19] == order["expiresAt"][:19]


def test_mb_way_asks_on_the_phone_and_the_page_says_where(easypay_shop, told):
    order, single = easypay_shop.start("mbway")
    assert single.sent["customer"] == {"phone_indicative": "+351", "phone": "912345678"}
    page = easypay_shop.page(order)
    assert "ends in 678" in page and "912345678" not in page
    assert easypay_shop.see(order)["status"] == "pending"

    easypay_shop.easypay.pay(single.id)
    easypay_shop.deliver()
    assert easypay_shop.see(order)["status"] == "paid"
    assert told() == ["payment_succeeded"]


def test_a_customer_who_declines_in_the_app_may_try_again(easypay_shop, told):
    order, single = easypay_shop.start("mbway")
    easypay_shop.easypay.decline(single.id)
    easypay_shop.deliver()
    assert easypay_shop.see(order)["status"] == "failed"

    easypay_shop.choose(order, "mbway", phone="912345678")
    easypay_shop.easypay.pay(easypay_shop.easypay.singles()[-1].id)
    easypay_shop.deliver()
    assert easypay_shop.see(order)["status"] == "paid"
    assert told() == ["payment_failed", "payment_succeeded"]


def test_a_request_that_ran_out_is_sent_again_without_typing_and_only_one_can_be_paid(
    easypay_shop, later
):
    order, first = easypay_shop.start("mbway")
    later(241)
    page = easypay_shop.page(order)
    assert "has run out" in page and "Send it again to …678" in page

    assert easypay_shop.choose(order, "mbway").status_code == 303
    assert "has run out" not in easypay_shop.page(order)
    second = easypay_shop.easypay.singles()[-1]
    assert second.id != first.id
    assert (first.status, second.status) == ("deleted", "pending")
    assert second.sent["customer"] == first.sent["customer"]


def test_a_wrong_number_is_put_right_and_the_same_one_changes_nothing(easypay_shop):
    order, first = easypay_shop.start("mbway")
    easypay_shop.choose(order, "mbway", phone="+351 912 345 678")
    easypay_shop.choose(order, "mbway")
    assert easypay_shop.easypay.singles() == [first]

    easypay_shop.choose(order, "mbway", phone="961234567")
    second = easypay_shop.easypay.singles()[-1]
    assert (first.status, second.sent["customer"]["phone"]) == ("deleted", "961234567")


def test_a_card_is_paid_on_their_page_and_the_customer_finds_back(easypay_shop, told):
    order = easypay_shop.bill()
    response = easypay_shop.choose(order, "card")
    single = easypay_shop.easypay.singles()[-1]
    assert response.location.endswith(f"/card-details/{single.id}")

    easypay_shop.easypay.pay(single.id)
    back = easypay_shop.easypay.accounts[ACCOUNT].config["visa_fwd"]
    sent = {"s": "ok", "t_key": single.sent["capture"]["transaction_key"]}
    client = easypay_shop.app.test_client()
    home = client.get(back.removeprefix("http://127.0.0.1:5999"), query_string=sent)
    assert (home.status_code, home.location) == (303, f"/checkout/o/{order['token']}/return")
    assert client.get(home.location).status_code == 303
    assert easypay_shop.see(order)["status"] == "paid"
    world.run_tasks(easypay_shop.app)
    assert told() == ["payment_succeeded"]


def test_coming_back_proves_nothing_and_leads_to_no_other_order(easypay_shop):
    order, single = easypay_shop.start("card")
    path = easypay_shop.hook.removeprefix("http://127.0.0.1:5999")
    key = single.sent["capture"]["transaction_key"]
    client = easypay_shop.app.test_client()
    assert client.get(client.get(f"{path}?t_key={key}").location).status_code == 303
    assert easypay_shop.see(order)["status"] == "pending"
    for wrong in ("", "?t_key=", "?t_key=pay_nothing", f"?t_key={single.id}", f"?x={key}"):
        assert client.get(path + wrong).status_code == 404
    other = open_easypay_shop(easypay_shop.app, easypay_shop.easypay, org="Mallory")
    strange = other.hook.removeprefix("http://127.0.0.1:5999")
    assert client.get(f"{strange}?t_key={key}").status_code == 404


@pytest.mark.parametrize("paid", [1999, 2001, 20, 200_000])
def test_another_amount_at_a_cash_machine_is_flagged_and_nobody_is_told_paid(
    easypay_shop, told, paid
):
    order, single = easypay_shop.start("multibanco")
    easypay_shop.easypay.pay(single.id, paid)
    easypay_shop.deliver()
    seen = easypay_shop.see(order)
    assert (seen["status"], seen["attention"]) == ("processing", "amount_mismatch")
    assert told() == []


def test_an_order_that_expires_takes_its_reference_away(easypay_shop, later):
    order, single = easypay_shop.start("multibanco")
    later(25 * 3600)
    world.sweep_and_run(easypay_shop.app)
    assert (easypay_shop.see(order)["status"], single.status) == ("expired", "deleted")


def test_what_was_paid_unheard_wins_over_the_expiry(easypay_shop, later):
    order, single = easypay_shop.start("multibanco")
    easypay_shop.easypay.pay(single.id)
    easypay_shop.easypay.outbox.clear()
    later(25 * 3600)
    world.sweep_and_run(easypay_shop.app)
    assert easypay_shop.see(order)["status"] == "paid"
    assert single.status == "paid"


def test_a_creation_that_was_never_answered_is_found_and_shown(easypay_shop, later):
    order = easypay_shop.bill()
    easypay_shop.easypay.drop_after_commit("POST /2.0/single$", times=2)
    easypay_shop.choose(order, "multibanco")
    assert easypay_shop.see(order)["attention"] == "payment_unknown"
    later(3)
    world.sweep_and_run(easypay_shop.app)
    assert easypay_shop.see(order)["attention"] is None
    (single,) = easypay_shop.easypay.singles()
    assert single.entity in easypay_shop.page(order)


def test_a_creation_that_failed_there_for_good_sets_the_customer_free(easypay_shop, later):
    order = easypay_shop.bill()
    easypay_shop.easypay.fail_next("POST /2.0/single$", 500)
    easypay_shop.choose(order, "multibanco")
    for seconds in (3, 6, 16, 61):
        assert easypay_shop.see(order)["attention"] == "payment_unknown"
        later(seconds)
        world.sweep_and_run(easypay_shop.app)
    assert easypay_shop.see(order)["status"] == "failed"
    easypay_shop.choose(order, "multibanco")
    easypay_shop.easypay.pay(easypay_shop.easypay.singles()[-1].id)
    easypay_shop.deliver()
    assert easypay_shop.see(order)["status"] == "paid"
    assert len(easypay_shop.easypay.singles()) == 1


def test_the_one_place_for_an_address_is_looked_at_and_taken_only_when_asked(easypay_shop):
    account = easypay_shop.easypay.accounts[ACCOUNT]
    account.config["generic"] = "https://old-shop.example/easypay"
    with easypay_shop.inside():
        found = event_endpoints.check("easypay", easypay_shop.scope)
        tested = integrations.verify("easypay")
    assert (found.state, found.missing) == ("elsewhere", ("https://old-shop.example/easypay",))
    assert tested.is_ok and tested.account == ACCOUNT
    assert any("https://old-shop.example/easypay" in one for one in tested.remarks)
    assert account.config["generic"] == "https://old-shop.example/easypay"

    assert easypay_shop.mend() == "fine"
    assert (account.config["generic"], account.config["visa_fwd"]) == (easypay_shop.hook,) * 2
    account.config["visa_fwd"] = "https://old-shop.example/thanks"
    with easypay_shop.inside():
        assert event_endpoints.check("easypay", easypay_shop.scope).missing == ("visa_fwd",)
    assert easypay_shop.mend() == "fine"
    assert account.config["visa_fwd"] == easypay_shop.hook


def test_wrong_keys_are_named_as_such(easypay_shop):
    easypay_shop.easypay.account(ACCOUNT, NOBODY)
    with easypay_shop.inside():
        tested = integrations.verify("easypay")
    assert (tested.is_ok, tested.problem) == (False, "misconfigured")
    assert "Authentication failed" in tested.said


def test_a_customer_is_told_that_nobody_answered_and_that_nothing_was_charged(easypay_shop):
    order = easypay_shop.order(20, currency="EUR")
    easypay_shop.easypay.drop_before_commit("POST /2.0/single$", times=2)
    easypay_shop.choose(order, "multibanco")
    said = "The payment company did not answer. Nothing was charged"
    page = easypay_shop.app.test_client().get(f"/checkout/o/{order['token']}").text
    assert said in page and 'value="multibanco"' in page
    easypay_shop.choose(order, "multibanco")
    page = easypay_shop.app.test_client().get(f"/checkout/o/{order['token']}").text
    assert said not in page
