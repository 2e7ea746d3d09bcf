"""Members and invitations in a browser."""

import html
import re

from app.blueprints.auth.duties import WORDS, sentence_of
from app.models import Role
from app.services import members
from app.services.permissions import PERMISSIONS, permits
from tests.blueprints.auth.test_links import link
from tests.merchant import PASSWORD, Merchant, person

NEW = "new@acme.example"


def test_somebody_is_invited_joins_and_sees_what_the_role_allows(app):
    owner = person(app)
    page = owner.follow("/settings/members", email=NEW, role="viewer")
    assert NEW in page.text
    browser = Merchant(app)
    where = link(app)
    assert "owner@acme.example invites new@acme.example" in browser.get(where).text
    page = browser.follow(f"{where}/join", password=PASSWORD)
    assert "Acme" in page.text
    assert browser.post("/settings/members", email="x@y.example", role="viewer").status_code == 403
    assert browser.get(where).status_code == 410
    assert NEW in owner.get("/settings/members").text


def test_somebody_with_an_account_signs_in_comes_back_and_joins(app):
    person(app, org="Other", email=NEW)
    owner = person(app)
    owner.post("/settings/members", email=NEW, role="admin")
    where = link(app)
    browser = Merchant(app)
    page = browser.get(where)
    assert "has an account" in page.text
    assert browser.post(f"{where}/join", password=PASSWORD).status_code == 422
    response = browser.sign_in(NEW, next=where)
    assert response.location == where
    page = browser.follow(f"{where}/accept")
    assert "<h1>Acme</h1>" in page.text, "and works for it at once"


def test_the_wrong_person_is_told_so(app):
    owner = person(app)
    owner.post("/settings/members", email=NEW, role="admin")
    where = link(app)
    assert "You are signed in as owner@acme.example" in owner.get(where).text
    assert owner.post(f"{where}/accept").status_code == 403


def test_without_mail_the_link_is_shown_to_who_may_invite(app, monkeypatch):
    monkeypatch.setattr("app.services.mail.is_possible", lambda: False)
    owner = person(app)
    page = owner.follow("/settings/members", email=NEW, role="viewer")
    where = re.search(r"(/invitation/[^<\"]+)", page.text)[1]
    viewer = person(app, Role.viewer)
    assert "/invitation/" not in viewer.get("/settings/members").text
    assert Merchant(app).get(where).status_code == 200


def test_roles_change_people_are_removed_and_leave(app):
    owner, admin = person(app), person(app, Role.admin)
    page = owner.get("/settings/members").text
    admin_id = re.search(r"/members/(mem_\w+)/role/viewer", page)[1]
    page = owner.follow(f"/settings/members/{admin_id}/role/viewer")
    assert "counts at once" in page.text
    assert admin.post("/settings/members", email=NEW, role="viewer").status_code == 403
    page = admin.follow("/settings/members/leave")
    assert "You left" in page.text
    assert admin.get("/").location == "/account"
    page = owner.follow("/settings/members/leave")
    assert "at least one owner" in page.text


def test_who_is_removed_in_the_moment_of_leaving_is_told_so(app, monkeypatch):
    owner, admin = person(app), person(app, Role.admin)
    page = owner.get("/settings/members").text
    admin_id = re.search(r"/members/(mem_\w+)/role/viewer", page)[1]
    token, leave = admin.token(), members.leave

    def after_the_owner(who):
        with app.app_context():
            assert owner.post(f"/settings/members/{admin_id}/remove").status_code == 303
        leave(who)

    monkeypatch.setattr(members, "leave", after_the_owner)
    response = admin.post("/settings/members/leave", token=token)
    assert response.status_code == 404
    assert admin.get("/").location == "/account"


def test_who_signed_up_confirms_their_address_before_they_invite(app):
    browser = Merchant(app)
    browser.sign_up()
    response = browser.post("/settings/members", email=NEW, role="viewer")
    assert response.status_code == 422
    assert "confirm your own e-mail address first" in response.text
    browser.follow(link(app))
    assert NEW in browser.follow("/settings/members", email=NEW, role="viewer").text


def test_each_role_says_what_it_may_do_and_nothing_else(app):
    """The words belong to the permissions, so table and page cannot say different things."""
    assert set(WORDS) == set(PERMISSIONS)
    page = person(app).get("/settings/members").text
    with app.test_request_context():
        for role in Role:
            sentence = html.unescape(re.search(rf'data-role="{role}">([^<]+)<', page)[1])
            for permission, words in WORDS.items():
                assert (str(words) in sentence) == permits(role, permission), (role, permission)


def test_an_invitation_says_what_its_role_may_do(app):
    person(app).post("/settings/members", email=NEW, role="viewer")
    page = html.unescape(Merchant(app).get(link(app)).text)
    with app.test_request_context():
        assert sentence_of(Role.viewer) in page


def test_whoever_invites_an_owner_is_asked_whether_they_mean_it(app):
    owner = person(app)
    assert "as_owner" not in owner.get("/settings/members").text
    asked = owner.post("/settings/members", email=NEW, role="owner")
    assert asked.status_code == 422 and 'name="as_owner"' in asked.text
    assert f'value="{NEW}"' in asked.text and "also remove you" in asked.text
    assert NEW not in owner.get("/settings/members").text
    page = owner.follow("/settings/members", email=NEW, role="owner", as_owner="y")
    assert f"{NEW} is invited" in page.text


def test_making_a_member_an_owner_takes_a_second_press(app):
    owner, _admin = person(app), person(app, Role.admin)
    page = owner.get("/settings/members").text
    press = re.search(
        r'<form method="post" action="[^"]+/role/owner">(.*?)</form>', page, re.DOTALL
    )
    assert "admin@acme.example may then do everything" in press[1]


def test_a_wrong_role_in_an_address_is_a_sentence(app):
    owner = person(app)
    member_id = re.search(r'data-id="(mem_\w+)"', owner.get("/settings/members").text)[1]
    page = owner.follow(f"/settings/members/{member_id}/role/king")
    assert "A role is one of" in page.text


def test_an_admin_is_not_shown_the_link_that_makes_an_owner(app, monkeypatch):
    monkeypatch.setattr("app.services.mail.is_possible", lambda: False)
    owner, admin = person(app), person(app, Role.admin)
    owner.post("/settings/members", email=NEW, role="owner", as_owner="y")
    assert "/invitation/" in owner.get("/settings/members").text
    assert "/invitation/" not in admin.get("/settings/members").text
    owner.post("/settings/members", email="second@acme.example", role="viewer")
    assert admin.get("/settings/members").text.count("/invitation/") >= 1
