"""The log of deliveries: found by what one asks for, and each with everything about it."""

import html
import re
import shlex
from base64 import b64encode

import pytest
from sqlalchemy import event, select

from app.extensions import db, reading, transaction
from app.models import Attempt, Delivery, Event, Role, WebhookEndpoint
from app.services import events, webhook_endpoints
from app.services.deliveries.log import SHOWN_BODY
from tests import world
from tests.merchant import person


@pytest.fixture
def shop(app, httpserver):
    httpserver.expect_request("/hook").respond_with_data("thank you", status=200)
    return world.open_shop(app, webhook_url=httpserver.url_for("/hook"))


@pytest.fixture
def browser(app, shop):
    return person(app, Role.viewer)


def answer(httpserver, status: int, body: str = "") -> None:
    httpserver.clear_all_handlers()
    httpserver.expect_request("/hook").respond_with_data(body, status=status)


def told(shop, type_: str = "payment_failed") -> str:
    """An event on its way, and the one try that is due at once; the delivery's id."""
    with shop.inside(), transaction():
        endpoint = db.session.scalars(select(WebhookEndpoint)).first()
        happened = Event(provider_id=shop.provider_id, type=type_, payload='{"it\'s":"$HOME `é`"}')
        db.session.add(happened)
        id_ = events.deliver_to(endpoint, happened).id
    world.run_serially(shop.app)
    return id_


def listed(browser, query: str = "") -> list[str]:
    response = browser.get(f"/deliveries{query}")
    assert response.status_code == 200
    return re.findall(r'data-id="(dlv_\w+)"', response.text)


def test_the_newest_is_listed_first_and_leads_to_its_page(shop, browser):
    first, second = told(shop), told(shop)
    assert listed(browser) == [second, first]
    page = browser.get("/deliveries").text
    assert f'href="/deliveries/{first}"' in page
    assert "Delivered" in page and "HTTP 200" in page and "Bitloader" in page
    assert re.search(r'<a href="/deliveries"[^>]* aria-current="page">', page)
    assert page.count('aria-current="page"') == 1


def test_filters_are_in_the_address_and_narrow_the_list(shop, browser, httpserver):
    good = told(shop, "payment_succeeded")
    answer(httpserver, 503)
    bad = told(shop)
    with shop.inside(), reading() as session:
        endpoint = session.scalars(select(WebhookEndpoint.id)).one()
    for query, found in {
        "?status=succeeded": [good],
        "?status=pending": [bad],
        "?status=failed": [],
        "?answer=2": [good],
        "?answer=5": [bad],
        "?answer=none": [],
        "?event=payment_succeeded": [good],
        "?event=payment_succeeded&answer=5": [],
        "?provider=bitloader": [bad, good],
        f"?target={endpoint}": [bad, good],
        "?order=ord_1": [],
        "?since=2020-01-01": [bad, good],
        "?until=2020-01-01": [],
        "?since=9998-01-01&until=9999-12-31": [],
    }.items():
        assert listed(browser, query) == found, query
    page = browser.get("/deliveries?status=succeeded").text
    assert '<option selected value="succeeded">' in page


def test_what_was_sent_about_an_order_is_found_by_its_id(shop, browser):
    order, other = shop.order(5), shop.order(6)
    shop.pay(order)
    shop.pay(other)
    (one,) = listed(browser, f"?order=%20{order['orderId']}%20")
    page = browser.get(f"/deliveries/{one}").text
    assert f'href="/orders/{order["orderId"]}"' in page
    assert "payment_succeeded" in page


def test_a_day_begins_at_midnight_utc_and_ends_with_its_last_moment(app, shop, time_machine):
    time_machine.move_to("2026-03-01T23:59:59+00:00", tick=False)
    before = told(shop)
    time_machine.move_to("2026-03-02T00:00:00+00:00", tick=False)
    after, browser = told(shop), person(app)
    assert listed(browser, "?since=2026-03-02") == [after]
    assert listed(browser, "?until=2026-03-01") == [before]
    assert listed(browser, "?since=2026-03-01&until=2026-03-02") == [after, before]


@pytest.mark.parametrize(
    "query",
    ["status=open", "answer=9", "target=whe_1", "provider=nobody", "event=x", "since=yesterday",
     "order=" + "x" * 41, "order=caf%C3%A9"],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_said_at_its_field_and_nothing_is_listed(
    shop, browser, query
):
    told(shop)
    response = browser.get(f"/deliveries?{query}")
    assert response.status_code == 422
    assert f'id="{query.partition("=")[0]}-error"' in response.text
    assert "data-id" not in response.text and "data-empty" not in response.text


@pytest.mark.parametrize("before", ["", "x", "dlv_", "dlv_é", "dlv_" + "Z" * 40])
def test_a_broken_link_to_older_ones_starts_at_the_newest_or_the_end(shop, browser, before):
    told(shop)
    assert browser.get(f"/deliveries?before={before}").status_code == 200


def test_pages_follow_each_other_and_keep_the_filters(shop, browser):
    with shop.inside(), transaction():
        endpoint = db.session.scalars(select(WebhookEndpoint)).one()
        for _ in range(60):
            happened = Event(provider_id=shop.provider_id, type="payment_failed", payload="{}")
            db.session.add(happened)
            events.deliver_to(endpoint, happened)
    query = f"?status=pending&target={endpoint.id}&provider=bitloader"
    page = browser.get(f"/deliveries{query}").text
    link = re.search(r'href="(/deliveries\?[^"]*before=[^"]*)"', page)[1].replace("&amp;", "&")
    assert "status=pending" in link and endpoint.id in link
    first, second = listed(browser, query), listed(browser, link[11:])
    assert (len(first), len(second)) == (50, 10)
    assert sorted({*first, *second}, reverse=True) == [*first, *second]


def test_nothing_yet_and_nothing_that_fits_are_two_things(app, browser, shop):
    assert 'data-empty="yet"' in browser.get("/deliveries").text
    told(shop)
    page = browser.get("/deliveries?status=failed").text
    assert 'data-empty="match"' in page and "Clear all filters" in page


def test_one_delivery_shows_its_tries_with_headers_body_answer_and_next_try(
    shop, browser, httpserver
):
    answer(httpserver, 503, "<b>we are down</b>")
    page = browser.get(f"/deliveries/{told(shop)}").text
    assert "It answered 503, which is not a 2xx." in page
    assert "&lt;b&gt;we are down&lt;/b&gt;" in page
    assert "X-DZTech-Webhook: payment-notification" in page
    assert "Next try" in page and " ms" in page and "On its way" in page
    assert "{&#34;it&#39;s&#34;" in page


def test_the_beginning_of_a_long_answer_is_shown(shop, browser, httpserver):
    answer(httpserver, 200, "x" * (SHOWN_BODY + 1))
    page = browser.get(f"/deliveries/{told(shop)}").text
    assert "Only the beginning is shown." in page
    assert "x" * SHOWN_BODY in page and "x" * (SHOWN_BODY + 1) not in page


@pytest.mark.parametrize("code", ["E_TIMEOUT", "E_CONNECT", "E_DNS", "E_TLS", "E_BLOCKED"])
def test_what_went_wrong_is_said_in_words(shop, browser, code):
    id_ = told(shop)
    with shop.inside(), transaction():
        for row in (db.session.get_one(Delivery, id_), db.session.scalars(select(Attempt)).one()):
            if isinstance(row, Delivery):
                row.last_error, row.last_status_code = code, None
            else:
                row.error, row.status_code = code, None
    assert code not in browser.get(f"/deliveries/{id_}").text + browser.get("/deliveries").text


def test_the_signature_shows_once_it_is_of_no_use_and_is_the_one_that_was_sent(
    shop, browser, httpserver, later
):
    id_ = told(shop)
    ((request, _),) = httpserver.log
    sent = request.headers["webhook-signature"]
    page = browser.get(f"/deliveries/{id_}").text
    assert sent not in page and "[not kept]" in page
    later(301)
    assert sent in browser.get(f"/deliveries/{id_}").text


def test_after_a_replacement_old_tries_show_the_signature_of_the_old_secret(
    shop, browser, httpserver, later
):
    id_ = told(shop)
    sent = httpserver.log[0][0].headers["webhook-signature"]
    later(600)
    with shop.inside():
        (endpoint,) = webhook_endpoints.list_of(shop.provider_id)
        webhook_endpoints.replace_secret(shop.provider_id, endpoint.id, actor="ada")
    assert sent in browser.get(f"/deliveries/{id_}").text
    during = told(shop)
    both = httpserver.log[1][0].headers["webhook-signature"]
    later(600)
    assert " " in both and both in browser.get(f"/deliveries/{during}").text


def test_no_secret_is_on_the_page(shop, browser, later):
    id_ = told(shop)
    later(600)
    page = browser.get(f"/deliveries/{id_}").text
    secret = shop.webhook_secret
    assert secret.startswith("whsec_")
    for shape in (secret, secret.removeprefix("whsec_"), b64encode(secret.encode()).decode()):
        assert shape not in page


def test_the_curl_line_is_the_call_that_was_made(shop, browser, httpserver, later):
    id_ = told(shop)
    later(600)
    page = browser.get(f"/deliveries/{id_}").text
    copied = html.unescape(re.search(r'data-copy="(curl[^"]*)"', page)[1])
    words = shlex.split(copied.replace("\\\n", " "))
    request = httpserver.log[0][0]
    assert words[:4] == ["curl", "--request", "POST", httpserver.url_for("/hook")]
    assert words[-2:] == ["--data-raw", request.data.decode()]
    sent = dict(one.split(": ", 1) for one in words[5:-2:2])
    assert {name: request.headers[name] for name in sent} == sent
    assert "webhook-signature" in sent


def test_a_try_that_was_cut_off_says_so(shop, browser):
    id_ = told(shop)
    with shop.inside(), transaction():
        attempt = db.session.scalars(select(Attempt)).one()
        attempt.ended_at = attempt.status_code = attempt.duration_ms = None
    assert "what became of it is not known" in browser.get(f"/deliveries/{id_}").text


def test_another_organizations_are_not_there(app, shop, browser, httpserver):
    theirs = world.open_shop(app, org="Globex", webhook_url=httpserver.url_for("/hook"))
    id_ = told(theirs)
    assert listed(browser) == []
    assert browser.get(f"/deliveries/{id_}").status_code == 404
    assert "Globex" not in browser.get("/deliveries").text


def statements(app, browser, path: str) -> int:
    """How many statements a page takes."""
    seen = []
    with app.app_context():
        engines = [db.engine, app.extensions["reader"]]

    def note(_connection, _cursor, text, *_rest):
        seen.append(text)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        assert browser.get(path).status_code == 200
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_pages_take_as_many_statements_for_many_rows_as_for_one(app, shop, browser):
    id_ = told(shop)
    few = [statements(app, browser, path) for path in ("/deliveries", f"/deliveries/{id_}")]
    for _ in range(5):
        told(shop)
    with shop.inside(), transaction():
        for number in range(2, 8):
            attempt = Attempt(delivery_id=id_, number=number, request_headers={})
            attempt.started_at = attempt.ended_at = db.session.get_one(Delivery, id_).created_at
            db.session.add(attempt)
    assert [statements(app, browser, path) for path in ("/deliveries", f"/deliveries/{id_}")] == few
    assert min(few) > 2


def test_a_providers_page_says_how_its_endpoints_do_without_asking_for_each(app, shop):
    told(shop)
    owner = person(app)
    page = owner.get("/providers/bitloader").text
    assert "100 % delivered in 24 hours" in page and "Waiting: 0" in page and "Last success" in page
    endpoint = re.search(r'data-id="(whe_\w+)"', page)[1]
    assert "100 % delivered" in owner.get(f"/providers/bitloader/endpoints/{endpoint}").text
    few = statements(app, owner, "/providers/bitloader")
    for number in range(4):
        owner.post(
            "/providers/bitloader/endpoints",
            url=f"http://127.0.0.1:9/{number}",
            events=["payment_failed"],
        )
    owner.get("/providers/bitloader")  # what is shown once was taken
    assert statements(app, owner, "/providers/bitloader") == few
