"""Two people before one form: what the first saved is not undone by the second unseen."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from app.extensions import db, transaction
from app.kit.tenancy import as_org
from app.models import Role
from app.services import credentials, integrations, organizations, providers
from app.services.credentials import Scope
from tests import world
from tests.merchant import person

KEY, OTHER = "sk_test_51GatehouseCanary0001", "sk_test_51GatehouseCanary0002"
PUBLIC, OTHER_PUBLIC = "pk_test_51CanaryOfAda", "pk_test_51CanaryOfBob"
SENTENCE = "Somebody saved this meanwhile. Look at it and save again."
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
PLACES = ("/integrations/stripe", "/providers/bitloader/credentials/stripe")
SETTINGS = {
    "name": "Bitloader",
    "slug": "bitloader",
    "status": "active",
    "payment_gateway": "sandbox",
    "late_policy": "accept",
}


@pytest.fixture
def at_stripe(stripe_fake):
    """Both keys work, for one account: what replaces a key is tried first."""
    for key in (KEY, OTHER):
        stripe_fake.account(key, id="acct_A")
    return {"STRIPE_API_BASE": stripe_fake.url}


@pytest.fixture
def app(make_app, at_stripe):
    return make_app(**at_stripe)


@pytest.fixture(params=["postgresql", "sqlite"])
def on_both(request, make_app, at_stripe):
    if request.param == "sqlite":
        return make_app(request.getfixturevalue("sqlite_url"), **at_stripe)
    return make_app(**at_stripe)


def version(page: str) -> str:
    return re.search(r'name="version"[^>]*value="([^"]+)"', page)[1]


def ada_and_bob(app):
    world.open_shop(app)
    return person(app), person(app, Role.admin)


def value(page: str, name: str) -> str:
    return re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)[1]


@pytest.mark.parametrize("place", PLACES)
def test_the_second_of_two_sees_what_the_first_saved(on_both, place):
    ada, bob = ada_and_bob(on_both)
    first, second = version(ada.get(place).text), version(bob.get(place).text)
    saved = ada.post(place, version=first, secretKey=KEY, publishableKey=PUBLIC)
    assert saved.status_code == 303
    refused = bob.post(place, version=second, secretKey=OTHER, publishableKey=OTHER_PUBLIC)
    assert refused.status_code == 409
    assert SENTENCE in refused.text
    assert value(refused.text, "publishableKey") == OTHER_PUBLIC, "what was typed is kept"
    assert f"Stored by now: {PUBLIC}" in refused.text
    assert "sk_test...0001" in refused.text and "owner@acme.example" in refused.text
    assert OTHER not in refused.text, "a typed secret does not go back"
    assert "Please type this again" in refused.text
    again = bob.post(place, version=version(refused.text), publishableKey=OTHER_PUBLIC)
    assert again.status_code == 303, "having looked, one may save"
    page = ada.get(place).text
    assert value(page, "publishableKey") == OTHER_PUBLIC and "sk_test...0001" in page


def test_a_provider_is_not_changed_back_unseen(on_both):
    ada, bob = ada_and_bob(on_both)
    seen = version(bob.get("/providers/bitloader").text)
    changed = {**SETTINGS, "late_policy": "hold", "use_own_credentials": "y"}
    assert ada.post("/providers/bitloader", version=seen, **changed).status_code == 303
    wanted = {**SETTINGS, "name": "Bobs name", "version": seen}
    refused = bob.post("/providers/bitloader", **wanted)
    assert refused.status_code == 409 and SENTENCE in refused.text
    assert value(refused.text, "name") == "Bobs name"
    for stored in ("Bitloader", "Keep it and ask me", "on"):
        assert f"Stored by now: {stored}<" in refused.text
    assert refused.text.count("Stored by now") == 2 * 3, "above the form and at each field"
    wanted["version"] = version(refused.text)
    assert bob.post("/providers/bitloader", **wanted).status_code == 303


def test_one_who_renamed_it_meanwhile_is_found_by_the_other(app, monkeypatch):
    """The form was sent to the old address while the new name was being saved."""
    ada, bob = ada_and_bob(app)
    seen = version(bob.get("/providers/bitloader").text)
    found = providers.find

    def renamed_after(slug):
        provider = found(slug)
        monkeypatch.setattr(providers, "find", found)
        ada.post("/providers/bitloader", version=seen, **{**SETTINGS, "slug": "loader"})
        return provider

    monkeypatch.setattr(providers, "find", renamed_after)
    refused = bob.post("/providers/bitloader", version=seen, **SETTINGS)
    assert refused.status_code == 409
    assert 'action="/providers/loader#settings"' in refused.text


def test_a_refused_form_is_still_about_what_was_seen_first(app):
    ada, bob = ada_and_bob(app)
    place = PLACES[0]
    seen = version(bob.get(place).text)
    ada.post(place, version=seen, secretKey=KEY)
    refused = bob.post(place, version=seen, secretKey="garbage")
    assert refused.status_code == 422
    assert version(refused.text) == seen
    assert bob.post(place, version=seen, secretKey=OTHER).status_code == 409


def test_saving_what_is_stored_already_disturbs_nobody(app):
    ada, bob = ada_and_bob(app)
    ada.post(PLACES[0], secretKey=KEY, publishableKey=PUBLIC)
    seen = version(ada.get(PLACES[0]).text)
    for browser in (ada, bob):
        kept = browser.post(PLACES[0], version=seen, publishableKey=PUBLIC)
        assert kept.status_code == 303


def test_who_saw_no_version_saves_as_before(on_both):
    shop = world.open_shop(on_both)
    with shop.inside():
        for key in (KEY, OTHER):
            integrations.save("stripe", {"secretKey": key}, actor="command line")
            with transaction():
                scope = Scope("organization", shop.org_id)
                credentials.save("stripe", scope, {"secretKey": key}, actor="command line")
        assert integrations.card("stripe").notes["secretKey"].masked == "sk_test...0002"


# --- at once, on PostgreSQL


def at_once(app, table: str, *posts):
    """Send forms that all arrive at a row which is held until each of them waits for it."""
    with app.app_context(), db.engine.connect() as holder, db.engine.connect() as watcher:
        watcher = watcher.execution_options(isolation_level="AUTOCOMMIT")
        holder.execute(text(f"LOCK TABLE {table} IN EXCLUSIVE MODE"))
        with ThreadPoolExecutor(len(posts)) as pool:
            answers = [pool.submit(one) for one in posts]
            given_up = threading.Event()
            timer = threading.Timer(30, given_up.set)
            timer.start()
            waiting = 0
            while waiting < len(posts) and not given_up.is_set():
                waiting = watcher.scalar(
                    text("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
                )
            timer.cancel()
            holder.rollback()
            came = [one.result() for one in answers]
        assert waiting == len(posts)
    return came


@pytest.mark.parametrize("is_new", [True, False])
def test_of_two_saves_at_once_one_wins_and_the_other_is_told(app, is_new):
    ada, bob = ada_and_bob(app)
    place = PLACES[0]
    if not is_new:
        ada.post(place, secretKey=KEY)
    seen, token = version(ada.get(place).text), {}
    for browser in (ada, bob):
        token[browser] = TOKEN.search(browser.get("/account").text)[1]

    def save(browser, public):
        return lambda: browser.post(
            place, token[browser], version=seen, secretKey=KEY, publishableKey=public
        )

    came = at_once(app, "integration_config", save(ada, PUBLIC), save(bob, OTHER_PUBLIC))
    assert sorted(one.status_code for one in came) == [303, 409]
    (loser,) = [one for one in came if one.status_code == 409]
    assert SENTENCE in loser.text
    won = PUBLIC if came[0].status_code == 303 else OTHER_PUBLIC
    with app.app_context(), as_org(organizations.find("acme").id):
        assert integrations.card("stripe").values["publishableKey"] == won


def test_of_two_changes_of_a_provider_at_once_one_wins(app):
    ada, bob = ada_and_bob(app)
    seen, token = version(ada.get("/providers/bitloader").text), {}
    for browser in (ada, bob):
        token[browser] = TOKEN.search(browser.get("/account").text)[1]

    def save(browser, name):
        fields = {**SETTINGS, "name": name, "version": seen}
        return lambda: browser.post("/providers/bitloader", token[browser], **fields)

    came = at_once(app, "providers", save(ada, "Adas"), save(bob, "Bobs"))
    assert sorted(one.status_code for one in came) == [303, 409]
    won = "Adas" if came[0].status_code == 303 else "Bobs"
    assert value(ada.get("/providers/bitloader").text, "name") == won
