"""People of an organization: invited, joined, changed, removed; an owner always stays."""

import threading

import pytest

from app.extensions import db, reading, transaction
from app.kit.errors import AppError, Conflict, Forbidden, NotFound, Refused
from app.kit.tenancy import as_org
from app.models import Membership, Role, User
from app.services import invitations, links, mail, members, organizations, sessions
from tests.world import run_tasks

PASSWORD = "a quiet afternoon in May"


class Office:
    """An organization, and its people by role."""

    def __init__(self, app, name="Acme"):
        self.app = app
        self.org_id = organizations.ensure(name).id
        self.slug = organizations.slugify(name)

    def person(self, role, name=None):
        user = organizations.create_user(f"{name or role}@{self.slug}.example", PASSWORD, org=None)
        with transaction():
            db.session.add(
                Membership(organization_id=self.org_id, user_id=user.id, role=Role(role))
            )
        return sessions.find(sessions.start(user))

    def ids(self):
        return {one.email.partition("@")[0]: one.id for one in members.list_of()}

    def invite(self, who, email="new@acme.example", role="member"):
        return invitations.invite(who, email, role, locale="en")


@pytest.fixture
def office(on_both):
    with on_both.app_context():
        made = Office(on_both)
        with as_org(made.org_id):
            yield made


def open_by_mail(office, invitation):
    return invitations.look(links.to_join(invitation, by_mail=True).rsplit("/", 1)[1])


def roles():
    return {one.email.partition("@")[0]: one.role.value for one in members.list_of()}


# --- joining


def test_somebody_new_joins_with_a_password_and_a_proven_address(office):
    made = office.invite(office.person("owner"))
    run_tasks(office.app)
    assert "/invitation/" in mail.outbox()[0].get_body(("plain",)).get_content()
    user = invitations.join(open_by_mail(office, made), PASSWORD)
    assert user.email_verified_at is not None
    assert roles() == {"owner": "owner", "new": "member"}
    with pytest.raises(Refused, match="link"):
        open_by_mail(office, made)


def test_a_link_handed_on_by_hand_proves_no_address(office):
    made = office.invite(office.person("owner"))
    token = invitations.address_of(made).rsplit("/", 1)[1]
    assert invitations.join(invitations.look(token), PASSWORD).email_verified_at is None


def test_only_the_person_who_is_meant_accepts(office):
    made = office.invite(office.person("owner"))
    found = open_by_mail(office, made)
    stranger = Office(office.app, "Other").person("owner")
    with pytest.raises(Forbidden):
        invitations.accept(found, stranger)
    user = organizations.create_user("new@acme.example", PASSWORD, org=None)
    who = sessions.find(sessions.start(user))
    invitations.accept(found, who)
    with pytest.raises(Refused):
        invitations.accept(found, who)
    assert roles()["new"] == "member"


def test_an_invitation_ends_by_time_by_being_taken_back_and_by_joining(office, later):
    owner = office.person("owner")
    made = office.invite(owner)
    found = open_by_mail(office, made)
    later(7 * 86400 + 1)
    with pytest.raises(Refused):
        invitations.join(found, PASSWORD)
    again = office.invite(owner, role="viewer")
    assert again.id == made.id, "invited once more, it is the same one with a new term"
    found = open_by_mail(office, again)
    invitations.revoke(owner, again.id)
    with pytest.raises(Refused):
        invitations.join(found, PASSWORD)
    assert "new" not in roles()
    with reading() as session:
        assert not session.query(User).filter_by(email="new@acme.example").all()


def test_a_letter_is_not_sent_for_an_invitation_that_was_taken_back(office):
    owner = office.person("owner")
    invitations.revoke(owner, office.invite(owner).id)
    run_tasks(office.app)
    assert mail.outbox() == []


def test_of_two_who_open_the_link_at_once_one_joins(app):
    with app.app_context():
        office = Office(app)
        with as_org(office.org_id):
            made = office.invite(office.person("owner"))
            found = open_by_mail(office, made)
    outcomes, start = [], threading.Barrier(2)

    def joining():
        with app.app_context():
            start.wait()
            try:
                invitations.join(found, PASSWORD)
                outcomes.append("joined")
            except Refused:
                outcomes.append("refused")

    threads = [threading.Thread(target=joining) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(outcomes) == ["joined", "refused"]


def test_a_member_is_not_invited_again_and_a_wrong_address_is_said(office):
    owner = office.person("owner")
    for email, role, code in [
        ("owner@acme.example", "member", "is_member"),
        ("nowhere", "member", "invalid_email"),
        ("root,admin,b@x.example", "member", "invalid_email"),
        ("x(y)@z.example", "member", "invalid_email"),
        ("new@acme.example", "king", "invalid_role"),
    ]:
        with pytest.raises(Refused) as refusal:
            office.invite(owner, email, role)
        assert refusal.value.code == code


def test_an_invitation_that_ends_while_it_is_sent_again_is_a_sentence(app, monkeypatch):
    """Only PostgreSQL lets somebody else write between two statements of a step."""
    with app.app_context():
        office = Office(app)
        with as_org(office.org_id):
            owner = office.person("owner")
            made = office.invite(owner)
            once = invitations.insert_once

            def and_it_ends(*args, **values):
                inserted = once(*args, **values)
                with db.engine.connect() as other, other.begin():
                    query = "UPDATE invitations SET revoked_at = now() WHERE id = %s"
                    other.exec_driver_sql(query, (made.id,))
                return inserted

            monkeypatch.setattr(invitations, "insert_once", and_it_ends)
            with pytest.raises(Conflict) as refusal:
                office.invite(owner, role="viewer")
            assert refusal.value.code == "invitation_ended"


# --- who may write to whom, and how often


def unproven(who) -> None:
    with transaction():
        db.session.get_one(User, who.user_id).email_verified_at = None


def test_who_has_not_proven_their_own_address_sends_no_invitation(office, monkeypatch):
    owner = office.person("owner")
    unproven(owner)
    with pytest.raises(Refused) as refusal:
        office.invite(owner)
    assert refusal.value.code == "unproven_inviter"
    assert invitations.open_ones() == []
    monkeypatch.setattr(mail, "is_possible", lambda: False)
    assert office.invite(owner), "a link that is handed on writes to nobody"


def too_many(office, who, email) -> bool:
    with pytest.raises(AppError) as refusal:
        office.invite(who, email)
    return refusal.value.status == 429


def test_a_person_invites_twenty_an_hour_whatever_organization_it_is_for(office, later):
    owner = office.person("owner")
    for number in range(12):
        office.invite(owner, f"person{number}@acme.example")
    with as_org(organizations.ensure("Second").id):
        for number in range(8):
            office.invite(owner, f"person{number}@second.example")
        assert too_many(office, owner, "one@more.example")
    assert too_many(office, owner, "one@more.example")
    assert office.invite(office.person("admin"), "one@more.example")
    later(3601)
    assert office.invite(owner, "another@more.example")


def test_a_mailbox_gets_six_a_day_whoever_invites(office, later):
    for number in range(6):
        theirs = Office(office.app, f"Org {number}")
        with as_org(theirs.org_id):
            office.invite(theirs.person("owner", f"o{number}"), "new@acme.example")
    owner = office.person("owner")
    assert too_many(office, owner, " NEW@acme.example")
    assert office.invite(owner, "second@acme.example")
    later(86401)
    assert office.invite(owner)


# --- owners


def test_an_admin_deals_with_everybody_but_owners(office):
    owner, admin = office.person("owner"), office.person("admin")
    office.person("member")
    ids = office.ids()
    members.change_role(admin, ids["member"], "viewer")
    for act in (
        lambda: office.invite(admin, role="owner"),
        lambda: members.change_role(admin, ids["member"], "owner"),
        lambda: members.change_role(admin, ids["owner"], "viewer"),
        lambda: members.change_role(admin, ids["admin"], "owner"),
        lambda: members.remove(admin, ids["owner"]),
    ):
        with pytest.raises(Forbidden):
            act()
    made = office.invite(owner, role="owner")
    for act in (
        lambda: office.invite(admin, role="viewer"),
        lambda: invitations.revoke(admin, made.id),
    ):
        with pytest.raises(Forbidden):
            act()
    assert roles() == {"owner": "owner", "admin": "admin", "member": "viewer"}


def test_the_last_owner_stays(office):
    owner = office.person("owner")
    ids = office.ids()
    for act in (
        lambda: members.change_role(owner, ids["owner"], "admin"),
        lambda: members.remove(owner, ids["owner"]),
    ):
        with pytest.raises(Conflict):
            act()
    with pytest.raises(Conflict):
        members.leave(owner)
    office.person("owner", "second")
    members.leave(owner)
    assert roles() == {"second": "owner"}
    with pytest.raises(NotFound):
        members.leave(owner)
    assert roles() == {"second": "owner"}


@pytest.mark.parametrize("round_", range(10))
def test_two_owners_who_remove_each_other_at_once_leave_one(app, round_):
    with app.app_context():
        office = Office(app)
        with as_org(office.org_id):
            people = {"one": office.person("owner", "one"), "two": office.person("owner", "two")}
            ids = office.ids()
    start = threading.Barrier(2)

    def act(who, whom):
        with app.app_context(), as_org(office.org_id):
            start.wait()
            try:
                if round_ % 2:
                    members.remove(people[who], ids[whom])
                else:
                    members.change_role(people[who], ids[whom], "viewer")
            except (Conflict, NotFound):
                pass

    threads = [threading.Thread(target=act, args=pair) for pair in (("one", "two"), ("two", "one"))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with app.app_context(), as_org(office.org_id):
        assert list(roles().values()).count("owner") == 1


# --- other organizations


def test_nobody_touches_another_organizations_people_or_invitations(office):
    theirs = Office(office.app, "Theirs")
    with as_org(theirs.org_id):
        them = theirs.person("owner")
        foreign, made = theirs.ids()["owner"], theirs.invite(them, "x@theirs.example")
    owner = office.person("owner")
    for act in (
        lambda: members.change_role(owner, foreign, "viewer"),
        lambda: members.remove(owner, foreign),
        lambda: invitations.revoke(owner, made.id),
    ):
        with pytest.raises(NotFound):
            act()
    assert "x@theirs.example" not in [one.email for one in invitations.open_ones()]


def test_who_is_removed_is_out_with_the_next_request(office):
    owner = office.person("owner")
    user = organizations.create_user("new@acme.example", PASSWORD, org="Acme", role="admin")
    secret = sessions.start(user)
    assert sessions.find(secret).current.org_id == office.org_id
    members.remove(owner, office.ids()["new"])
    assert sessions.find(secret).current is None
