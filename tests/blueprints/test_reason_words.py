"""Why something failed, in the reader's language: as far as the words are ours."""

import ast

import pytest
from flask_babel import force_locale

from app.blueprints.reason_words import PATTERNS, REASONS, reason_of
from app.registry import reasons
from tests import world
from tests.bans import ROOT
from tests.merchant import person


def written() -> set[str]:
    """Every text in the rooms where reasons are made."""
    return {
        node.value
        for room in ("adapters", "services", "kit")
        for path in (ROOT / "app" / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_reason_that_is_translated_is_one_that_the_code_gives():
    assert {*REASONS, *reasons()} - written() == set()
    assert set(REASONS) & set(reasons()) == set()


SAMPLES = {
    "the payment is succeeded": "Já estava pago",
    "the payment is expired": "Já tinha terminado",
    "the payment is processing": "Está a ser pago",
    "Easypay asks us to wait": "Easypay pede-nos que aguardemos",
    "Stripe could not be reached from this server": "Não foi possível contactar Stripe",
    "PayPal did not answer in time": "PayPal não respondeu a tempo",
    "the server answered 503": "O servidor respondeu 503",
    "The image has more than 4096 pixels on a side: make it smaller first": (
        "A imagem tem mais de 4096 píxeis num dos lados: reduza-a primeiro"
    ),
    "Square answered 503": "Square respondeu 503",
    "amount_mismatch: put aside by a person": "Posto de lado por uma pessoa",
    "no answer for a day, and the gateway shows nothing of it": (
        "Sem resposta durante um dia, e a empresa não mostra nada disso"
    ),
    "not fetched back from the seller: the seller's account does not hold that much any more": (
        "Não recuperado do vendedor: A conta do vendedor já não tem tanto"
    ),
}


def test_every_pattern_has_a_sample(app):
    with app.test_request_context(), force_locale("pt_PT"):
        assert {noted: reason_of(noted) for noted in SAMPLES} == SAMPLES
    assert len(SAMPLES) == len(PATTERNS)


@pytest.mark.parametrize("locale", ["en", "pt_PT"])
def test_a_companys_own_words_stay_as_they_are(app, locale):
    with app.test_request_context(), force_locale(locale):
        assert reason_of("Your card has insufficient funds.") == "Your card has insufficient funds."


def test_merchant_and_customer_read_a_failure_in_their_language(app):
    shop = world.open_shop(app)
    order = shop.order(20)
    assert shop.choose(order, "test").status_code == 303
    shop.press(order, "decline")
    world.run_tasks(app)
    page = person(app).get(f"/orders/{order['orderId']}?lang=pt-PT").text
    assert "Recusado pelo sandbox" in page and "Declined by" not in page
    assert "O cliente escolheu como pagar: Pagamento de teste" in page
    customer = app.test_client().get(f"/checkout/o/{order['token']}?lang=pt-PT").text
    assert "Recusado pelo sandbox" in customer
