"""Money of an order that no company shows any more: what its page lets a person say."""

import pytest

from app.adapters.gateways import base
from app.models import Role
from app.services.sandbox import DatabaseSellers
from tests import world
from tests.blueprints.orders.test_escrow import read
from tests.escrow import amounts, ask, escrow, held, refund
from tests.merchant import person

DAY = 86_400  # seconds


@pytest.fixture
def browser(shop):
    return person(shop.app)


def silent(*_args):
    raise base.Unavailable("no answer")


@pytest.fixture
def lost(shop, monkeypatch, later):
    """Nobody answers for a day, then the company shows nothing of it."""

    def lose(call: str, begin) -> None:
        with monkeypatch.context() as silence:
            silence.setattr(DatabaseSellers, call, silent)
            begin()
        later(DAY)
        world.run_tasks(shop.app)

    return lose


@pytest.fixture
def release(shop, lost) -> tuple[dict, str]:
    """An order, and where to say that its release was not made."""
    order = held(shop, 100)
    lost("transfer", lambda: ask(shop, order, "release"))
    (one,) = escrow(shop, order)["releases"]
    return order, f"/orders/{order['orderId']}/releases/{one['releaseId']}/not-made"


@pytest.fixture
def reversal(shop, lost) -> tuple[dict, str]:
    """An order, and where to say that nothing of it was fetched back."""
    order = held(shop, 100)
    ask(shop, order, "release")
    lost("reverse", lambda: refund(shop, order, 50))
    (one,) = escrow(shop, order)["reversals"]
    return order, f"/orders/{order['orderId']}/reversals/{one['reversalId']}/not-made"


def test_a_release_that_was_not_made_is_held_again(shop, release, browser):
    order, place = release
    page = browser.get(f"/orders/{order['orderId']}")
    assert f'action="{place}"' in page.text
    assert "say beside the release that it was not made" in read(page)
    page = browser.follow(place)
    assert place not in page.text
    assert "somebody looked on the company's own pages" in read(page)
    assert amounts(shop, order) == (10_000, 0, 0, 0)
    assert "was not made." in read(browser.get("/audit"))
    assert ask(shop, order, "release").status_code == 200
    assert amounts(shop, order) == (0, 9_000, 1_000, 0)


def test_what_was_not_fetched_back_fails_its_refund(shop, reversal, browser):
    order, place = reversal
    assert f'action="{place}"' in browser.get(f"/orders/{order['orderId']}").text
    assert "somebody looked" in read(browser.follow(place))
    assert shop.see(order)["refunds"][0]["status"] == "failed"
    assert amounts(shop, order) == (0, 9_000, 1_000, 0)
    assert refund(shop, order, 50).status_code == 200
    assert amounts(shop, order) == (0, 4_500, 500, 5_000)


def test_only_who_may_move_the_money_is_asked_and_proves_who_they_are(
    shop, release, browser, later
):
    order, place = release
    viewer = person(shop.app, Role.viewer)
    assert place not in viewer.get(f"/orders/{order['orderId']}").text
    assert viewer.post(place).status_code == 403
    browser.get("/")
    token = browser.token()
    later(1000)
    assert browser.post(place, token=token).location.startswith("/account/confirm")
    assert escrow(shop, order)["releases"][0]["status"] == "unknown"


def test_before_the_day_is_over_nothing_may_be_said(browser, shop, monkeypatch):
    order = held(shop, 100)
    with monkeypatch.context() as silence:
        silence.setattr(DatabaseSellers, "transfer", silent)
        ask(shop, order, "release")
    (one,) = escrow(shop, order)["releases"]
    place = f"/orders/{order['orderId']}/releases/{one['releaseId']}/not-made"
    assert place not in browser.get(f"/orders/{order['orderId']}").text
    assert "Only the payment company's answer" in read(browser.follow(place))
