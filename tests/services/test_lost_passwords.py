"""A lost password, and the address it is sent to."""

import contextlib
import re
import threading

import pytest
from sqlalchemy import event, select

from app.extensions import db, reading, transaction
from app.kit import clock
from app.kit.errors import AppError, Refused
from app.kit.tenancy import across_organizations
from app.models import AuditEntry, Membership, Organization, Role, Task, Throttle, User
from app.services import (
    identities,
    lost_passwords,
    mail,
    mail_addresses,
    organizations,
    people,
    second_factor,
    sessions,
)
from app.services.identities import Told
from tests.world import run_tasks

PASSWORD, NEW = "a quiet afternoon in May", "seven herons over the mill"
EMAIL, OTHER = "ada@example.com", "ada@elsewhere.example"


@pytest.fixture
def ada(on_both):
    with on_both.app_context():
        yield organizations.create_user(EMAIL, PASSWORD, org="Acme")


def unproven(ada) -> None:
    """As if ada had signed herself up: nobody has vouched for the address."""
    with transaction():
        db.session.get_one(User, ada.id).email_verified_at = None


def ask(email=EMAIL, address="192.0.2.1"):
    lost_passwords.ask(email, address=address, locale="en")


def latest(app, to=EMAIL) -> str:
    """The token of the newest letter that has one."""
    run_tasks(app)
    letters = [one for one in mail.outbox() if one["To"] == to]
    texts = (one.get_body(("plain",)).get_content() for one in letters)
    found = (re.search(r"/(?:reset|address)/(\S+)", text) for text in texts)
    return next(one[1] for one in found if one)


def choose(token, password=NEW):
    return lost_passwords.choose(token, password, locale="en")


def user(user_id) -> User:
    with reading() as session:
        return session.get_one(User, user_id)


def test_the_link_changes_the_password_once_and_signs_everybody_out(ada, on_both):
    there = sessions.start(ada)
    ask(EMAIL.upper())
    token = latest(on_both)
    choose(token)
    assert people.sign_in(EMAIL, NEW, address="192.0.2.1").id == ada.id
    assert sessions.find(there) is None
    with pytest.raises(Refused, match="link"):
        choose(token, "eleven herons over the mill")
    assert people.sign_in(EMAIL, NEW, address="192.0.2.1").id == ada.id
    run_tasks(on_both)
    assert mail.outbox()[0]["Subject"] == "Your password was changed"


def test_a_link_is_worth_nothing_after_an_hour_or_another_change(ada, on_both, later):
    ask()
    token = latest(on_both)
    who = sessions.find(sessions.start(ada))
    people.change_password(who, PASSWORD, "nine herons over the mill")
    with pytest.raises(Refused):
        choose(token)
    ask()
    token = latest(on_both)
    later(3601)
    with pytest.raises(Refused):
        choose(token)


def test_nothing_tells_whether_an_address_has_an_account(ada, on_both):
    work = {}
    for place, email in (("192.0.2.1", EMAIL), ("192.0.2.2", "nobody@example.com")):
        with statements() as work[email]:
            assert ask(email, place) is None
    assert work[EMAIL] == work["nobody@example.com"], "nor does the time it takes"
    assert any("INSERT INTO tasks" in one for one in work[EMAIL])
    with reading() as session:
        left = session.scalars(select(Task).order_by(Task.id)).all()
    assert [{**one.args, "id": "", "to": ""} for one in left] == [
        {"id": "", "to": "", "kind": "reset_password", "locale": "en"}
    ] * 2
    run_tasks(on_both)
    assert [one["To"] for one in mail.outbox()] == [EMAIL]


@contextlib.contextmanager
def statements():
    """What is sent to the database meanwhile, without the values."""
    sent = []

    def look(_connection, _cursor, statement, *_more):
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", look)
    yield sent
    event.remove(db.engine, "before_cursor_execute", look)


def test_what_is_no_address_is_said(ada):
    for typed in ("", "nobody", "two@of@them.example", "nul\x00@example.com"):
        with pytest.raises(Refused) as refusal:
            ask(typed)
        assert refusal.value.code == "invalid_email"


def test_a_mailbox_is_not_flooded_and_a_place_cannot_try_all_addresses(ada, on_both):
    for number in range(6):
        ask(address=f"192.0.2.{number}")
    run_tasks(on_both)
    assert len(mail.outbox()) == 3
    with pytest.raises(AppError) as refusal:
        for number in range(25):
            ask(f"person{number}@example.com")
    assert refusal.value.status == 429


def test_a_weak_password_does_not_use_the_link_up(ada, on_both):
    ask()
    token = latest(on_both)
    with pytest.raises(Refused) as refusal:
        choose(token, "short")
    assert refusal.value.details["field"] == "password"
    choose(token)


def test_a_disabled_person_gets_no_link_and_cannot_use_one(ada, on_both):
    ask()
    token = latest(on_both)
    with transaction():
        db.session.get_one(User, ada.id).disabled_at = clock.now()
    with pytest.raises(Refused):
        choose(token)
    ask()
    run_tasks(on_both)
    assert len(mail.outbox()) == 1


def test_the_owner_of_a_never_proven_address_gets_rid_of_a_squatter(ada, on_both):
    import pyotp

    unproven(ada)
    who = sessions.find(sessions.start(ada))
    secret = second_factor.new_secret()
    second_factor.confirm(who, secret, pyotp.TOTP(secret).now())
    squatters = Told("google", "squatter", "squatter@example.com", False, "")
    identities.connect(ada.id, squatters)
    ask()
    choose(latest(on_both))
    assert user(ada.id).totp is None
    assert user(ada.id).recovery == []
    assert not identities.is_same(squatters, ada.id), "nor does the squatter's Google sign in"
    who = sessions.find(sessions.start(user(ada.id)))
    second_factor.confirm(who, secret, pyotp.TOTP(secret).now())
    ask()
    identities.connect(ada.id, squatters)
    choose(latest(on_both), "eleven herons over the mill")
    assert user(ada.id).totp is not None, "the owner's own stays"
    assert identities.is_same(squatters, ada.id)


def test_an_address_changes_when_its_link_is_opened_and_the_old_one_is_told(ada, on_both):
    who = sessions.find(sessions.start(ada))
    mail_addresses.change(who, f" {OTHER.upper()}", locale="en")
    assert user(ada.id).email == EMAIL
    token = latest(on_both, OTHER)
    mail_addresses.confirm(token, locale="en")
    assert (user(ada.id).email, mail_addresses.is_proven(ada.id)) == (OTHER, True)
    run_tasks(on_both)
    assert mail.outbox()[0]["To"] == EMAIL
    with pytest.raises(Refused):
        mail_addresses.confirm(token, locale="en")


def test_an_address_that_was_taken_meanwhile_stays_the_others(ada, on_both):
    who = sessions.find(sessions.start(ada))
    mail_addresses.change(who, OTHER, locale="en")
    token = latest(on_both, OTHER)
    bob = organizations.create_user(OTHER, PASSWORD, org="Acme")
    with pytest.raises(Refused) as refusal:
        mail_addresses.confirm(token, locale="en")
    assert refusal.value.code == "email_taken"
    assert (user(ada.id).email, user(bob.id).email) == (EMAIL, OTHER)
    with pytest.raises(Refused):
        mail_addresses.change(who, OTHER, locale="en")


def test_one_purpose_s_link_opens_no_other_door(ada, on_both):
    unproven(ada)
    mail_addresses.ask_for_proof(ada.id, EMAIL, locale="en")
    token = latest(on_both)
    with pytest.raises(Refused):
        choose(token)
    ask()
    token = latest(on_both)
    with pytest.raises(Refused):
        mail_addresses.confirm(token, locale="en")


def test_it_is_written_into_the_audit_log_of_each_of_their_organizations(ada, on_both):
    second = organizations.ensure("Second")
    with transaction():
        db.session.add(Membership(organization_id=second.id, user_id=ada.id, role=Role.viewer))
    ask()
    choose(latest(on_both))
    with across_organizations("a test"), reading() as session:
        noted = session.query(AuditEntry).filter_by(action="person.password_reset").all()
        assert {one.org_id for one in noted} == {one.id for one in session.query(Organization)}
    assert [one.actor for one in noted] == [EMAIL, EMAIL]


def test_a_new_password_ends_a_change_of_address_that_somebody_else_asked_for(ada, on_both):
    who = sessions.find(sessions.start(ada))
    mail_addresses.change(who, "evil@elsewhere.example", locale="en")
    token = latest(on_both, "evil@elsewhere.example")
    ask()
    choose(latest(on_both))
    with pytest.raises(Refused):
        mail_addresses.confirm(token, locale="en")
    assert user(ada.id).email == EMAIL


def test_a_letter_that_is_late_brings_the_old_mailbox_no_link(ada, on_both):
    ask()
    with transaction():
        db.session.get_one(User, ada.id).email = OTHER
    run_tasks(on_both)
    assert mail.outbox() == []


def test_of_a_sign_in_and_a_new_password_at_one_moment_no_session_is_left(app):
    with app.app_context():
        organizations.create_user(EMAIL, PASSWORD, org="Acme")
        old = PASSWORD
        for number in range(8):
            new = f"{number} quiet herons over the mill"
            ask(address=f"192.0.2.{number}")
            with transaction():
                db.session.query(Throttle).update({"count": 0})
            secrets = _at_once(app, old, latest(app), new)
            assert [sessions.find(one) for one in secrets] == [None] * len(secrets)
            old = new


def _at_once(app, old, token, new) -> list[str]:
    """Sign in with the old password while it is replaced; the sessions that came of it."""
    barrier, came_of = threading.Barrier(2), []

    def sign_in():
        with app.app_context():
            proven = people.sign_in(EMAIL, old, address="198.51.100.7")
            barrier.wait()
            with contextlib.suppress(Refused):
                came_of.append(sessions.start(proven))

    def replace():
        with app.app_context():
            barrier.wait()
            choose(token, new)

    threads = [threading.Thread(target=one) for one in (sign_in, replace)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return came_of
