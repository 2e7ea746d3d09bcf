"""A session is a row: it ends when its owner, the clock or a password change says so."""

import pytest

from app.extensions import db, transaction
from app.kit import clock
from app.kit.errors import NotFound, Refused
from app.models import Role, User
from app.services import organizations, people, sessions

PASSWORD = "a quiet afternoon in May"


@pytest.fixture
def ada(on_both):
    with on_both.app_context():
        yield organizations.create_user("ada@example.com", PASSWORD, org="Acme")


@pytest.fixture
def secret(ada):
    return sessions.start(ada, address="192.0.2.1", agent="Firefox")


def test_the_secret_says_who_it_is_and_for_whom(secret, ada):
    who = sessions.find(secret)
    assert (who.user_id, who.email) == (ada.id, "ada@example.com")
    assert (who.current.name, who.current.role) == ("Acme", Role.owner)
    assert who.is_fresh


@pytest.mark.parametrize("wrong", [None, "", "x", 7, b"bytes", "a" * 43])
def test_anything_else_says_nothing(secret, wrong):
    assert sessions.find(wrong) is None


def test_the_database_does_not_hold_the_secret(secret, on_both):
    with db.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM sessions").all()
    assert secret not in repr(rows)


def test_half_an_hour_of_silence_ends_it(secret, later):
    later(29 * 60)
    sessions.seen(sessions.find(secret))
    later(29 * 60)
    assert sessions.find(secret)
    later(60)
    assert sessions.find(secret) is None


def test_twelve_hours_end_it_however_busy_it_was(secret, later):
    for _ in range(12 * 3 - 1):
        later(20 * 60)
        sessions.seen(sessions.find(secret))
    later(21 * 60)
    assert sessions.find(secret) is None


def test_being_seen_is_written_down_once_a_minute_at_most(secret):
    before = sessions.find(secret).seen_at
    sessions.seen(sessions.find(secret))
    assert sessions.find(secret).seen_at == before


def test_signing_out_ends_it(secret):
    who = sessions.find(secret)
    sessions.end(who, who.session_id)
    assert sessions.find(secret) is None


def test_nobody_ends_another_persons(secret):
    other = organizations.create_user("bob@example.com", PASSWORD, org="Other")
    bob = sessions.find(sessions.start(other))
    with pytest.raises(NotFound):
        sessions.end(bob, sessions.find(secret).session_id)
    assert sessions.find(secret)


def test_a_disabled_person_is_signed_out(secret, ada):
    with transaction():
        db.session.get_one(User, ada.id).disabled_at = clock.now()
    assert sessions.find(secret) is None


def test_a_new_password_signs_the_others_out_and_copies_of_this_one(secret, ada):
    other = sessions.start(ada)
    new = people.change_password(sessions.find(secret), PASSWORD, "another quiet afternoon")
    assert sessions.find(new)
    assert sessions.find(secret) is None
    assert sessions.find(other) is None


def test_the_old_password_is_needed_for_a_new_one(secret, ada):
    with pytest.raises(Refused):
        people.change_password(
            sessions.find(secret), "not my password", "another afternoon in June"
        )


def test_after_ten_minutes_the_password_is_no_longer_fresh(secret, later):
    later(601)
    assert not sessions.find(secret).is_fresh
    new = people.prove(sessions.find(secret), PASSWORD)
    assert sessions.find(new).is_fresh
    assert sessions.find(secret) is None, "a stolen copy gains nothing by it"


def test_a_browser_works_for_the_organization_it_chose(secret, ada):
    from app.models import Membership

    second = organizations.ensure("Second")
    third = organizations.ensure("Third")
    with transaction():
        db.session.add(Membership(organization_id=second.id, user_id=ada.id, role=Role.viewer))
    sessions.work_for(sessions.find(secret), second.id)
    assert sessions.find(secret).current.role is Role.viewer
    with pytest.raises(NotFound):
        sessions.work_for(sessions.find(secret), third.id)
    assert sessions.find(secret).current.org_id == second.id
