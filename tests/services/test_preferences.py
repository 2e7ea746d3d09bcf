"""What people prefer is kept, on both databases."""

import pytest

from app.kit.errors import Refused
from app.kit.zones import zones
from app.services import organizations, preferences
from app.services.preferences import Preferences


@pytest.fixture
def user_id(on_both) -> str:
    with on_both.app_context():
        organizations.ensure("Acme")
        return organizations.create_user("ada@example.com", "a quiet afternoon", org=None).id


def test_nothing_is_chosen_at_first_and_what_is_chosen_stays(on_both, user_id):
    wanted = Preferences("pt_PT", "Europe/Lisbon", shortcuts=False)
    with on_both.app_context():
        assert preferences.of(user_id) == Preferences("", "", shortcuts=True)
        preferences.change(user_id, wanted)
        assert preferences.of(user_id) == wanted
        preferences.change(user_id, Preferences())
        assert preferences.of(user_id) == Preferences()


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "../etc/passwd", "europe/lisbon", "PST8PDT"])
def test_a_zone_that_there_is_not_is_refused_at_its_field(on_both, user_id, zone):
    with on_both.app_context():
        with pytest.raises(Refused) as refused:
            preferences.change(user_id, Preferences(timezone=zone))
        assert refused.value.details["field"] == "timezone"
        assert preferences.of(user_id).timezone == ""


def test_zones_are_named_after_places():
    assert {"Europe/Lisbon", "Atlantic/Azores", "America/Sao_Paulo", "UTC"} <= set(zones())
    assert list(zones()[:-1]) == sorted(zones()[:-1])
    assert not any(one.startswith(("Etc/", "US/", "posix/")) for one in zones())
