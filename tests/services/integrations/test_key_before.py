"""The key before: kept sealed for a while, taken back with one press, deleted at once or later."""

import pytest

from app.kit.errors import Conflict, Refused
from app.services import integrations
from tests.services.integrations.conftest import (
    ALIEN,
    NEW,
    OLD,
    OTHER_ACCOUNT,
    TYPO,
    UNCHECKED,
    silent,
)


def test_the_old_key_is_kept_sealed_and_said(anybodys, later):
    anybodys.save(NEW)
    card = anybodys.card()
    assert card.kept.masked == "sk_test...0001"
    assert not card.kept.is_other_account
    assert card.kept_until("secretKey") == card.kept.until
    assert OLD not in repr(anybodys.raw())
    assert anybodys.note().previous.kid
    later(72 * 3600 + 1)
    assert anybodys.card().kept is None
    with pytest.raises(Conflict):
        anybodys.go_back()


def test_going_back_swaps_them_and_back_again(anybodys, shop):
    anybodys.save(NEW)
    until = anybodys.card().kept.until
    anybodys.go_back()
    assert (anybodys.in_use(), anybodys.card().kept.masked) == (OLD, "sk_test...0002")
    assert anybodys.card().kept.until == until, "the time is not begun anew"
    anybodys.go_back()
    assert (anybodys.in_use(), anybodys.card().kept.masked) == (NEW, "sk_test...0001")


def test_a_key_that_stops_working_is_undone_and_payments_go_on(keys, shop, stripe):
    keys.save(NEW)
    stripe.revoke(NEW)
    assert shop.create(20).status_code == 502
    keys.go_back()
    assert shop.create(20).status_code == 200


def test_going_back_to_a_key_they_do_not_take_changes_nothing(keys, stripe):
    keys.save(NEW)
    stripe.revoke(OLD)
    before = keys.raw()
    with pytest.raises(Refused) as refusal:
        keys.go_back()
    assert (refusal.value.code, keys.raw()) == ("previous_refused", before)
    silent(stripe)
    stripe.account(OLD, id="acct_A")
    with pytest.raises(Refused) as refusal:
        keys.go_back()
    assert (refusal.value.code, keys.raw()) == ("no_answer", before)


def test_two_wrong_keys_in_a_row_do_not_lose_the_last_right_one(keys, stripe):
    for typo in (TYPO, TYPO + "x"):
        silent(stripe)
        keys.save(typo, UNCHECKED)
    assert keys.card().kept.masked == "sk_test...0001"
    keys.go_back()
    assert keys.in_use() == OLD


def test_a_key_that_was_seen_working_is_what_one_goes_back_to(keys, stripe):
    third = "sk_test_51TheKeyAfterThat0000005"
    stripe.account(third, id="acct_A")
    keys.save(NEW)
    keys.save(third)
    keys.go_back()
    assert keys.in_use() == NEW


def test_going_back_takes_all_keys_of_that_moment(keys, stripe):
    live = "sk_live_51OfTheSameAccount000006"
    stripe.account(live, id="acct_A")
    keys.save("", publishableKey="pk_test_1")
    keys.save(live, publishableKey="pk_live_1", methods="card")
    keys.go_back()
    assert (keys.in_use(), keys.in_use("publishableKey")) == (OLD, "pk_test_1")
    assert keys.in_use("methods") == "card", "what is no key stays as it is now"


def test_the_old_key_can_be_deleted_at_once(anybodys):
    anybodys.save(NEW)
    anybodys.drop()
    assert (anybodys.note().previous, anybodys.card().kept) == (None, None)
    for gone in (anybodys.go_back, anybodys.drop):
        with pytest.raises(Conflict):
            gone()
    assert anybodys.in_use() == NEW


def test_removing_the_key_removes_the_one_before_as_well(keys):
    keys.save(NEW)
    with keys.shop.inside():
        integrations.save("stripe", {}, removed=["secretKey"], actor="ada")
    assert "secretKey" not in keys.card().notes
    with pytest.raises(Conflict):
        keys.go_back()


def test_what_is_said_in_the_audit_log_holds_no_secret(keys):
    keys.save(NEW)
    keys.save(ALIEN, OTHER_ACCOUNT)
    keys.go_back()
    keys.drop()
    entries = [one for one in keys.audit() if one.action.startswith("credentials")]
    assert [one.action for one in entries] == [
        "credentials.saved",
        "credentials.saved",
        "credentials.saved",
        "credentials.went_back",
        "credentials.previous_removed",
    ]
    assert entries[1].data == {"fields": ["secretKey"], "replaced": ["secretKey"], "tried": True}
    assert entries[2].data["other_account"] is True
    for key in (OLD, NEW, ALIEN):
        assert key not in repr([one.data for one in entries])
