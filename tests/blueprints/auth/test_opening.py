"""One more organization: where strangers may sign up, for oneself, and apart from the others."""

import pytest
from sqlalchemy import select

from app.extensions import reading
from app.models import Membership, Organization
from tests.merchant import person

PATH = "/account/organizations/new"


@pytest.fixture
def app(make_app):
    return make_app(SIGNUP="open")


def organizations_of(app) -> list[tuple[str, str, bool]]:
    query = (
        select(Organization.slug, Membership.role, Organization.uses_platform_credentials)
        .join(Membership, Membership.organization_id == Organization.id)
        .order_by(Organization.created_at)
    )
    with app.app_context(), reading() as session:
        return [tuple(row) for row in session.execute(query)]


def test_whoever_opens_one_owns_it_and_works_for_it(app):
    browser = person(app, org="Acme")
    assert PATH in browser.get("/").text
    home = browser.follow(PATH, organization="Acme Books")
    assert "Acme Books" in home.text
    assert organizations_of(app)[1] == ("acme-books", "owner", False)
    assert "opened the organization" in browser.get("/audit").text


def test_a_name_may_be_taken_by_others(app):
    browser = person(app, org="Acme")
    assert browser.post(PATH, organization="Acme").status_code == 303
    (first, _, _), (second, _, _) = organizations_of(app)
    assert first == "acme"
    assert second.startswith("acme-")


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "a\x07b"])
def test_a_name_that_will_not_do_is_refused_in_its_place(app, name):
    browser = person(app)
    response = browser.post(PATH, organization=name)
    assert response.status_code == 422
    assert 'id="organization-error"' in response.text
    assert len(organizations_of(app)) == 1


def test_a_day_has_ten_of_them(app):
    browser = person(app)
    for number in range(10):
        assert browser.post(PATH, organization=f"Number {number}").status_code == 303
    assert browser.post(PATH, organization="One more").status_code in {422, 429}
    assert len(organizations_of(app)) == 11


@pytest.mark.parametrize("signup", ["first", "invite"])
def test_where_strangers_may_not_sign_up_the_operator_opens_them(make_app, signup):
    app = make_app(SIGNUP=signup)
    browser = person(app)
    assert PATH not in browser.get("/").text
    for response in (browser.get(PATH), browser.post(PATH, organization="Mine")):
        assert response.status_code == 403
        assert "whoever runs this installation" in response.text
    assert len(organizations_of(app)) == 1
