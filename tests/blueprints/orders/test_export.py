"""Exporting in a browser: exactly what the list shows, at once or by a task."""

import csv
import io
import re

import pytest

from app.models import Role
from app.services.exports import asking
from tests import orders, world
from tests.merchant import person


@pytest.fixture
def browser(app, shop):
    return person(app)


def rows(response) -> list[list[str]]:
    assert response.status_code == 200, response.text[-500:]
    text = response.data.decode("utf-8")
    response.close()  # and with it the file
    return list(csv.reader(io.StringIO(text, newline="")))


def test_an_export_holds_exactly_what_the_list_shows(browser, shop):
    orders.add(shop)
    made = orders.add_several(shop, *[{"gateway": "stripe", "item_name": "Água"}] * 60)[::-1]
    page = browser.get("/orders?gateway=stripe&q=%C3%81gua")
    assert len(re.findall(r'data-id="(ord_\w+)"', page.text)) == 50
    link = re.search(r'href="(/orders/export\?[^"]+)"', page.text)[1].replace("&amp;", "&")
    assert 'type="checkbox"' in browser.get(link).text
    response = browser.post(link, columns=["order_id", "item"], zone="Europe/Lisbon")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith("attachment; filename=orders-")
    assert rows(response) == [["order_id", "item"], *([one, "Água"] for one in made)]
    assert "exported orders" in browser.get("/audit").text


def test_one_order_that_an_id_names_can_be_exported(browser, shop):
    one = orders.add_several(shop, {"external_id": "a"}, {})[0]
    found = rows(browser.post("/orders/export?q=a", columns=["order_id"], zone="UTC"))
    assert found == [["order_id"], [one]]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"zone": "UTC"}, "Choose at least one column."),
        ({"zone": "UTC", "columns": ["token"]}, "token"),
        ({"zone": "../etc/passwd", "columns": ["item"]}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_exported_is_said(browser, shop, fields, sentence):
    response = browser.post("/orders/export", **fields)
    assert response.status_code == 422
    assert sentence in response.text


def test_filters_that_mean_nothing_lead_back_to_where_that_is_said(browser):
    response = browser.get("/orders/export?least=x")
    assert (response.status_code, response.location) == (303, "/orders?least=x")


def test_many_orders_are_written_in_the_background_and_fetched(browser, shop, monkeypatch):
    monkeypatch.setattr(asking, "AT_ONCE", 5)
    made = orders.add_several(shop, *[{}] * 6)[::-1]
    response = browser.post("/orders/export", columns=["order_id"], zone="UTC")
    where = response.location
    assert where.startswith("/orders/exports/exp_")
    page = browser.get(where).text
    assert "Waiting for a worker" in page and "<progress" in page and "http-equiv" in page
    assert browser.get(f"{where}/file").status_code == 404
    world.run_tasks(shop.app)
    page = browser.get(where).text
    assert "The file is ready" in page and f'href="{where}/file"' in page
    file = browser.get(f"{where}/file")
    assert rows(file) == [["order_id"], *([one] for one in made)]
    assert file.headers["Cache-Control"] == "no-store"
    assert where in browser.get("/orders/export").text
    assert rows(person(shop.app, Role.viewer).get(f"{where}/file"))[1:] == rows(file)[1:]


def test_one_under_way_is_cancelled(browser, shop, monkeypatch):
    monkeypatch.setattr(asking, "AT_ONCE", 0)
    orders.add(shop)
    where = browser.post("/orders/export", columns=["item"], zone="UTC").location
    assert "This export was cancelled" in browser.follow(f"{where}/cancel").text
    world.run_tasks(shop.app)
    assert browser.get(f"{where}/file").status_code == 404


def test_exports_of_others_are_not_there(browser, shop, monkeypatch):
    monkeypatch.setattr(asking, "AT_ONCE", 0)
    orders.add(shop)
    where = browser.post("/orders/export", columns=["item"], zone="UTC").location
    world.run_tasks(shop.app)
    them = person(shop.app, org="Theirs")
    for path in (where, f"{where}/file"):
        assert them.get(path).status_code == 404
    assert them.post(f"{where}/cancel").status_code == 404
    assert "The file is ready" in browser.get(where).text
