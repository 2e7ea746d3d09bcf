"""A version is that of one state of one row."""

from datetime import UTC, datetime, timedelta

import pytest

from app.kit.errors import Conflict
from app.services import versions

THEN = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize("moment", [None, THEN])
def test_what_was_seen_is_compared_with_what_is(moment):
    versions.must_be(versions.version_of(moment), moment)
    for seen in (versions.version_of(THEN + timedelta(microseconds=1)), "garbage"):
        with pytest.raises(Conflict) as caught:
            versions.must_be(seen, moment)
        assert caught.value.code == "saved_meanwhile"


@pytest.mark.parametrize("seen", [None, ""])
def test_who_saw_nothing_is_not_held_to_it(seen):
    versions.must_be(seen, THEN)
