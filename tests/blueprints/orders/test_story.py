"""The story of an order: a sentence for everything that is written, and nothing hidden in it."""

import ast

import pytest

from app.blueprints.orders.story_words import SENTENCES, actor_of, sentence_of
from app.kit import clock
from app.models import PaymentStatus
from app.services.mail.reports import UNDELIVERED
from app.services.orders import story
from app.services.orders.money_in import LOOKED_AT, MISMATCHES
from app.services.orders.story import CREATED, HEARD, SENT, Line
from tests import world
from tests.bans import ROOT
from tests.merchant import person
from tests.services.orders import trouble

# What stands in for a kind that is put together: every value that its hole may take.
HOLES = {
    "payment.status": [f"payment.{one}" for one in PaymentStatus],
    "status": [f"payment.{one}" for one in PaymentStatus] + ["order.cancelled", "order.expired"],
    "problem": [f"attention.{one}" for one in MISMATCHES],
    "outcome": ["escrow.chargeback_won", "escrow.chargeback_lost"],
    "row.type": [],  # a gateway's own remark, told as it is
}


def kinds_of(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant):
        return [node.value]
    if isinstance(node, ast.Name):
        return {"LOOKED_AT": [LOOKED_AT], "UNDELIVERED": [UNDELIVERED]}[node.id]
    hole = next(one for one in node.values if isinstance(one, ast.FormattedValue))
    prefix = node.values[0].value
    return [one for one in HOLES[ast.unparse(hole.value)] if one.startswith(prefix)]


def written() -> set[str]:
    """Every kind that the code writes into a timeline."""
    found = {CREATED, HEARD, SENT}
    for path in ROOT.glob("app/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "records.timeline":
                found |= set(kinds_of(node.args[1]))
    return found


def test_everything_that_the_code_writes_has_a_sentence_and_nothing_else_has():
    assert written() == set(SENTENCES)


@pytest.mark.parametrize("kind", sorted(SENTENCES))
def test_a_line_that_tells_nothing_more_is_still_a_sentence(app, kind):
    with app.test_request_context():
        sentence = sentence_of(Line(clock.now(), kind, "gatehouse"))
    assert sentence
    assert "%(" not in sentence


def test_a_gateways_own_remark_is_told_as_it_is(app):
    with app.test_request_context():
        line = Line(clock.now(), "gateway.refund", "ifthenpay", {"note": "EUR 2 came back"})
        assert sentence_of(line) == "Ifthenpay remarks: EUR 2 came back"
        assert actor_of(line) == "Ifthenpay"


def test_the_story_holds_every_side_newest_first(app, httpserver):
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    shop = world.open_shop(app, webhook_url=httpserver.url_for("/hook"))
    order_id = trouble.paid(shop)
    world.run_tasks(app)
    with shop.inside():
        lines = story.of(order_id)
    kinds = [one.kind for one in lines]
    assert kinds[-1] == CREATED
    assert {"payment.method", "payment.succeeded", "order.paid", HEARD, SENT} <= set(kinds)
    assert [one.at for one in lines] == sorted((one.at for one in lines), reverse=True)
    page = person(app).get(f"/orders/{order_id}").text
    assert "payment_succeeded was sent to http://" in page
    assert "attempt 1: answered 204." in page
    assert "The customer chose how to pay" in page


def test_of_another_organizations_order_nothing_is_told(app):
    order_id = trouble.paid(world.open_shop(app, org="Globex"))
    from app.kit.errors import NotFound

    with world.open_shop(app).inside(), pytest.raises(NotFound):
        story.of(order_id)
