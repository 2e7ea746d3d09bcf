"""What happens to an account is told to its person by mail, in the step that does it."""

import pyotp
import pytest

from app.extensions import db, transaction
from app.kit.errors import Conflict, NotFound, Refused
from app.models import User
from app.services import (
    identities,
    mail,
    mail_addresses,
    organizations,
    people,
    second_factor,
    sessions,
)
from app.services.identities import Told
from tests.world import run_tasks

PASSWORD = "a quiet afternoon in May"
EMAIL, OTHER = "ada@example.com", "ada@elsewhere.example"
HUB = Told("github", "7", OTHER, True, "Ada")


@pytest.fixture
def ada(on_both):
    with on_both.app_context():
        yield organizations.create_user(EMAIL, PASSWORD, org="Acme")


@pytest.fixture
def who(ada):
    return sessions.find(sessions.start(ada))


@pytest.fixture
def told(on_both):
    """The letters that were sent since this was asked last: to whom, and about what."""
    seen = 0

    def look() -> set[tuple[str, str]]:
        nonlocal seen
        run_tasks(on_both)
        letters = mail.outbox()
        new, seen = letters[: len(letters) - seen], len(letters)
        return {(one["To"], one["Subject"]) for one in new}

    return look


def test_an_identity_that_is_connected_and_disconnected(ada, who, told):
    identities.connect(ada.id, HUB, locale="en")
    assert told() == {(EMAIL, "Github signs you in from now on")}
    identities.connect(ada.id, HUB, locale="en")
    assert told() == set(), "it was connected already"
    identities.disconnect(who, "github", locale="pt_PT")
    assert told() == {(EMAIL, "Github já não permite iniciar a sua sessão")}
    with pytest.raises(NotFound):
        identities.disconnect(who, "github", locale="en")
    assert told() == set()


def test_what_is_refused_is_not_told(ada, who, told):
    bob = organizations.create_user("bob@example.com", PASSWORD, org="Acme")
    identities.connect(bob.id, HUB, locale="en")
    told()
    with pytest.raises(Conflict):
        identities.connect(ada.id, HUB, locale="en")
    with transaction():
        db.session.get_one(User, bob.id).password_hash = None
    with pytest.raises(Conflict):
        bobs = sessions.start(people.get(bob.id))
        identities.disconnect(sessions.find(bobs), "github", locale="en")
    with pytest.raises(Refused):
        second_factor.confirm(who, second_factor.new_secret(), "no code", locale="en")
    second_factor.remove(who, locale="en")
    assert told() == set()


def test_a_second_factor_that_is_switched_on_and_off(ada, who, told):
    secret = second_factor.new_secret()
    second_factor.confirm(who, secret, pyotp.TOTP(secret).now(), locale="pt_PT")
    assert told() == {(EMAIL, "Foi ativado um segundo fator")}
    second_factor.remove(who, locale="en")
    assert told() == {(EMAIL, "Your second factor is switched off")}


def test_a_change_of_address_is_told_to_the_old_one_before_it_happens(ada, who, told):
    mail_addresses.change(who, OTHER, locale="en")
    assert told() == {
        (EMAIL, "Your e-mail address is to be changed"),
        (OTHER, "Confirm your e-mail address"),
    }
    with pytest.raises(Refused):
        mail_addresses.change(who, EMAIL, locale="en")
    assert told() == set()
