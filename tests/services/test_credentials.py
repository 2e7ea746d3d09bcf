"""What is typed is sealed, what is blank is kept, and what does not open is never replaced."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.extensions import db, reading, transaction
from app.kit.crypto import CannotOpen, Sealed
from app.kit.errors import Refused
from app.kit.tenancy import as_org
from app.models import AuditEntry, CredentialNote, IntegrationConfig, ProviderCredentials
from app.registry import services
from app.services import credentials
from app.services.credentials import PLATFORM, Scope
from tests import world
from tests.test_config import GOOD

KEY, HOOK = "sk_test_51FirstSecretKey0001", "whsec_first_webhook_secret"


@pytest.fixture
def shop(on_both):
    return world.open_shop(on_both)


def own(shop):
    return Scope("organization", shop.org_id)


def providers_own(shop):
    return Scope("provider", shop.provider_id)


def save(shop, scope=None, service="stripe", **values):
    with shop.inside(), transaction():
        credentials.save(service, scope or own(shop), values, actor="ana@example.com")


def raw(shop, table="integration_config"):
    """The stored object, past the guard and unopened."""
    with shop.app.app_context(), db.engine.connect() as connection:
        found = connection.exec_driver_sql(f"SELECT config FROM {table}").scalar_one()
    return found if isinstance(found, dict) else json.loads(found)


def overwrite(shop, **values):
    text = json.dumps(values)
    with shop.app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE integration_config SET config = '{text}'")


def opened(shop, scope=None, service="stripe"):
    with shop.inside(), reading():
        return credentials.open_stored(credentials.stored(service, scope or own(shop)))


def test_secrets_are_sealed_and_public_values_are_not(shop):
    save(shop, secretKey=KEY, webhookSecret=HOOK, publishableKey="pk_test_1")
    stored = raw(shop)
    assert stored["publishableKey"] == "pk_test_1"
    assert stored["secretKey"].startswith("enc:v1:")
    assert KEY not in json.dumps(stored)
    assert HOOK not in json.dumps(stored)
    found = opened(shop)
    assert (found["secretKey"], found["webhookSecret"]) == (KEY, HOOK)
    assert found["methods"] == "cashapp,card"


@pytest.mark.parametrize("service", [key for key, one in services().items() if one.fields])
def test_every_service_of_the_catalogue_is_stored_and_opened(shop, service):
    fields = services()[service].fields
    typed = {one.name: one.choices[0] if one.choices else f"v-{one.name}-012345" for one in fields}
    save(shop, service=service, **typed)
    stored = raw(shop)
    for one in fields:
        assert stored[one.name].startswith("enc:v1:") is one.is_secret
    found = opened(shop, service=service)
    assert {name: found[name] for name in typed} == typed


def test_a_blank_field_keeps_what_is_there(shop):
    save(shop, secretKey=KEY, webhookSecret=HOOK)
    before = raw(shop)
    save(shop, secretKey="", webhookSecret="   ", publishableKey="pk_test_2")
    after = raw(shop)
    assert after == {**before, "publishableKey": "pk_test_2"}


def test_a_value_that_does_not_open_survives_a_blank_save(shop):
    lost = f"enc:v1:00000000:{'A' * 60}"
    save(shop, secretKey=KEY)
    overwrite(shop, secretKey=lost)
    save(shop, secretKey="", publishableKey="pk_test_2")
    assert raw(shop) == {"secretKey": lost, "publishableKey": "pk_test_2"}
    save(shop, secretKey=KEY)
    assert opened(shop)["secretKey"] == KEY


def test_a_typed_envelope_is_data(shop):
    save(shop, secretKey=KEY)
    envelope = raw(shop)["secretKey"]
    rival = world.open_shop(shop.app, org="Rival")
    with rival.inside(), transaction():
        credentials.save("stripe", own(rival), {"secretKey": envelope}, actor="mallory")
        found = db.session.scalars(select(IntegrationConfig.config)).one()
    assert found["secretKey"].envelope != envelope
    assert opened(rival)["secretKey"] == envelope


@pytest.mark.parametrize("value", [" enc:v1:00000000:AAAA", "enc:v9:"])
def test_a_public_value_cannot_pretend_to_be_sealed(shop, value):
    with pytest.raises(Refused) as caught:
        save(shop, secretKey=KEY, publishableKey=value)
    assert caught.value.details == {"field": "publishableKey"}
    with shop.inside(), reading() as session:
        assert session.scalars(select(IntegrationConfig)).all() == []


def test_fields_the_catalogue_does_not_have_are_not_stored(shop):
    save(shop, secretKey=KEY, organization_id="org_other", isAdmin="yes")
    assert set(raw(shop)) == {"secretKey"}


def test_a_copied_value_does_not_open_for_anybody_else(shop):
    save(shop, secretKey=KEY)
    value = raw(shop)["secretKey"]
    save(shop, scope=providers_own(shop), secretKey="sk_test_other0000001")
    with shop.app.app_context(), db.engine.begin() as connection:
        text = json.dumps({"secretKey": value})
        connection.exec_driver_sql(f"UPDATE provider_credentials SET config = '{text}'")
    with pytest.raises(Refused, match='Gateway not configured: "stripe"'):
        opened(shop, providers_own(shop))
    assert opened(shop)["secretKey"] == KEY


def test_a_field_moved_inside_its_row_does_not_open(shop):
    save(shop, secretKey=KEY, webhookSecret=HOOK)
    stored = raw(shop)
    overwrite(shop, secretKey=stored["webhookSecret"], webhookSecret=stored["secretKey"])
    with pytest.raises(Refused):
        opened(shop)


@pytest.fixture
def production(shop, make_app):
    with shop.app.app_context():
        url = db.engine.url.render_as_string(hide_password=False)
    keys = {"SECRET_KEY": GOOD["SECRET_KEY"], "PUBLIC_BASE_URL": "https://pay.example.com"}
    return make_app(url, APP_ENV="production", **keys)


def test_plaintext_is_read_outside_of_production_alone(shop, production):
    save(shop, secretKey=KEY)
    overwrite(shop, secretKey="sk_test_51Plaintext00001")
    assert opened(shop)["secretKey"] == "sk_test_51Plaintext00001"
    shop.app = production
    with pytest.raises(Refused):
        opened(shop)


def test_plaintext_is_sealed_on_the_next_save(shop):
    save(shop, secretKey=KEY)
    overwrite(shop, secretKey="sk_test_51Plaintext00001")
    save(shop, secretKey="sk_test_51Plaintext00001")
    assert raw(shop)["secretKey"].startswith("enc:v1:")


@pytest.mark.parametrize(
    "stored",
    [{"publishableKey": "pk_test_1"}, {"webhookSecret": "whsec_x", "methods": "card"},
     {"secretKey": ""}, {"secretKey": None}, {"secretKey": "enc:v9:zzz"}, {}],
)  # fmt: skip
def test_what_is_incomplete_or_does_not_open_is_not_configured(shop, stored):
    save(shop, secretKey=KEY)
    overwrite(shop, **stored)
    with pytest.raises(Refused) as caught:
        opened(shop)
    assert caught.value.code == "gateway_not_configured"


def test_choices_and_defaults_alone_count_as_empty(shop):
    save(shop, service="square", environment="sandbox")
    with shop.inside(), reading():
        assert credentials.stored("square", own(shop)).is_empty
    save(shop, service="square", locationId="L1")
    with shop.inside(), reading():
        assert not credentials.stored("square", own(shop)).is_empty


def test_the_environment_is_the_platforms_scope(make_app, on_both):
    with on_both.app_context():
        url = db.engine.url.render_as_string(hide_password=False)
    app = make_app(url, STRIPE_SECRET_KEY=KEY, NEXT_PUBLIC_PAYPAL_CLIENT_ID="second name")
    with app.app_context():
        found = credentials.open_stored(credentials.stored("stripe", PLATFORM))
        assert found["secretKey"] == KEY
        assert credentials.stored("paypal", PLATFORM).values == {"clientId": "second name"}
        assert credentials.stored("square", PLATFORM).is_empty


def test_notes_show_what_was_set_by_whom_and_nothing_more(shop):
    save(shop, secretKey=KEY, webhookSecret="short", publishableKey="pk_test_1")
    save(shop, secretKey="sk_test_51SecondSecret0002")
    with shop.inside(), reading() as session:
        notes = session.scalars(select(CredentialNote)).all()
    shown = {one.field: one.masked for one in notes}
    assert shown == {"secretKey": "sk_test...0002", "webhookSecret": "••••"}
    assert {one.set_by for one in notes} == {"ana@example.com"}


def test_the_audit_log_names_fields_and_holds_no_value(shop):
    save(shop, secretKey=KEY, webhookSecret="", publishableKey="pk_test_1")
    with shop.inside(), reading() as session:
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action.like("cred%"))).all()
    assert entry.data == {"fields": ["publishableKey", "secretKey"]}
    assert entry.actor == "ana@example.com"
    assert entry.subject == f"stripe of organization {shop.org_id}"


def test_two_scopes_have_a_row_each(shop):
    save(shop, secretKey=KEY)
    save(shop, scope=providers_own(shop), secretKey="sk_test_51OfTheProvider01")
    save(shop, secretKey="sk_test_51Again0000000001")
    assert opened(shop)["secretKey"] == "sk_test_51Again0000000001"
    assert opened(shop, providers_own(shop))["secretKey"] == "sk_test_51OfTheProvider01"
    with shop.inside(), reading() as session:
        assert len(session.scalars(select(IntegrationConfig)).all()) == 1
        assert len(session.scalars(select(ProviderCredentials)).all()) == 1


def test_nobody_saves_for_another_organizations_provider(shop):
    rival = world.open_shop(shop.app, org="Rival")
    with pytest.raises(IntegrityError):
        save(shop, scope=providers_own(rival), secretKey=KEY)


def test_one_organization_never_opens_anothers(shop):
    save(shop, secretKey=KEY)
    rival = world.open_shop(shop.app, org="Rival")
    for scope in (own(shop), own(rival)):
        with rival.inside(), reading():
            assert credentials.stored("stripe", scope).values == {}
    with shop.app.app_context(), as_org(rival.org_id), reading():
        assert credentials.stored("stripe", providers_own(shop)).values == {}


def test_values_do_not_print(shop):
    save(shop, secretKey=KEY, publishableKey="pk_test_1")
    with shop.inside(), reading():
        found = credentials.stored("stripe", own(shop))
    assert "enc:v1" not in repr(found)
    assert KEY not in repr(opened(shop))


def test_a_sealed_value_opens_at_its_own_place_alone(app):
    place = {"table": "t", "owner": "o", "service": "s", "field": "f"}
    with app.app_context():
        sealed = credentials.seal("x", **place)
        assert credentials.open_field(sealed, **place) == "x"
        for part in place:
            with pytest.raises(CannotOpen):
                credentials.open_field(sealed, **{**place, part: "other"})
        with pytest.raises(CannotOpen):
            credentials.open_field(Sealed("x"), **place)


@pytest.mark.parametrize(
    ("secret", "shown"),
    [("sk_live_51HabcdefGHIJKLMN1234", "sk_live...1234"), ("", "••••"), ("12345678901", "••••"),
     ("sk_live_1234", "sk_live...1234"), ("123456789012", "12...9012"),
     ("hunter2hunter2hunter2", "hunter...ter2"), ("EAAAl" + "x" * 20 + "wxyz", "EAAAlxx...wxyz")],
)  # fmt: skip
def test_a_secret_shows_its_beginning_and_its_last_four(secret, shown):
    assert credentials.mask(secret) == shown
