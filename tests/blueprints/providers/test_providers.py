"""Providers: made on a page, with a key that is shown once and works."""

import re
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from app.extensions import db, reading, transaction
from app.kit.tenancy import as_org
from app.models import Delivery, Provider, WebhookEndpoint
from app.services import organizations
from app.services.credentials import Scope
from tests import world
from tests.merchant import person


@pytest.fixture
def browser(app):
    return person(app)


def shown(response, name: str) -> str:
    """A secret on the page that a form leads to."""
    return re.search(rf'data-secret="{name}">([^<]+)<', response.text)[1]


@pytest.fixture
def made(browser, httpserver):
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    return browser.follow(
        "/providers/new",
        name="Bitloader",
        payment_gateway="sandbox",
        webhook_url=httpserver.url_for("/hook"),
        success_url="https://shop.example.com/thanks?order={orderId}",
    )


def create(app, key: str):
    return app.test_client().post(
        "/api/create-payment-intent",
        json={"amount": 19.99},
        headers={"Authorization": f"Bearer {key}"},
    )


def ids(page: str, prefix: str) -> list[str]:
    return re.findall(rf'data-id="({prefix}_\w+)"', page)


def test_a_new_providers_key_is_shown_once_and_works(app, browser, made):
    assert made.status_code == 200
    key = shown(made, "key")
    assert create(app, key).status_code == 200
    page = browser.get("/providers/bitloader").text
    assert key not in page
    assert key[-4:] in page
    assert shown(made, "webhook") not in page
    assert browser.get("/providers").text.count('data-id="prv_') == 1


def test_companies_are_called_by_their_names_alone(browser):
    page = browser.get("/providers/new").text
    assert re.search(r'value="stripe">Stripe<', page)
    assert "Platform default: Sandbox" in page


def test_the_list_shows_it(browser, made):
    page = browser.get("/providers").text
    assert "Bitloader" in page and 'data-id="prv_' in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("success_url", "javascript:alert(1)"),
        ("success_url", "https://ok.example\\@evil.example"),
        ("cancel_url", "//evil.example"),
        ("webhook_url", "http://169.254.169.254/latest"),
        ("webhook_url", "ftp://shop.example.com"),
    ],
)
def test_what_would_not_work_later_is_refused_at_its_field(browser, field, value):
    response = browser.post(
        "/providers/new", **{"name": "Shop", "payment_gateway": "", field: value}
    )
    assert response.status_code == 422
    assert f'id="{field}-error"' in response.text
    assert "data-id" not in browser.get("/providers").text


def test_its_settings_can_be_changed(browser, made):
    fields = {
        "name": "Bitloader 2",
        "slug": "loader",
        "status": "active",
        "payment_gateway": "stripe",
        "late_policy": "hold",
        "success_url": "https://shop.example.com/done",
    }
    response = browser.post("/providers/bitloader", **fields)
    assert response.location == "/providers/loader"
    page = browser.get("/providers/loader").text
    assert 'value="Bitloader 2"' in page
    assert 'value="https://shop.example.com/done"' in page
    assert '<option selected value="hold">' in page
    assert browser.get("/providers/bitloader").status_code == 404


def saved(browser, **changed: str):
    fields = {"name": "Bitloader", "slug": "bitloader", "status": "active"}
    fields |= {"payment_gateway": "", "late_policy": "accept"}
    return browser.post("/providers/bitloader", **{**fields, **changed})


def test_gateways_that_take_over_are_kept_in_their_order(app, browser, made):
    assert saved(browser, fallback_first="stripe").status_code == 303
    page = browser.get("/providers/bitloader").text
    assert '<option selected value="stripe">Stripe</option>' in page
    entry = browser.get("/audit").text
    assert "stripe" in entry


@pytest.mark.parametrize("name", ["sandbox", "venmo", "stripe; DROP"])
def test_the_sandbox_and_what_is_no_gateway_take_nothing_over(browser, made, name):
    assert saved(browser, fallback_first=name).status_code == 422


def test_two_providers_do_not_share_an_address(browser, made):
    browser.post("/providers/new", name="Second", payment_gateway="")
    response = browser.post(
        "/providers/second",
        name="Second",
        slug="bitloader",
        status="active",
        payment_gateway="",
        late_policy="accept",
    )
    assert response.status_code == 422
    assert 'id="slug-error"' in response.text


def test_an_inactive_providers_key_is_refused(app, browser, made):
    browser.post(
        "/providers/bitloader",
        name="Bitloader",
        slug="bitloader",
        status="inactive",
        payment_gateway="sandbox",
        late_policy="accept",
    )
    assert create(app, shown(made, "key")).status_code == 401


# --- keys


def test_a_further_key_has_the_scopes_that_were_ticked(app, browser, made):
    response = browser.follow("/providers/bitloader/keys", scopes=["refunds"])
    assert create(app, shown(response, "key")).status_code == 403
    assert browser.post("/providers/bitloader/keys").status_code == 422


def test_a_replaced_key_works_for_another_day(app, browser, made, later):
    old = shown(made, "key")
    key_id = ids(browser.get("/providers/bitloader").text, "key")[0]
    new = shown(browser.follow(f"/providers/bitloader/keys/{key_id}/replace"), "key")
    later(24 * 3600 - 60)
    assert create(app, old).status_code == create(app, new).status_code == 200
    later(120)
    assert create(app, old).status_code == 401
    assert create(app, new).status_code == 200


def test_a_key_is_replaced_once(browser, made):
    key_id = ids(browser.get("/providers/bitloader").text, "key")[0]
    assert browser.post(f"/providers/bitloader/keys/{key_id}/replace").status_code == 303
    assert browser.post(f"/providers/bitloader/keys/{key_id}/replace").status_code == 409


def test_a_provider_called_new_has_a_page(browser):
    page = browser.follow("/providers/new", name="New", payment_gateway="")
    assert "new-2" in browser.get("/providers").text
    assert shown(page, "key").startswith("provider_")


def test_loading_the_page_again_neither_makes_nor_shows_anything_again(browser):
    page = browser.follow("/providers/new", name="Bitloader", payment_gateway="")
    key = shown(page, "key")
    assert key not in browser.get("/providers/bitloader").text


def test_where_money_goes_needs_the_password_again_after_a_while(browser, made, later):
    later(601)
    response = browser.post("/providers/bitloader", name="Bitloader", payment_gateway="stripe")
    assert response.location.startswith("/account/confirm")


def test_a_revoked_key_ends_at_once(app, browser, made):
    key_id = ids(browser.get("/providers/bitloader").text, "key")[0]
    assert browser.post(f"/providers/bitloader/keys/{key_id}/revoke").status_code == 303
    assert create(app, shown(made, "key")).status_code == 401
    assert browser.post(f"/providers/bitloader/keys/{key_id}/revoke").status_code == 404


# --- webhook endpoints


def endpoint(app) -> WebhookEndpoint:
    with app.app_context():
        org = organizations.find("acme")
        with as_org(org.id), reading() as session:
            return session.scalars(select(WebhookEndpoint)).first()


def test_a_test_event_arrives_signed(app, browser, made, httpserver):
    from standardwebhooks import Webhook

    assert (
        browser.post(f"/providers/bitloader/endpoints/{endpoint(app).id}/ping").status_code == 303
    )
    world.run_tasks(app)
    ((request, _),) = httpserver.log
    Webhook(shown(made, "webhook")).verify(request.get_data(), dict(request.headers))
    assert (request.json["event"], request.json["orderId"]) == ("ping", None)


def test_for_a_day_both_secrets_sign(app, browser, made, httpserver, later):
    from standardwebhooks import Webhook, WebhookVerificationError

    path = f"/providers/bitloader/endpoints/{endpoint(app).id}"
    old, new = shown(made, "webhook"), shown(browser.follow(f"{path}/secret"), "webhook")

    def verified(secret):
        browser.post(f"{path}/ping")
        world.run_tasks(app)
        request, _ = httpserver.log[-1]
        try:
            Webhook(secret).verify(request.get_data(), dict(request.headers))
        except WebhookVerificationError:
            return False
        return True

    assert verified(old) and verified(new)
    later(24 * 3600 + 1)
    browser.sign_in("owner@acme.example")
    assert verified(new)
    assert not verified(old)


def test_what_happens_while_an_endpoint_is_off_is_told_when_it_is_on_again(
    app, browser, made, httpserver
):
    path = f"/providers/bitloader/endpoints/{endpoint(app).id}"
    browser.post(f"{path}/disable")
    for _ in range(2):
        browser.post(f"{path}/ping")
    world.run_tasks(app)
    assert httpserver.log == []
    browser.post(f"{path}/enable")
    world.run_tasks(app)
    assert len(httpserver.log) == 2


def test_an_endpoint_is_told_of_something(browser, made):
    response = browser.post("/providers/bitloader/endpoints", url="http://127.0.0.1:9/x")
    assert response.status_code == 422


def test_a_second_press_does_not_end_the_first_secret(app, browser, made, later):
    path = f"/providers/bitloader/endpoints/{endpoint(app).id}"
    assert browser.post(f"{path}/secret").status_code == 303
    assert browser.post(f"{path}/secret").status_code == 409
    later(24 * 3600 + 1)
    browser.sign_in("owner@acme.example")
    assert browser.post(f"{path}/secret").status_code == 303


def test_a_further_endpoint_gets_the_events_that_were_ticked(app, browser, made, httpserver):
    httpserver.expect_request("/second").respond_with_data("", status=204)
    response = browser.follow(
        "/providers/bitloader/endpoints",
        url=httpserver.url_for("/second"),
        events=["payment_cancelled"],
    )
    assert response.status_code == 200 and shown(response, "webhook").startswith("whsec_")
    order = create(app, shown(made, "key")).json
    app.test_client().post(
        f"/api/orders/{order['orderId']}/cancel",
        headers={"Authorization": f"Bearer {shown(made, 'key')}"},
    )
    world.run_tasks(app)
    assert [one.path for one, _ in httpserver.log] == ["/second"]
    with app.app_context():
        org = organizations.find("acme")
        with as_org(org.id), reading() as session:
            assert len(session.scalars(select(Delivery)).all()) == 1


# --- own keys


def test_a_providers_own_keys_are_used_once_that_is_switched_on(make_app):
    from tests.fakes.stripe import StripeFake

    ours, theirs = "sk_test_51OrganizationKey0001", "sk_test_51ProvidersOwnKey0002"
    with StripeFake() as stripe:
        stripe.account(ours, id="acct_organization")
        stripe.account(theirs, id="acct_provider")
        app = make_app(STRIPE_API_BASE=stripe.url)
        browser = person(app)
        browser.post("/integrations/stripe", secretKey=ours)
        key = shown(
            browser.follow("/providers/new", name="Bitloader", payment_gateway="stripe"), "key"
        )
        saved = browser.post("/providers/bitloader/credentials/stripe", secretKey=theirs)
        assert saved.status_code == 303
        page = browser.get("/providers/bitloader/credentials/stripe").text
        assert "sk_test...0002" in page and theirs not in page

        def accounts():
            assert create(app, key).status_code == 200
            return [
                len(stripe.payment_intents(one)) for one in ("acct_organization", "acct_provider")
            ]

        assert accounts() == [1, 0]
        browser.post(
            "/providers/bitloader",
            name="Bitloader",
            slug="bitloader",
            status="active",
            payment_gateway="stripe",
            late_policy="accept",
            use_own_credentials="y",
        )
        assert accounts() == [1, 1]
    assert browser.get("/integrations/stripe").text.count("sk_test...0002") == 0


def test_only_payment_companies_have_keys_of_a_provider(browser, made):
    assert browser.get("/providers/bitloader/credentials/resend").status_code == 404
    assert browser.get("/providers/bitloader/credentials/sandbox").status_code == 404


# --- endpoints that are changed, and addresses before they are saved


def with_endpoint(browser) -> str:
    browser.post("/providers/bitloader/endpoints", url="http://127.0.0.1:9/a", events=PAID)
    return endpoint_of(browser)


PAID = "payment_succeeded"


def endpoint_of(browser) -> str:
    page = browser.get("/providers/bitloader").text
    return f"/providers/bitloader/endpoints/{re.findall(r'whe_[0-9A-Z]+', page)[-1]}"


def version(page: str) -> str:
    return re.search(r'name="version"[^>]*value="([^"]+)"', page)[1]


def test_an_endpoints_events_and_address_are_changed(app, browser, made):
    place = with_endpoint(browser)
    assert 'checked id="events-0"' in browser.get(place).text.replace("\n", " ")
    saved = browser.post(
        place, url="http://127.0.0.1:9/b", events=["payment_refunded", "payment_expired"]
    )
    assert saved.status_code == 303
    page = browser.get("/providers/bitloader").text
    assert "http://127.0.0.1:9/b" in page
    assert "payment_refunded, payment_expired" in page
    assert "http://127.0.0.1:9/a" in browser.get("/audit").text, "and what it was before is noted"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"url": "http://10.0.0.1/hook", "events": [PAID]}, "url-error"),
        ({"url": "gopher://a", "events": [PAID]}, "url-error"),
        ({"url": "http://127.0.0.1:9/a", "events": []}, "Events are"),
        ({"url": "http://127.0.0.1:9/a", "events": ["ping"]}, "valid choice"),
    ],
)
def test_what_creation_would_refuse_is_refused(browser, made, fields, said):
    place = with_endpoint(browser)
    refused = browser.post(place, **fields)
    assert refused.status_code == 422
    assert said in refused.text
    assert "http://127.0.0.1:9/a" in browser.get("/providers/bitloader").text


def test_of_two_who_change_an_endpoint_the_second_sees_the_first(browser, made):
    place = with_endpoint(browser)
    seen = version(browser.get(place).text)
    browser.post(place, version=seen, url="http://127.0.0.1:9/b", events=PAID)
    refused = browser.post(place, version=seen, url="http://127.0.0.1:9/c", events=PAID)
    assert refused.status_code == 409
    assert "Stored by now: http://127.0.0.1:9/b" in refused.text
    assert 'value="http://127.0.0.1:9/c"' in refused.text


def test_deliveries_meanwhile_are_nobodys_change(app, browser, made):
    place = with_endpoint(browser)
    seen = version(browser.get(place).text)
    browser.post(f"{place}/ping")
    world.run_tasks(app)
    assert (
        browser.post(place, version=seen, url="http://127.0.0.1:9/b", events=PAID).status_code
        == 303
    )


def test_a_failing_endpoint_says_what_went_wrong(app, browser, made):
    place = with_endpoint(browser)
    browser.post(f"{place}/ping")
    world.run_tasks(app)
    assert "Last error:" in browser.get("/providers/bitloader").text


@pytest.mark.parametrize(
    ("field", "typed", "shown"),
    [
        (
            "success_url",
            "https://shop.example.com/ok?o={orderId}&e={externalId}&s={status}",
            "https://shop.example.com/ok?o=ord_01M8EXAMPLE&amp;e=ORDER-1042&amp;s=paid",
        ),
        ("cancel_url", "https://shop.example.com/{status}", "https://shop.example.com/cancelled"),
        ("success_url", "https://shop.example.com/{order_id}", "{order_id} is sent as it stands"),
        ("success_url", "shop.example.com", "Give a complete address"),
        ("success_url", "javascript:alert(1)", "Give a complete address"),
        ("success_url", '"><script>', "Give a complete address"),
    ],
)
def test_an_address_is_shown_with_examples_before_it_is_saved(browser, made, field, typed, shown):
    answer = browser.get(f"/providers/new/preview?{urlencode({field: typed})}")
    assert shown in answer.text
    assert "<script" not in answer.text


def test_nothing_typed_shows_nothing_and_no_field_is_not_found(browser, made):
    assert "Leads" not in browser.get("/providers/new/preview?success_url=").text
    assert browser.get("/providers/new/preview").status_code == 404


def test_without_javascript_the_saved_address_is_shown_too(browser, made):
    saved(browser, success_url="https://shop.example.com/?o={orderId}")
    assert "https://shop.example.com/?o=ord_01M8EXAMPLE" in browser.get("/providers/bitloader").text


def test_own_keys_that_are_switched_off_are_said_not_to_be_used(app, browser):
    shop = world.open_shop(app)
    page = "/providers/bitloader/credentials/stripe"
    assert 'id="unused"' not in browser.get(page).text
    world.connect_stripe(shop, scope=Scope("provider", shop.provider_id))
    assert 'id="unused"' in browser.get(page).text
    with shop.inside(), transaction():
        db.session.get_one(Provider, shop.provider_id).use_own_credentials = True
    assert 'id="unused"' not in browser.get(page).text
