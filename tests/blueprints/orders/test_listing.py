"""The list of orders and the page of one."""

from app.models import Role
from tests import world
from tests.merchant import person


def test_an_order_is_listed_and_opened(app):
    shop = world.open_shop(app)
    browser = person(app)
    assert "No order yet" in browser.get("/orders").text
    order = shop.order("12.50", itemName="A quiet chair")
    page = browser.get("/orders").text
    assert "A quiet chair" in page and f'href="/orders/{order["orderId"]}"' in page
    assert order["orderId"] in browser.get(f"/orders/{order['orderId']}").text


def test_somebody_who_may_asks_the_company_again(app):
    shop = world.open_shop(app)
    path = f"/orders/{shop.order(20)['orderId']}"
    browser = person(app)
    assert "Asked: this is how it stands now." in browser.follow(f"{path}/sync").text
    viewer = person(app, Role.viewer)
    assert "/sync" not in viewer.get(path).text
    assert viewer.post(f"{path}/sync").status_code == 403
