"""The organization's settings in a browser, and what its customers see of them."""

import base64
import hashlib
import re

from app.models import Role
from tests import world
from tests.merchant import person
from tests.services.test_closing import live


def save(browser, **fields):
    values = {"name": "Acme", "accent": "", "support_email": "", **fields}
    return browser.post("/settings", **values)


def test_customers_see_the_colour_and_whom_to_ask(app, shop):
    browser = person(app)
    assert save(browser, accent="#b00020", support_email="help@acme.example").status_code == 303
    order = shop.order(20)
    response = app.test_client().get(f"/checkout/o/{order['token']}")
    assert "help@acme.example" in response.text
    style = re.search(r"<style>(.*?)</style>", response.text, re.DOTALL)[1]
    assert "--accent:#b00020" in style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = response.headers["Content-Security-Policy"]
    assert f"style-src 'self' 'sha256-{digest}';" in policy
    assert "unsafe" not in policy


def test_without_a_colour_no_style_comes_along(app, shop):
    order = shop.order(20)
    response = app.test_client().get(f"/checkout/o/{order['token']}")
    assert "<style" not in response.text
    assert "style-src 'self';" in response.headers["Content-Security-Policy"]


def test_what_will_not_do_is_a_sentence_at_its_field(app):
    browser = person(app)
    response = save(browser, accent="#ffdd00")
    assert response.status_code == 422
    assert re.search(r"#[0-9a-f]{6} would do", response.text)
    assert save(browser, name="").status_code == 422
    assert "#ffdd00" not in browser.get("/settings").text


def test_deleting_asks_for_the_name_and_the_password(app, shop, later):
    browser = person(app)
    later(660)
    assert "/account/confirm" in browser.get("/settings/delete").location
    browser = person(app, email="second@acme.example")
    page = browser.get("/settings/delete").text
    assert "Type Acme to confirm" in page
    assert browser.post("/settings/delete", name="acme").status_code == 422
    live(shop, shop.order(5))
    assert browser.post("/settings/delete", name="Acme").status_code == 409
    assert shop.create(5).status_code == 200


def test_after_deleting_one_is_in_no_organization(app):
    world.open_shop(app)
    browser = person(app)
    page = browser.follow("/settings/delete", name="Acme")
    assert "is deleted" in page.text
    assert "belong to no organization" in page.text
    assert browser.get("/").location == "/account"


def test_an_admin_does_not_delete(app):
    assert person(app, Role.admin).post("/settings/delete", name="Acme").status_code == 403


def test_of_two_who_change_the_settings_the_second_sees_the_first(app, shop):
    ada = person(app)
    seen = re.search(r'name="version"[^>]*value="([^"]+)"', ada.get("/settings").text)[1]
    assert save(ada, support_email="ada@acme.example", version=seen).status_code == 303
    refused = save(ada, support_email="bob@acme.example", version=seen)
    assert refused.status_code == 409
    assert "Stored by now: ada@acme.example" in refused.text
    assert 'value="bob@acme.example"' in refused.text
