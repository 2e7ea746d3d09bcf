"""What the customer reads: in their language to the end, and true."""

import re

import pytest
from flask import render_template
from sqlalchemy import select

from app.blueprints.checkout.tokens import token_for
from app.extensions import db, transaction
from app.kit.errors import AppError
from app.models import Order, OrderStatus, Provider
from tests import world
from tests.browser.states import states

PT = "pt-PT"


def lang_of(response) -> str:
    assert response.status_code == 200
    return re.search(r'<html lang="([^"]+)"', response.text)[1]


# --- the language that was chosen


def test_the_chosen_language_goes_to_the_sandbox_and_comes_back(app, client, shop):
    order = shop.order(5)
    with app.test_request_context():
        csrf = token_for(order["token"])
    paid = client.post(
        f"/checkout/o/{order['token']}/pay",
        data={"csrf_token": csrf, "method": "test", "lang": PT},
    )
    assert paid.location.endswith(f"?lang={PT}")
    bank = client.get(paid.location)
    assert lang_of(bank) == PT

    fields = dict(re.findall(r'name="(\w+)" value="([^"]+)"', bank.text))
    button = re.search(r'action="([^"]+/decline[^"]*)"', bank.text)[1]
    pressed = client.post(button, data=fields)
    assert pressed.location.endswith(f"/return?lang={PT}")
    back = client.get(pressed.location)
    assert back.location.endswith(f"/checkout/o/{order['token']}?lang={PT}")
    assert lang_of(client.get(back.location)) == PT


def test_the_way_back_to_a_payment_keeps_the_language(client, shop):
    order = shop.order(5)
    shop.choose(order, "test")
    shown = client.get(f"/checkout/o/{order['token']}?lang={PT}").text
    assert re.search(rf'href="[^"]+/sandbox/pay/[^"?]+\?lang={PT}"', shown)
    bank = shop.see(order)["payments"][-1]["gatewayPaymentId"]
    shop.press(order, "pay")
    shown = client.get(f"/sandbox/pay/{bank}?lang={PT}").text
    assert re.search(rf'href="[^"]+/return\?lang={PT}"', shown)


def test_a_language_that_nobody_chose_is_not_put_into_addresses(client, shop):
    order = shop.order(5)
    assert "lang=" not in shop.choose(order, "test").location
    assert "lang=" not in shop.press(order, "pay").location


def test_another_companys_address_is_left_as_it_is(app):
    from app.blueprints.checkout import language

    with app.test_request_context("/?lang=pt-PT"):
        assert language.kept("https://pay.example.com/p/1") == "https://pay.example.com/p/1"
        assert language.kept("http://127.0.0.1:59990/p") == "http://127.0.0.1:59990/p"
        assert language.kept("http://127.0.0.1:5999/p?a=1") == (
            "http://127.0.0.1:5999/p?a=1&lang=pt-PT"
        )
    with app.test_request_context("/", method="POST", data={"lang": "x" * 500}):
        assert language.chosen() == {"lang": "x" * 10}


# --- money that came too late

LATE = {"en": "Your payment arrived too late", PT: "O seu pagamento chegou demasiado tarde"}
NOTHING = {"en": "Nothing was charged", PT: "Nada foi cobrado"}


def show(client, order, lang):
    return client.get(f"/checkout/o/{order['token']}?lang={lang}").text


@pytest.mark.parametrize("policy", ["refund", "hold"])
def test_late_money_is_not_called_nothing(app, client, shop, policy):
    with shop.inside(), transaction():
        db.session.get_one(Provider, shop.provider_id).late_policy = policy
    order = shop.order(20, metadata={"scenario": "late"})
    shop.pay(order)
    world.run_tasks(app)
    assert shop.see(order)["status"] == "expired"
    for lang, title in LATE.items():
        page = show(client, order, lang)
        assert page.count(title) >= 2  # the heading and the window's title
        assert NOTHING[lang] not in page
        assert 'data-state="expired"' in page


def test_money_for_a_cancelled_order_is_not_called_nothing(client, shop):
    order = shop.order(20)
    shop.cancel(order)
    assert NOTHING["en"] in show(client, order, "en")
    with shop.inside(), transaction():
        row = db.session.scalars(select(Order)).one()
        row.settled_by = "pay_x"
        assert row.status == OrderStatus.cancelled
    page = show(client, order, "en")
    assert LATE["en"] in page
    assert NOTHING["en"] not in page


def test_an_order_that_expired_unpaid_says_that_nothing_was_charged(app, client, shop, later):
    order = shop.order(20, expiresIn=300)
    later(301)
    world.sweep_and_run(app)
    for lang, said in NOTHING.items():
        assert said in show(client, order, lang)
        assert LATE[lang] not in show(client, order, lang)


# --- refusals

SAID = ("invalid_method", "payment_under_way", "payment_moved_on", "invalid_state",
        "gateway_unavailable", "gateway_misconfigured", "gateway_not_configured",
        "missing_phone", "missing_email", "invalid_phone", "invalid_email")  # fmt: skip


def notice(app, error, lang) -> str:
    context = {**dict(states())["choose"], "error": error}
    with app.test_request_context(f"/?lang={lang}"):
        page = render_template("checkout/page.html", **context)
    found = re.search(r'id="error">.*?<p>(.*?)</p>', page, re.DOTALL)[1]
    return re.sub("<[^>]+>", "", found)


@pytest.mark.parametrize("code", [*SAID, "brand_new"])
def test_a_refusal_is_said_in_the_customers_language(app, code):
    error = AppError("Words for developers", code, status=409)
    english, portuguese = notice(app, error, "en"), notice(app, error, PT)
    assert english
    assert portuguese
    assert portuguese != english
    assert "developers" not in english + portuguese


def test_each_refusal_has_a_sentence_of_its_own(app):
    fallback = notice(app, AppError("…", "brand_new"), "en")
    assert all(notice(app, AppError("…", code), "en") != fallback for code in SAID)
