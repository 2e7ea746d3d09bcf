"""A seller's statement in a browser: the days that were asked for, and figures that add up."""

import csv
import io
import re
from datetime import UTC, datetime

import pytest

from app.blueprints.sellers import statement_words
from app.models import JournalKind
from app.services.sellers import statement
from tests.escrow import ask, held, make_seller, refund


@pytest.fixture
def seller(shop):
    return make_seller(shop)


def rows(page: str) -> list[tuple[str, list[int]]]:
    """Each row's kind and what it says of each column, in minor units."""
    parts = re.split(r'data-row="(\w+)"', page)[1:]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return [(kind, [int(one) for one in re.findall(r'data-minor="(-?\d+)"', text)])
            for kind, text in pairs]  # fmt: skip


def adds_up(page: str) -> list[int]:
    """What the statement closes with, once its rows add up to it."""
    (_, opening), *lines, (moved_kind, moved), (closing_kind, closing) = rows(page)
    assert (moved_kind, closing_kind) == ("moved", "closing")
    assert {kind for kind, _ in lines} <= {"line"}
    assert moved == [
        sum(column) for column in zip([0] * 3, *(one for _, one in lines), strict=True)
    ]
    assert closing == [a + b for a, b in zip(opening, moved, strict=True)]
    return closing


def test_every_kind_of_line_has_words():
    assert set(statement_words.KIND) == set(JournalKind)


def test_without_a_choice_it_is_this_month_and_adds_up(browser, shop, seller, read, time_machine):
    time_machine.move_to(datetime(2026, 2, 27, 12, tzinfo=UTC))
    order = held(shop, 100, seller)
    time_machine.move_to(datetime(2026, 3, 3, 12, tzinfo=UTC))
    browser.sign_in("owner@acme.example")
    ask(shop, order, "release", {"amount": "33.33"})
    refund(shop, order, 80)
    page = browser.get(f"/sellers/{seller}/statement")
    assert rows(page.text)[0] == ("opening", [10_000, 0, 0])
    assert adds_up(page.text) == [0, 1800, 200]
    text = read(page)
    assert "Opening balance $100.00" in text
    assert "Closing balance $0.00 $18.00 $2.00" in text
    for said in ("Fee of a release", "Given back to the customer", "Fetched back", "+$30.00"):
        assert said in text, said
    assert re.search(r'aria-current="true">This month', page.text)
    last = re.search(r'href="([^"]+)"[^>]*>Last month', page.text)[1].replace("&amp;", "&")
    assert "since=2026-02-01&until=2026-02-28" in last
    assert adds_up(browser.get(last).text) == [10_000, 0, 0]
    whole = re.search(r'href="([^"]+)"[^>]*>Any time', page.text)[1].replace("&amp;", "&")
    assert rows(browser.get(whole).text)[0] == ("opening", [0, 0, 0])
    assert adds_up(browser.get(whole).text) == [0, 1800, 200]


def test_a_day_is_the_readers_day(browser, shop, seller, time_machine):
    time_machine.move_to(datetime(2026, 3, 31, 23, 30, tzinfo=UTC))
    held(shop, 100, seller)
    browser.sign_in("owner@acme.example")
    path = f"/sellers/{seller}/statement?since=2026-04-01&until=2026-04-30"
    assert rows(browser.get(path).text)[0] == ("opening", [10_000, 0, 0])
    browser.post("/account/preferences", locale="en", timezone="Europe/Lisbon", shortcuts="y")
    assert rows(browser.get(path).text)[0] == ("opening", [0, 0, 0])
    assert adds_up(browser.get(path).text) == [10_000, 0, 0]


def test_long_ones_go_on_with_what_was_carried_forward(browser, shop, seller, monkeypatch):
    real = statement.statement
    monkeypatch.setattr(statement, "statement", lambda *a, **o: real(*a, **o, limit=2))
    for _ in range(5):
        held(shop, 10, seller)
    where, closings = f"/sellers/{seller}/statement", []
    while where:
        page = browser.get(where).text
        if closings:
            assert rows(page)[0] == ("opening", closings[-1])
        closings.append(adds_up(page))
        found = re.search(r'href="(/sellers[^"]+after=\d+[^"]*)"', page)
        where = found[1].replace("&amp;", "&") if found else None
    assert closings == [[2000, 0, 0], [4000, 0, 0], [5000, 0, 0]]


def test_the_file_has_what_the_page_has(browser, shop, seller, read):
    order = held(shop, 100, seller)
    ask(shop, order, "release", {"amount": 40})
    page = browser.get(f"/sellers/{seller}/statement").text
    where = re.search(r'method="post" action="([^"]*statement[^"]*)"', page)[1]
    response = browser.post(where.replace("&amp;", "&"))
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment; filename=statement-sel_" in response.headers["Content-Disposition"]
    _, *found = csv.reader(io.StringIO(response.text, newline=""))
    shown = [numbers for kind, numbers in rows(page) if kind != "moved"]
    assert [[round(float(cell) * 100) for cell in one[4:7]] for one in found] == shown
    assert "owner@acme.example exported the statement of the seller Ada." in read(
        browser.get("/audit")
    )


def test_each_currency_has_a_statement_of_its_own(browser, shop, seller):
    held(shop, 100, seller)
    shop.pay(shop.order(8, currency="EUR", escrow={"sellerId": seller}))
    page = browser.get(f"/sellers/{seller}/statement").text
    assert adds_up(page) == [800, 0, 0]
    where = re.search(r'href="([^"]+)">USD<', page)[1].replace("&amp;", "&")
    assert adds_up(browser.get(where).text) == [10_000, 0, 0]
    assert adds_up(browser.get(f"/sellers/{seller}/statement?currency=XXX").text) == [800, 0, 0]


@pytest.mark.parametrize(
    "days", ["since=x", "since=2026-02-30", "since=2026-03-02&until=2026-03-01"]
)
def test_days_that_are_none_are_said_and_nothing_is_exported(browser, shop, seller, days):
    held(shop, 20, seller)
    path = f"/sellers/{seller}/statement?{days}"
    response = browser.get(path)
    assert response.status_code == 422
    assert 'id="error"' in response.text
    assert rows(response.text) == []
    assert browser.post(path).status_code == 303


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "٣"])
def test_a_place_that_is_none_starts_at_the_beginning(browser, shop, seller, after):
    held(shop, 20, seller)
    page = browser.get(f"/sellers/{seller}/statement?after={after}").text
    assert adds_up(page) == [2000, 0, 0]


def test_a_seller_for_whom_nothing_was_paid_has_none_yet(browser, seller, read):
    page = browser.get(f"/sellers/{seller}/statement")
    assert "Nothing was paid for them yet" in read(page)
    assert browser.post(f"/sellers/{seller}/statement").status_code == 303


def test_days_in_which_nothing_happened_say_so_and_still_balance(browser, shop, seller, read):
    held(shop, 20, seller)
    page = browser.get(f"/sellers/{seller}/statement?since=2020-01-01&until=2020-01-31")
    assert "Nothing happened in these days." in read(page)
    assert adds_up(page.text) == [0, 0, 0]


def test_it_has_a_style_for_paper(browser, seller):
    page = browser.get(f"/sellers/{seller}/statement").text
    sheet = browser.get(re.search(r'href="(/styles/statement\.css[^"]*)"', page)[1]).text
    assert "@media print" in sheet.partition("/* A statement")[2]
