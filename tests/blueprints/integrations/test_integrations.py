"""Integrations: what was typed is sealed, shows its ends only, and can be tried out."""

import re

import pytest
from sqlalchemy import select

import app.registry as registry
from app.extensions import db, reading
from app.kit.tenancy import as_org
from app.models import AuditEntry, IntegrationConfig, Role
from app.registry import services
from app.registry.spec import Field, Spec
from app.services import credentials, organizations
from app.services.credentials import Scope
from tests import world
from tests.fakes.stripe import StripeFake
from tests.merchant import person

KEY = "sk_test_51GatehouseCanary0001"
HOOK = "whsec_canary_of_the_webhook_0002"


@pytest.fixture
def browser(app):
    return person(app)


def stored(app, service: str = "stripe"):
    with app.app_context():
        org = organizations.find("acme")
        with as_org(org.id), reading() as session:
            return session.scalars(
                select(IntegrationConfig).where(IntegrationConfig.service == service)
            ).one_or_none()


def opened(app, name: str) -> str:
    with app.app_context():
        org = organizations.find("acme")
        with as_org(org.id), reading():
            found = credentials.stored("stripe", Scope("organization", org.id))
            return credentials.open_stored(found)[name]


def save(browser, service: str = "stripe", **fields: str):
    return browser.post(f"/integrations/{service}", **fields)


def test_every_service_has_a_card_and_a_page_with_its_fields(browser):
    page = browser.get("/integrations").text
    for key, spec in services().items():
        assert f'data-id="{key}"' in page
        form = browser.get(f"/integrations/{key}").text
        for one in spec.fields:
            assert f'name="{one.name}"' in form, (key, one.name)
            # The label of a switch is around it, not before it.
            label = '<label class="check">' if one.kind == "switch" else f'for="{one.name}"'
            assert label in form, (key, one.name)


def test_the_list_names_the_ways_to_pay_that_are_offered_and_what_is_built_in(browser):
    page = browser.get("/integrations").text
    assert "PayPal, Card, Pay later" in page and "Venmo" not in page
    sandbox = page.partition('data-id="sandbox"')[2].partition("</li>")[0]
    assert "Built in" in sandbox and "Environment" not in sandbox


def test_what_proves_their_calls_is_called_as_it_is_called_above_its_input(browser):
    save(browser, "paypal", clientId="A-canary-client", clientSecret="E-canary-secret")
    assert "“Webhook id” is not stored" in browser.get("/integrations/paypal").text
    save(browser, secretKey=KEY, webhookSecret=HOOK)
    assert "“Webhook signing secret” is stored" in browser.get("/integrations/stripe").text


def test_a_saved_secret_is_sealed_and_shows_its_ends_only(app, browser):
    assert save(browser, secretKey=KEY, webhookSecret=HOOK).status_code == 303
    page = browser.get("/integrations/stripe").text
    assert "sk_test...0001" in page
    assert "owner@acme.example" in page
    for secret in (KEY, HOOK):
        assert secret not in page
    with app.app_context(), db.engine.connect() as connection:
        (config,) = connection.exec_driver_sql("SELECT config FROM integration_config").scalars()
    assert config["secretKey"].startswith("enc:v1:")
    assert KEY not in repr(config)
    assert opened(app, "secretKey") == KEY


def test_the_list_says_configured_and_in_which_mode(make_app, stripe):
    live = "sk_live_51GatehouseCanary0001"
    stripe.account(live, id="acct_1Canary")
    browser = person(make_app(STRIPE_API_BASE=stripe.url))

    def card():
        return (
            browser.get("/integrations").text.partition('data-id="stripe"')[2].partition("</li>")[0]
        )

    assert "Not configured" in card()
    save(browser, secretKey=KEY)
    assert "Not configured" not in card()
    assert "Configured" in card() and "Test" in card()
    assert "Needs attention" in card(), "their calls cannot be believed yet"
    save(browser, secretKey=live, webhookSecret=HOOK)
    assert "Live" in card()
    assert "Needs attention" not in card()


def test_an_empty_field_keeps_and_remove_forgets(app, browser):
    save(browser, secretKey=KEY, webhookSecret=HOOK, publishableKey="pk_test_51Canary")
    save(browser, secretKey="", webhookSecret="", publishableKey="pk_test_51Canary")
    assert opened(app, "webhookSecret") == HOOK
    save(browser, **{"remove-webhookSecret": "y", "publishableKey": ""})
    assert set(stored(app).config) == {"secretKey"}
    assert HOOK[-4:] not in browser.get("/integrations/stripe").text


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"secretKey": "pk_test_51Canary0001"}, "secretKey"),
        ({"secretKey": "garbage"}, "secretKey"),
        ({"secretKey": KEY, "publishableKey": "pk_live_51Canary0001"}, "publishableKey"),
        ({"secretKey": KEY, "webhookSecret": "we_1234567890"}, "webhookSecret"),
        ({"secretKey": "sk_test_" + "x" * 3000}, "secretKey"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused_at_its_field(app, browser, fields, where):
    response = save(browser, **fields)
    assert response.status_code == 422
    assert f'id="{where}-error"' in response.text
    assert stored(app) is None
    assert fields["secretKey"] not in response.text


def test_keys_of_two_modes_are_refused_whenever_they_were_typed(app, browser):
    save(browser, secretKey="sk_live_51GatehouseCanary0001")
    response = save(browser, publishableKey="pk_test_51Canary0001")
    assert response.status_code == 422
    assert "publishableKey" not in stored(app).config
    assert save(browser, publishableKey="pk_live_51Canary0001").status_code == 303


def test_what_is_needed_is_asked_for(app, browser):
    response = save(browser, publishableKey="pk_test_51Canary")
    assert response.status_code == 422
    assert 'id="secretKey-error"' in response.text


IFTHENPAY = {"antiPhishingKey": "canary1234567", "environment": "production"}


@pytest.mark.parametrize(
    ("service", "fields", "where"),
    [
        ("easypay", {"accountId": "12345"}, "accountId"),
        ("easypay", {"apiKey": "sk_live_51Canary00000001"}, "apiKey"),
        ("ifthenpay", {"mbKey": "ABC123456"}, "mbKey"),
        ("ifthenpay", {"mbwayKey": "ABCD-123456"}, "mbwayKey"),
        ("ifthenpay", {"ccKey": "ABC-12345"}, "ccKey"),
        ("ifthenpay", {"mbKey": "ABC-123456", "backofficeKey": "1111-2222-3333"}, "backofficeKey"),
        ("ifthenpay", {"mbKey": "ABC-123456", "antiPhishingKey": "short"}, "antiPhishingKey"),
        ("ifthenpay", {"entity": "1160", "subEntity": "999"}, "entity"),
        ("ifthenpay", {"entity": "11604", "subEntity": "9999"}, "subEntity"),
        ("ifthenpay", {"entity": "11604"}, "subEntity"),
    ],
)
def test_a_value_of_another_shape_is_refused_with_an_example(app, browser, service, fields, where):
    whole = {"easypay": EASYPAY, "ifthenpay": IFTHENPAY}[service] | fields
    response = save(browser, service, **whole)
    assert response.status_code == 422
    assert f'id="{where}-error"' in response.text
    known = next(one for one in services()[service].fields if one.name == where)
    assert f"looks like {known.example}" in response.text or fields == {"entity": "11604"}
    assert stored(app, service) is None


def test_every_example_has_the_shape_it_stands_for():
    shaped = [one for spec in services().values() for one in spec.fields if one.pattern]
    assert len(shaped) == 10
    for one in shaped:
        assert re.fullmatch(one.pattern, one.example), one.name


EASYPAY = {
    "accountId": "2b0f63e2-9fb5-4e52-aca0-b4bf0339bbe6",
    "apiKey": "eae4aa59-8e5b-4ec2-887d-b02768481a92",
    "baseUrl": "production",
}


def test_what_is_needed_is_not_emptied_by_mistake(app, browser):
    save(browser, "easypay", **EASYPAY)
    response = save(browser, "easypay", accountId="", apiKey="", baseUrl="production")
    assert response.status_code == 422
    assert 'id="accountId-error"' in response.text and "It does not work without" in response.text
    assert stored(app, "easypay").config["accountId"] == EASYPAY["accountId"]


def test_everything_goes_together_and_that_is_said(app, browser):
    save(browser, "easypay", **EASYPAY)
    page = browser.follow(
        "/integrations/easypay", accountId="", baseUrl="production", **{"remove-apiKey": "y"}
    ).text
    assert "Your values are gone; nothing is paid through it any more." in page
    assert not {"accountId", "apiKey"} & set(stored(app, "easypay").config)


def test_what_still_is_missing_is_named_where_it_was_saved_and_later(browser):
    page = browser.follow(
        "/integrations/ifthenpay", antiPhishingKey="canary1234567", environment="production"
    ).text
    names = "Multibanco key or MB WAY key or Card key or Multibanco entity"
    assert f"Saved, but it cannot be used yet. Missing: {names}." in page
    assert f"Some values are missing: {names}." in browser.get("/integrations/ifthenpay").text


def test_a_viewer_sees_but_does_not_change(app):
    viewer = person(app, Role.viewer)
    assert viewer.get("/integrations/stripe").status_code == 200
    assert "Save" not in viewer.get("/integrations/stripe").text
    assert save(viewer, secretKey=KEY).status_code == 403


def test_the_audit_log_says_who_and_which_fields_and_no_value(app, browser):
    save(browser, secretKey=KEY)
    with app.app_context():
        org = organizations.find("acme")
        with as_org(org.id), reading() as session:
            entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [one.action for one in entries] == ["person.signed_in", "credentials.saved"]
    entry = entries[-1]
    assert (entry.actor, entry.address) == ("owner@acme.example", "192.0.2.1")
    assert entry.data["fields"] == ["secretKey"]
    assert org.id in entry.subject
    assert KEY not in repr(entry.data)


def test_the_inbound_address_is_shown_once_there_is_one(browser):
    assert "/api/webhooks/stripe/" not in browser.get("/integrations/stripe").text
    save(browser, secretKey=KEY)
    page = browser.get("/integrations/stripe").text
    assert "http://127.0.0.1:5999/api/webhooks/stripe/" in page


def test_a_company_that_no_provider_is_paid_through_is_pointed_out(app, browser):
    def warned() -> bool:
        return 'id="elsewhere"' in browser.get("/integrations/stripe").text

    world.open_shop(app)
    assert not warned(), "nothing is connected yet"
    save(browser, secretKey=KEY)
    assert warned() and "/providers/bitloader#settings" in browser.get("/integrations/stripe").text
    world.open_shop(app, name="Second shop", gateway="stripe")
    assert not warned()


# --- Test connection


@pytest.fixture
def stripe():
    with StripeFake() as fake:
        fake.account(KEY, id="acct_1Canary")
        yield fake


@pytest.fixture
def connected(make_app, stripe):
    browser = person(make_app(STRIPE_API_BASE=stripe.url))
    save(browser, secretKey=KEY)
    return browser


def test_first_keys_are_tried_when_they_are_saved(make_app, stripe):
    browser = person(make_app(STRIPE_API_BASE=stripe.url))
    refused = save(browser, secretKey="sk_test_51NobodysCanary0009")
    assert refused.status_code == 422 and "Nothing was saved." in refused.text
    assert stored(browser.app) is None
    assert "They accept the keys." in browser.follow("/integrations/stripe", secretKey=KEY).text


def test_a_good_connection_names_account_and_mode(connected):
    page = connected.post("/integrations/stripe/test").text
    assert 'data-ok="true"' in page
    assert "acct_1Canary" in page
    assert "test mode" in page


def test_a_key_they_do_not_know_is_said_and_not_shown(connected, stripe):
    stripe.revoke(KEY)
    page = connected.post("/integrations/stripe/test").text
    assert 'data-ok="false"' in page
    assert KEY not in page


def test_silence_is_said(connected, stripe):
    stripe.fail_next("GET /v1/account", status=503, times=3)
    assert 'data-ok="false"' in connected.post("/integrations/stripe/test").text


def test_a_service_without_an_adapter_says_so(browser, monkeypatch):
    world.unplug(monkeypatch, "square")
    assert 'data-ok="false"' in browser.post("/integrations/square/test").text


# --- the endpoint at Stripe


def health(response) -> str:
    return response.text.partition('data-state="')[2].partition('"')[0]


def test_one_press_registers_our_address_and_keeps_its_secret(connected, stripe):
    assert health(connected.post("/integrations/stripe/endpoint/check")) == "missing"
    response = connected.post("/integrations/stripe/endpoint")
    assert health(response) == "fine"
    assert re.search(r"<code>whsec_\w\.\.\.\w{4}</code>", response.text)
    (made,) = stripe.webhook_endpoints()
    assert made["url"] in response.text
    assert health(connected.post("/integrations/stripe/endpoint/check")) == "fine"


def test_a_refusal_of_theirs_is_a_sentence(connected, stripe):
    stripe.account(KEY, id="acct_1Canary", lacks=["webhook_endpoints:write"])
    response = connected.post("/integrations/stripe/endpoint")
    assert response.status_code == 400
    assert 'role="alert"' in response.text
    assert stripe.webhook_endpoints() == []


# --- one catalogue entry, and nothing else


def test_a_made_up_service_has_card_form_masking_and_environment(monkeypatch, make_app):
    spec = Spec(
        "pigeon",
        "Pigeon Post",
        "Notifications",
        (
            Field("loftKey", "Loft key", ("PIGEON_LOFT_KEY",), "secret", True),
            Field("coop", "Coop", ("PIGEON_COOP",), "choice", default="north",
                  choices=("north", "south")),
        ),
    )  # fmt: skip
    monkeypatch.setitem(registry.SERVICES, "pigeon", spec)
    app = make_app()
    browser = person(app)
    assert 'data-id="pigeon"' in browser.get("/integrations").text
    assert save(browser, "pigeon", loftKey="coo-coo-canary-0003", coop="south").status_code == 303
    page = browser.get("/integrations/pigeon").text
    assert "coo-c...0003" in page and "coo-coo-canary-0003" not in page
    assert '<option selected value="south">' in page

    other = person(
        make_app(PIGEON_LOFT_KEY="env-canary-0004"), email="b@acme.example", org="Second"
    )
    card = other.get("/integrations").text.partition('data-id="pigeon"')[2].partition("</li>")[0]
    assert "Configured" in card and "Environment" in card


UNUSED = [one.key for one in services().values() if not one.is_active]


@pytest.mark.parametrize("service", UNUSED)
def test_a_service_that_nothing_speaks_to_yet_says_so_and_offers_no_test(browser, service):
    spec = services()[service]
    typed = {one.name: (one.choices or ("xyz",))[0] for one in spec.fields if one.kind != "switch"}
    save(browser, service, **typed)
    page = browser.get(f"/integrations/{service}").text
    assert f"Gatehouse does not speak to {spec.title} yet" in page
    assert "Test connection" not in page and "/api/webhooks/" not in page


def test_one_that_works_says_nothing_of_the_kind(browser):
    save(browser, "stripe", secretKey=KEY)
    assert "does not speak to" not in browser.get("/integrations/stripe").text
