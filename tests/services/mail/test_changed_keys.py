"""All owners are told by mail when keys change, or where payments go, whoever did it."""

import pytest

from app.blueprints.auth.audit_sentences import SENTENCES
from app.extensions import db, reading, transaction
from app.models import Role, Task, User
from app.services import api_keys, credentials, money_matters, providers, records
from app.services.credentials import Scope
from app.services.mail.changed_keys import SUBJECTS
from app.services.mail.letters import write
from tests import world
from tests.merchant import person

OURS = {"owner@acme.example", "second@acme.example"}


@pytest.fixture
def shop(on_both):
    shop = world.open_shop(on_both)
    person(on_both)
    person(on_both, email="second@acme.example")
    person(on_both, Role.admin)
    person(on_both, org="Globex")
    return shop


def letters(shop) -> list[dict]:
    """The letters about keys that wait, in the order they were left."""
    with shop.inside(), reading() as session:
        tasks = session.query(Task).filter(Task.name == "mail.send").order_by(Task.id)
        return [one.args for one in tasks if one.args["kind"] == "keys_changed"]


def told(shop, act) -> set[str]:
    """Whom an act is told."""
    before = len(letters(shop))
    with shop.inside():
        act()
    return {one["to"] for one in letters(shop)[before:]}


def settings_of(shop, **changes):
    one = providers.get(shop.provider_id)
    now = {
        "name": one.name,
        "slug": one.slug,
        "is_active": one.is_active,
        "gateway": one.payment_gateway,
        "use_own_credentials": one.use_own_credentials,
        "late_policy": one.late_policy,
        "success_url": one.success_url,
        "cancel_url": one.cancel_url,
    }
    return providers.Settings(**{**now, **changes})


def change(shop, **changes):
    return lambda: providers.update(shop.provider_id, settings_of(shop, **changes), actor="eve")


def save(shop, kind="organization", **values: str):
    def act() -> None:
        owner = shop.org_id if kind == "organization" else shop.provider_id
        with transaction():
            credentials.save("stripe", Scope(kind, owner), values, actor="eve")

    return act


def test_every_owner_and_nobody_else_is_told_of_keys(shop):
    assert told(shop, save(shop, secretKey="sk_test_51Canary00001")) == OURS
    assert told(shop, save(shop, webhookSecret="whsec_canary0000000001")) == OURS
    assert told(shop, save(shop, "provider", secretKey="sk_test_51Canary00002")) == OURS
    assert told(shop, save(shop, methods="card")) == set(), "no key was changed"


def test_every_owner_is_told_of_api_keys_and_of_money_going_elsewhere(shop):
    add = lambda: api_keys.add(shop.provider_id, ["payments"], actor="eve")  # noqa: E731
    assert told(shop, add) == OURS
    with shop.inside():
        key = api_keys.list_of(shop.provider_id)[0].id
    assert told(shop, lambda: api_keys.replace(shop.provider_id, key, actor="eve")) == OURS
    assert told(shop, lambda: api_keys.revoke(shop.provider_id, key, actor="eve")) == OURS
    assert told(shop, lambda: providers.create(name="Another", actor="eve")) == OURS
    assert told(shop, change(shop, gateway="stripe")) == OURS
    assert told(shop, change(shop, use_own_credentials=True)) == OURS
    assert told(shop, change(shop, name="Bitloader 2")) == set()


def test_letter_and_entry_are_there_together_or_not_at_all(shop):
    def act() -> None:
        with pytest.raises(ZeroDivisionError), transaction():
            records.audit("api_key.added", actor="eve", subject=shop.provider_id)
            raise ZeroDivisionError

    assert told(shop, act) == set()


def test_the_letter_says_what_who_when_and_where_from_in_the_readers_language(shop):
    secret = "sk_test_51CanaryOfALetter01"
    with shop.inside(), transaction():
        db.session.query(User).filter(User.email == "second@acme.example").update(
            {"locale": "pt_PT"}
        )
    records.came_from("192.0.2.77")
    told(shop, save(shop, "provider", secretKey=secret))
    records.came_from(None)
    english, portuguese = letters(shop)
    with shop.inside(), reading():
        written = [write(english), write(portuguese)]
    assert written[0].subject == "The keys of Stripe (Bitloader) were changed"
    assert "eve did this on 20" in written[0].text and "from 192.0.2.77." in written[0].text
    assert "Changed: Secret key." in written[0].text and "/audit" in written[0].text
    assert written[1].subject == "As chaves de Stripe (Bitloader) foram alteradas"
    assert not any(secret in one.text + one.html for one in written)


def test_every_change_that_is_told_has_a_subject_and_a_sentence():
    always = money_matters._ALWAYS | {"credentials.saved", "provider.changed"}
    assert set(SUBJECTS) == always
    assert always <= set(SENTENCES)
