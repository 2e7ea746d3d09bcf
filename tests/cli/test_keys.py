"""keys generate, seal, verify, rotate; and a key that is gone."""

import json

import pytest

import config
from app.extensions import db, reading, transaction
from app.kit.crypto import Sealed
from app.models import IntegrationConfig, WebhookEndpoint
from app.services import credentials
from app.services.credentials import Scope
from tests import world
from tests.cli.conftest import runner
from tests.test_config import GOOD

HOOK = "http://127.0.0.1:5998/hook"
PLAIN = "sk_test_51PlaintextInTheDatabase"


@pytest.fixture
def shop(on_both):
    shop = world.open_shop(on_both, webhook_url=HOOK)
    world.connect_stripe(shop)
    return shop


def overwrite(shop, value):
    """What somebody who can write one cell of the database does."""
    config_ = json.dumps({"secretKey": value, "publishableKey": "pk_test_1"})
    with shop.app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE integration_config SET config = '{config_}'")


def stored(shop):
    with shop.app.app_context(), db.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT config FROM integration_config").scalar_one()
    return found if isinstance(found, dict) else json.loads(found)


def dump(shop):
    with shop.app.app_context(), db.engine.connect() as connection:
        return [
            connection.exec_driver_sql(f"SELECT * FROM {table}").all()
            for table in ("integration_config", "webhook_endpoints", "credential_notes", "audit")
        ]


def test_a_generated_key_is_strong_and_new_each_time(app):
    run = runner(app)
    keys = {run("keys", "generate").output.strip() for _ in range(5)}
    assert len(keys) == 5
    for key in keys:
        config.load({**GOOD, "INTEGRATION_ENCRYPTION_KEY": key})


def test_plaintext_is_sealed_all_at_once(shop):
    run = runner(shop.app)
    overwrite(shop, PLAIN)

    assert run("keys", "seal").output == "1 values sealed.\n"

    value = stored(shop)
    assert value["secretKey"].startswith("enc:v1:")
    assert value["publishableKey"] == "pk_test_1"
    assert run("keys", "seal").output == "0 values sealed.\n"
    assert run("keys", "verify").exit_code == 0
    with shop.inside(), reading():
        found = credentials.stored("stripe", Scope("organization", shop.org_id))
        assert credentials.open_stored(found)["secretKey"] == PLAIN
    assert any("sk_test...base" in str(row) for row in dump(shop)[2])


def test_verify_opens_everything_and_changes_nothing(shop):
    before = dump(shop)
    result = runner(shop.app)("keys", "verify")
    assert (result.exit_code, result.output) == (0, "3 open, 0 do not.\n")
    assert dump(shop) == before


def test_inbound_bodies_are_verified_too(on_both):
    shop = world.open_shop(on_both)
    shop.pay(shop.order())
    result = runner(on_both)("keys", "verify")
    assert result.exit_code == 0
    assert result.output.startswith("1 open, 0")


def test_a_value_moved_to_another_row_is_found(shop):
    with shop.inside(), transaction():
        sealed = credentials.seal(
            "x", table="integration_config", owner="org_other", service="stripe", field="secretKey"
        )
    overwrite(shop, sealed.envelope)
    result = runner(shop.app)("keys", "verify")
    assert result.exit_code == 1
    assert result.output.splitlines()[0] == "1 open, 1 do not."
    assert f"integration_config {shop.org_id} secretKey: does not open" in result.output


@pytest.fixture
def without_the_key(shop, make_app):
    """The same database, after its key was lost."""
    with shop.app.app_context():
        url = db.engine.url.render_as_string(hide_password=False)
    return make_app(url, INTEGRATION_ENCRYPTION_KEY="another-key-5d4c3b2a190807f6e5d4")


def test_a_lost_key_is_named_by_verify_and_doctor(shop, without_the_key):
    run = runner(without_the_key)
    before = dump(shop)
    with shop.app.app_context():
        kid = shop.app.extensions["keyring"].first.kid

    verified, looked = run("keys", "verify"), run("doctor")

    assert verified.exit_code == 1
    assert verified.output.startswith("0 open, 3 do not.")
    assert f"sealed with a key that is not here: {kid}" in verified.output
    assert looked.exit_code == 1
    assert f"FAIL encryption key: values sealed with unknown keys: {kid}" in looked.output
    assert dump(shop) == before


def test_a_lost_key_makes_the_installation_unready(without_the_key):
    response = without_the_key.test_client().get("/readyz")
    assert response.status_code == 503
    assert response.json["status"] == "unready"


def test_the_lost_key_as_a_previous_one_mends_it(shop, make_app):
    old = shop.app.config["SETTINGS"]["INTEGRATION_ENCRYPTION_KEY"]
    with shop.app.app_context():
        url = db.engine.url.render_as_string(hide_password=False)
    app = make_app(
        url,
        INTEGRATION_ENCRYPTION_KEY="another-key-5d4c3b2a190807f6e5d4",
        INTEGRATION_ENCRYPTION_KEY_PREVIOUS=old,
    )
    assert app.test_client().get("/readyz").status_code == 200
    assert runner(app)("keys", "verify").exit_code == 0


@pytest.fixture
def production(shop, make_app):
    with shop.app.app_context():
        url = db.engine.url.render_as_string(hide_password=False)
    keys = {"SECRET_KEY": GOOD["SECRET_KEY"], "APP_ENV": "production"}
    return make_app(url, **keys, PUBLIC_BASE_URL="https://pay.example.com")


def test_production_refuses_plaintext(shop, production):
    overwrite(shop, PLAIN)
    result = runner(production)("keys", "verify")
    assert result.exit_code == 1
    assert "secretKey: plaintext" in result.output
    assert PLAIN not in result.output
    shop.app = production
    response = shop.create(5, gateway="stripe")
    assert (response.status_code, response.json["code"]) == (400, "gateway_not_configured")


def test_an_endpoint_with_a_damaged_secret_is_found(shop):
    with shop.inside(), transaction():
        from sqlalchemy import select

        db.session.scalars(select(WebhookEndpoint)).one().secret = Sealed("damaged")
    result = runner(shop.app)("keys", "verify")
    assert result.exit_code == 1
    assert "webhook_endpoints" in result.output
    assert "sealed with a key that is not here: none" in result.output
    assert IntegrationConfig.__tablename__ not in result.output


NEW = "Zr5Kc8Wq2Lx7Nb4Tg9Hd1Ms6Pv3Jf0Ya-promoted"


@pytest.fixture
def promoted(shop, make_app):
    """The same database, after a new key was made the first."""
    with shop.app.app_context():
        url = db.engine.url.render_as_string(hide_password=False)
    old = shop.app.config["SETTINGS"]["INTEGRATION_ENCRYPTION_KEY"]
    keys = {"INTEGRATION_ENCRYPTION_KEY": NEW, "INTEGRATION_ENCRYPTION_KEY_PREVIOUS": old}
    return make_app(url, **keys)


def kids(promoted):
    with promoted.app_context():
        return [*promoted.extensions["keyring"].keys][::-1]


def test_rotate_says_what_it_did_and_which_key_may_go(promoted):
    run, (new, old) = runner(promoted), kids(promoted)
    result = run("keys", "rotate")
    assert result.output.splitlines() == [
        "integration_config.config: 2 sealed anew.",
        "webhook_endpoints.secret: 1 sealed anew.",
        f"3 values sealed anew with key {new}.",
        f"Key {old} (entry 1 of INTEGRATION_ENCRYPTION_KEY_PREVIOUS): no value needs it any more.",
    ]
    assert result.exit_code == 0
    again = run("keys", "rotate")
    assert (again.exit_code, again.output.splitlines()[0]) == (
        0,
        f"0 values sealed anew with key {new}.",
    )
    assert run("keys", "verify").output == "3 open, 0 do not.\n"


def test_rotate_names_what_does_not_open_and_leaves_it(promoted, shop):
    lost = f"enc:v1:00000000:{'A' * 60}"
    overwrite(shop, lost)
    result = runner(promoted)("keys", "rotate")
    assert result.exit_code == 1
    assert "1 do not open and were left as they are:\n" in result.output
    assert f"  integration_config {shop.org_id} secretKey: no key with id 00000000" in result.output
    assert "A" * 38 not in result.output
    assert stored(shop)["secretKey"] == lost


def test_rotate_says_which_key_is_still_needed(promoted, shop):
    with shop.inside(), transaction():
        elsewhere = {"table": "users", "owner": "usr_1", "service": "totp", "field": "totp"}
        moved = credentials.seal("x", **elsewhere).envelope
    overwrite(shop, moved)
    result = runner(promoted)("keys", "rotate")
    assert result.exit_code == 1
    assert result.output.splitlines()[-1].endswith("_PREVIOUS): 1 values still need it.")


def test_plaintext_in_production_is_not_rotated_but_named(shop, production):
    overwrite(shop, PLAIN)
    result = runner(production)("keys", "rotate")
    assert result.exit_code == 1
    assert "secretKey: plaintext" in result.output
    assert PLAIN not in result.output
    assert stored(shop)["secretKey"] == PLAIN
