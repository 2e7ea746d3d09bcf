"""Nobody gets another's key, and of two who save at once one is told."""

import threading

import pytest

from app.extensions import db
from app.kit.errors import Conflict
from app.services import integrations
from app.services.credentials import Scope
from tests import world
from tests.services.integrations.conftest import ALIEN, NEW, UNCHECKED, Rotating, rotating, silent


def test_the_old_key_is_never_another_organizations(on_both_keys, stripe):
    rival = world.open_shop(on_both_keys.shop.app, org="Rival", gateway="stripe")
    theirs = Rotating(rival, stripe, Scope("organization", rival.org_id))
    theirs.save(ALIEN)
    on_both_keys.save(NEW)
    with pytest.raises(Conflict):
        theirs.go_back()
    with pytest.raises(Conflict):
        theirs.drop()
    foreign = Rotating(rival, stripe, on_both_keys.scope)
    with pytest.raises(Conflict):
        foreign.go_back()
    assert (theirs.in_use(), on_both_keys.in_use()) == (ALIEN, NEW)
    assert on_both_keys.card().kept.masked == "sk_test...0001"


def test_an_old_key_moved_to_another_note_does_not_open(on_both_keys, stripe):
    rival = world.open_shop(on_both_keys.shop.app, org="Rival", gateway="stripe")
    theirs = Rotating(rival, stripe, Scope("organization", rival.org_id))
    theirs.save(ALIEN)
    on_both_keys.save(NEW)
    with rival.app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE credential_notes SET previous = (SELECT previous FROM credential_notes"
            " WHERE previous IS NOT NULL), previous_until = (SELECT max(previous_until)"
            " FROM credential_notes) WHERE previous IS NULL"
        )
    before = theirs.raw()
    with pytest.raises(Conflict):
        theirs.go_back()
    assert theirs.raw() == before


def test_a_provider_and_its_organization_keep_a_key_each(shop, stripe):
    ours, own = rotating(shop, stripe), rotating(shop, stripe, "provider")
    ours.save(NEW)
    assert own.card().kept is None
    with pytest.raises(Conflict):
        own.go_back()


# --- two at once


def test_of_two_who_save_at_once_one_is_told(on_both_keys, stripe):
    """The first person's key is being tried while the second one's is stored."""
    third = "sk_test_51TheKeyOfTheSecond00007"
    stripe.account(third, id="acct_A")
    gate = stripe.hold("GET /v1/account$")
    outcome = []

    def first() -> None:
        try:
            on_both_keys.save(NEW)
        except Conflict as error:
            outcome.append(error.code)

    thread = threading.Thread(target=first)
    thread.start()
    assert gate.entered.wait(10)
    on_both_keys.save(third)
    gate.release()
    thread.join(20)
    assert outcome == ["saved_meanwhile"]
    assert on_both_keys.in_use() == third


def test_of_two_who_save_the_first_keys_at_once_one_is_told(shop, stripe, monkeypatch):
    from app.services.integrations import rotation

    keys = Rotating(shop, stripe, Scope("organization", shop.org_id))
    check = rotation.check

    def slower(*given):
        check(*given)
        monkeypatch.setattr(rotation, "check", check)
        keys.save(NEW)

    monkeypatch.setattr(rotation, "check", slower)
    with pytest.raises(Conflict):
        keys.save(ALIEN)
    assert keys.in_use() == NEW


def test_test_connection_notes_nothing_on_keys_that_were_replaced_meanwhile(keys, stripe):
    gate = stripe.hold("GET /v1/account$")

    def test() -> None:
        with keys.shop.inside():
            integrations.verify("stripe")

    thread = threading.Thread(target=test)
    thread.start()
    assert gate.entered.wait(10)
    silent(stripe)
    keys.save(ALIEN, UNCHECKED)
    gate.release()
    thread.join(20)
    assert keys.note().account is None
