"""After their time old secrets are deleted from the database, not only ignored."""

import pytest

from app.services import sweep
from tests import world
from tests.services.integrations.conftest import NEW

OVERLAP = 72 * 3600


def purge(keys) -> None:
    with keys.shop.app.app_context():
        sweep.purge()


@pytest.fixture
def replaced(on_both_keys):
    on_both_keys.save(NEW, webhookSecret="whsec_the_second_one_0002")
    return on_both_keys


def test_nothing_is_deleted_before_its_time(replaced, later):
    before = replaced.raw()
    later(OVERLAP - 60)
    purge(replaced)
    assert replaced.raw() == before


@pytest.mark.parametrize("field", ["secretKey", "webhookSecret"])
def test_an_old_secret_is_really_gone_after_it(replaced, later, field):
    assert replaced.note(field).previous is not None
    later(OVERLAP + 1)
    purge(replaced)
    note = replaced.note(field)
    assert (note.previous, note.previous_until) == (None, None)
    assert (note.previous_masked, note.previous_account) == (None, None)
    assert note.masked, "what may be shown of the one in use stays"


def test_the_one_in_use_stays(replaced, later, stripe):
    later(OVERLAP + 1)
    purge(replaced)
    assert replaced.in_use() == NEW
    assert replaced.shop.create(20).status_code == 200


def test_another_organizations_goes_as_well_and_in_its_own_time(replaced, stripe, later):
    from app.services.credentials import Scope
    from tests.services.integrations.conftest import ALIEN, OTHER_ACCOUNT, Rotating

    later(3600)
    rival = world.open_shop(replaced.shop.app, org="Rival", gateway="stripe")
    theirs = Rotating(rival, stripe, Scope("organization", rival.org_id))
    theirs.save(NEW)
    theirs.save(ALIEN, OTHER_ACCOUNT)
    later(OVERLAP - 1800)
    purge(replaced)
    assert replaced.note().previous is None
    assert theirs.note().previous is not None
