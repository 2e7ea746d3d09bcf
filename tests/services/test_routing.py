"""Whose credentials pay: the most specific scope that has any, and that one whole."""

import pytest

from app.extensions import db, reading, transaction
from app.kit.errors import Refused
from app.models import Organization, Provider
from app.services import api_keys, credentials, routing
from app.services.credentials import Scope
from tests import world

OURS, THEIRS, PLATFORM = "sk_test_51Organization01", "sk_test_51Provider000001", "sk_test_51Env1"


@pytest.fixture
def shop(on_both, make_app):
    with on_both.app_context():
        url = db.engine.url.render_as_string(hide_password=False)
    return world.open_shop(make_app(url, STRIPE_SECRET_KEY=PLATFORM), gateway="stripe")


def save(shop, kind, **values):
    owner = {"organization": shop.org_id, "provider": shop.provider_id}[kind]
    with shop.inside(), transaction():
        credentials.save("stripe", Scope(kind, owner), values, actor="test")


def use_own(shop):
    with shop.inside(), transaction():
        db.session.get_one(Provider, shop.provider_id).use_own_credentials = True


def caller(shop):
    with shop.app.app_context():
        return api_keys.authenticate(shop.key)


def chosen(shop, asked=None):
    with shop.inside():
        return routing.choose(caller(shop), asked)


def refused(shop, asked=None):
    with pytest.raises(Refused) as caught:
        chosen(shop, asked)
    return caught.value.code == "gateway_not_configured"


def test_the_providers_own_come_first(shop):
    save(shop, "organization", secretKey=OURS)
    save(shop, "provider", secretKey=THEIRS)
    use_own(shop)
    found = chosen(shop)
    assert found.scope == Scope("provider", shop.provider_id)
    assert found.credentials["secretKey"] == THEIRS
    assert found.reason == "gateway by provider, credentials of the provider"


def test_they_are_not_used_while_the_switch_is_off(shop):
    save(shop, "organization", secretKey=OURS)
    save(shop, "provider", secretKey=THEIRS)
    assert chosen(shop).credentials["secretKey"] == OURS


def test_then_the_organizations(shop):
    save(shop, "organization", secretKey=OURS)
    use_own(shop)
    found = chosen(shop)
    assert found.scope == Scope("organization", shop.org_id)
    assert found.credentials["secretKey"] == OURS


def test_then_the_environment(shop):
    use_own(shop)
    found = chosen(shop)
    assert found.scope == credentials.PLATFORM
    assert found.credentials["secretKey"] == PLATFORM


def test_an_organization_that_signed_itself_up_does_not_get_the_environment(shop):
    with shop.inside(), transaction():
        db.session.get_one(Organization, shop.org_id).uses_platform_credentials = False
    assert refused(shop)
    save(shop, "organization", secretKey=OURS)
    assert chosen(shop).credentials["secretKey"] == OURS


@pytest.mark.parametrize("kind", ["provider", "organization"])
def test_a_scope_with_choices_alone_is_passed_over(shop, kind):
    save(shop, kind, methods="card")
    use_own(shop)
    assert chosen(shop).scope == credentials.PLATFORM


@pytest.mark.parametrize("kind", ["provider", "organization"])
def test_a_scope_with_some_values_is_an_error_and_nothing_behind_it_is_used(shop, kind):
    save(shop, kind, webhookSecret="whsec_alone")
    use_own(shop)
    assert refused(shop)


@pytest.mark.parametrize("kind", ["provider", "organization"])
@pytest.mark.parametrize(
    "value", [f"enc:v1:00000000:{'A' * 60}", "enc:v1:damaged", "enc:v9:00000000:AAAA"]
)
def test_a_scope_that_does_not_open_is_an_error_and_nothing_behind_it_is_used(shop, kind, value):
    save(shop, kind, secretKey=OURS)
    use_own(shop)
    table = {"provider": "provider_credentials", "organization": "integration_config"}[kind]
    with shop.app.app_context(), db.engine.begin() as connection:
        text = f'{{"secretKey": "{value}"}}'
        connection.exec_driver_sql(f"UPDATE {table} SET config = '{text}'")
    assert refused(shop)


def test_one_scope_is_used_whole(shop):
    save(shop, "organization", secretKey=OURS)
    save(shop, "provider", secretKey=THEIRS, webhookSecret="whsec_of_the_provider")
    assert "webhookSecret" not in chosen(shop).credentials.values
    use_own(shop)
    assert chosen(shop).credentials["webhookSecret"] == "whsec_of_the_provider"


def test_request_then_provider_then_default_name_the_gateway(shop):
    assert chosen(shop, "sandbox").reason.startswith("gateway by request")
    assert chosen(shop).gateway == "stripe"
    with shop.inside(), transaction():
        db.session.get_one(Provider, shop.provider_id).payment_gateway = None
    found = chosen(shop)
    assert (found.gateway, found.reason.split(",")[0]) == ("sandbox", "gateway by default")


def test_nothing_configured_anywhere_is_refused(shop):
    assert refused(shop, "square")
    with shop.inside():
        assert routing.usable("square", caller(shop)) is None
        assert routing.usable("stripe", caller(shop)) is not None


def test_a_payment_keeps_its_scope_when_it_may_not_be_chosen_any_more(shop):
    with shop.inside(), transaction():
        db.session.get_one(Organization, shop.org_id).uses_platform_credentials = False
    with shop.inside():
        assert routing.connect_scope("stripe", credentials.PLATFORM)


def test_no_gateway_is_called_while_a_connection_is_held(shop):
    found = chosen(shop)
    for held in (transaction, reading):
        with shop.inside(), held(), pytest.raises(RuntimeError, match="no company is called"):
            routing.connect("stripe", found.credentials)


@pytest.mark.parametrize("environment", ["Sandbox", "test", "live;sandbox"])
def test_a_value_that_is_none_of_its_choices_is_not_configured(make_app, environment):
    """A typo in the environment must not decide between test and live."""
    keys = {"PAYPAL_CLIENT_ID": "a", "PAYPAL_CLIENT_SECRET": "b"}
    app = make_app(**keys, PAYPAL_ENVIRONMENT=environment)
    shop = world.open_shop(app, gateway="paypal")
    response = shop.create(20)
    assert (response.status_code, response.json["code"]) == (400, "gateway_not_configured")
