"""What a step says: on the next page, or beside the answer where htmx asked; never lost, never
twice."""

import pytest
from flask import flash, redirect

from tests import world
from tests.merchant import person

HTMX = {"HX-Request": "true"}
SAID = 'class="notice toast'


@pytest.fixture
def browser(app):
    """In front of a form whose answer is a fragment, a redirect, or an order to leave."""

    @app.post("/_step/<kind>")
    def step(kind: str):
        flash("It is <done>")
        if kind == "redirect":
            return redirect("/account", 303)
        return "<p>fragment</p>", 200, {"HX-Redirect": "/account"} if kind == "leave" else {}

    @app.get("/_poll")
    def poll():
        return "<p>fragment</p>"

    world.open_shop(app)
    return person(app)


def send(browser, kind: str, **headers: str):
    data = {"csrf_token": browser.token()}
    return browser.client.post(f"/_step/{kind}", data=data, headers=headers)


def test_an_answer_to_htmx_brings_it_along(browser):
    answer = send(browser, "fragment", **HTMX).text
    assert answer.startswith("<p>fragment</p>")
    assert '<div hx-swap-oob="beforeend:#said">' in answer
    assert "It is &lt;done&gt;" in answer
    assert SAID not in browser.get("/account").text, "once is enough"


@pytest.mark.parametrize(
    ("kind", "headers"), [("redirect", {}), ("redirect", HTMX), ("leave", HTMX), ("fragment", {})]
)
def test_any_other_answer_leaves_it_to_the_next_page(browser, kind, headers):
    assert "toast" not in send(browser, kind, **headers).text
    page = browser.get("/account").text
    assert page.count(SAID) == 1
    assert "It is &lt;done&gt;" in page
    assert SAID not in browser.get("/account").text


def test_a_poll_does_not_take_the_words_from_the_page(browser):
    send(browser, "redirect")
    assert browser.get("/_poll", **HTMX).text == "<p>fragment</p>"
    assert SAID in browser.get("/account").text


def test_every_page_has_one_place_for_it_and_one_live_region(browser, client):
    for page in (browser.get("/account").text, client.get("/login").text):
        assert page.count('id="said"') == 1
        assert page.count('role="status"') == 1
