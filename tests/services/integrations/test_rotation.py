"""Replacing a gateway's keys: nothing wrong is ever stored unseen, and payments never stop."""

import pytest

from app.kit.errors import Refused
from app.services import integrations
from app.services.credentials import Scope
from tests.services.integrations.conftest import (
    ALIEN,
    NEW,
    NOBODY_KNOWS,
    OLD,
    OTHER_ACCOUNT,
    TYPO,
    UNCHECKED,
    Rotating,
    silent,
)


def asked(stripe) -> int:
    return sum(one.path == "/v1/account" for one in stripe.requests)


# --- tried first


def first(shop, stripe) -> Rotating:
    return Rotating(shop, stripe, Scope("organization", shop.org_id))


def test_the_first_keys_are_tried_with_one_call_and_their_account_is_noted(shop, stripe):
    keys = first(shop, stripe)
    assert keys.save(OLD) is True
    assert (keys.in_use(), asked(stripe)) == (OLD, 1)
    assert (keys.note().account, keys.card().kept) == ("acct_A", None)
    assert keys.audit()[-1].data == {"fields": ["secretKey"], "tried": True}


def test_first_keys_that_they_refuse_are_not_stored(shop, stripe):
    keys = first(shop, stripe)
    with pytest.raises(Refused) as refusal:
        keys.save(TYPO)
    assert (refusal.value.code, refusal.value.details["field"]) == (
        "first_key_refused",
        "secretKey",
    )
    assert keys.card().source == "none"
    assert keys.save(TYPO, UNCHECKED) is False
    assert keys.in_use() == TYPO, "nobody is locked out by a company that cannot tell"


def test_first_keys_are_stored_though_nobody_answers(shop, stripe):
    keys = first(shop, stripe)
    silent(stripe)
    assert keys.save(OLD) is False
    assert (keys.in_use(), keys.note().account) == (OLD, None)


def test_a_good_new_key_is_tried_with_one_call_and_is_in_use(anybodys, stripe):
    anybodys.save(NEW)
    assert anybodys.in_use() == NEW
    assert asked(stripe) == 2, "the new key, and the old one about its account"
    anybodys.save(OLD)
    assert asked(stripe) == 3, "by now the account is noted"


@pytest.mark.parametrize("insists", [None, NOBODY_KNOWS])
def test_a_typo_leaves_every_stored_byte_as_it_was(anybodys, insists):
    before = anybodys.raw()
    with pytest.raises(Refused) as refusal:
        anybodys.save(
            TYPO, insists, webhookSecret="whsec_another_one_0009", publishableKey="pk_test_9"
        )
    assert refusal.value.code == "key_refused"
    assert refusal.value.details["field"] == "secretKey"
    assert "Invalid API Key" in refusal.value.details["said"]
    assert anybodys.raw() == before


def test_after_a_typo_payments_go_on(keys, shop):
    with pytest.raises(Refused):
        keys.save(TYPO)
    assert shop.create(20).status_code == 200


def test_silence_stores_nothing_and_says_so(keys, stripe):
    before = keys.raw()
    silent(stripe)
    with pytest.raises(Refused) as refusal:
        keys.save(NEW)
    assert refusal.value.code == "key_unanswered"
    assert keys.raw() == before


def test_a_person_may_insist_on_a_key_that_nobody_answers_about(keys, stripe):
    silent(stripe)
    keys.save(NEW, UNCHECKED)
    assert keys.in_use() == NEW
    assert keys.note().verified_at is None


def test_a_key_without_the_right_to_be_tried_may_be_insisted_on(keys, stripe):
    restricted = "rk_test_51WithoutTheRight000004"
    stripe.account(restricted, id="acct_A", lacks=["account:read"])
    with pytest.raises(Refused) as refusal:
        keys.save(restricted)
    assert refusal.value.code == "key_unproved"
    keys.save(restricted, UNCHECKED)
    assert keys.in_use() == restricted


def test_a_box_ticked_beforehand_does_not_spare_the_call(keys, stripe):
    keys.save(NEW, UNCHECKED)
    assert asked(stripe) > 0
    assert keys.note().account == "acct_A"


def test_other_fields_are_saved_without_asking(keys, stripe):
    keys.save("", methods="card", webhookSecret="whsec_another_one_0009")
    keys.save(OLD)
    assert (stripe.requests, keys.card().kept) == ([], None)


def test_what_is_said_of_a_key_never_repeats_it(keys, monkeypatch):
    from app.adapters.gateways import base
    from app.adapters.gateways.stripe import StripeGateway

    def chatty(self):
        raise base.Misconfigured(f"{self.credentials['secretKey']} is unknown")

    monkeypatch.setattr(StripeGateway, "verify", chatty)
    with pytest.raises(Refused) as refusal:
        keys.save(TYPO)
    assert TYPO not in repr((refusal.value.message, refusal.value.details))


@pytest.mark.parametrize("key", ["sk_test_…1234", "sk_test_51••••••••1234", "sk_test_51\x07bell"])
def test_a_key_copied_while_it_was_hidden_is_refused_at_once(keys, stripe, key):
    with pytest.raises(Refused) as refusal:
        keys.save(key)
    assert (refusal.value.code, stripe.requests) == ("not_a_key", [])


# --- another account


def test_a_key_of_another_account_needs_a_tick(anybodys):
    before = anybodys.raw()
    for insists in (None, UNCHECKED):
        with pytest.raises(Refused) as refusal:
            anybodys.save(ALIEN, insists)
        assert refusal.value.code == "other_account"
        assert (refusal.value.details["account"], refusal.value.details["before"]) == (
            "acct_B",
            "acct_A",
        )
        assert anybodys.raw() == before
    anybodys.save(ALIEN, OTHER_ACCOUNT)
    assert anybodys.in_use() == ALIEN
    assert anybodys.card().kept.is_other_account


def test_an_account_noted_by_test_connection_counts_when_the_old_key_is_revoked(keys, stripe):
    with keys.shop.inside():
        assert integrations.verify("stripe").is_ok
    stripe.revoke(OLD)
    keys.save(NEW)
    assert keys.in_use() == NEW
    stripe.revoke(NEW)
    with pytest.raises(Refused, match="another account"):
        keys.save(ALIEN)


@pytest.mark.parametrize("new", [NEW, ALIEN])
def test_where_nobody_can_tell_the_old_account_a_person_decides(keys, stripe, new):
    stripe.revoke(OLD)
    with pytest.raises(Refused) as refusal:
        keys.save(new)
    assert refusal.value.code == "account_unknown"
    keys.save(new, OTHER_ACCOUNT)
    assert keys.in_use() == new


def test_the_account_before_an_unchecked_key_still_counts(keys, stripe):
    keys.save(NEW)
    silent(stripe)
    keys.save(TYPO, UNCHECKED)
    with pytest.raises(Refused) as refusal:
        keys.save(ALIEN)
    assert refusal.value.code == "other_account"
