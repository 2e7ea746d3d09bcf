"""What holds for every page of people who are signed in: roles, tokens, other organizations."""

import re

import pytest

from app.models import Role
from app.services.permissions import PERMISSIONS
from tests import world
from tests.merchant import Merchant, person

DOORS = {"auth", "home", "integrations", "providers"}
# To everybody, or to whoever has the link of a letter.
OPEN = {
    f"auth.{name}"
    for name in (
        "sign_in sign_up sign_out code forgot reset confirm_address invitation join sign_in_with"
        " come_back connect_by_password finish_signing_up"
    ).split()
}
IDS = {"service": "stripe", "slug": "bitloader", "key_id": "key_1", "endpoint_id": "whe_1",
       "session_id": "ses_1", "org_id": "org_1", "token": "x", "company": "google",
       "membership_id": "mem_1",
       "invitation_id": "inv_1", "role": "viewer"}  # fmt: skip


def rules(app):
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in DOORS and rule.endpoint not in OPEN
    ]


def permission_of(app, rule) -> str:
    return getattr(app.view_functions[rule.endpoint], "permission", "")


def path_of(rule, **ids: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: {**IDS, **ids}[found[1]], rule.rule)


def requests_of(rule) -> list[str]:
    return sorted(rule.methods & {"GET", "POST"})


def test_every_page_says_who_may_open_it(app):
    silent = {rule.endpoint for rule in rules(app) if not permission_of(app, rule)}
    assert silent == set()


def test_every_permission_that_a_page_names_is_in_the_table(app):
    named = {permission_of(app, rule) for rule in rules(app)}
    # What concerns owners depends on whom it is done to, so a service asks for it.
    assert named - {"signed in"} == set(PERMISSIONS) - {"owners.change"}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_do_what_the_table_says_and_nothing_else(app, role):
    world.open_shop(app)
    browser = person(app, role)
    for rule in rules(app):
        permission = permission_of(app, rule)
        allowed = permission == "signed in" or role in PERMISSIONS[permission]
        for method in requests_of(rule):
            path = path_of(rule)
            if path in {"/account/sessions/end-others", "/settings/members/leave"}:
                continue
            response = browser.get(path) if method == "GET" else browser.post(path)
            assert (response.status_code != 403) == allowed, (role, method, path)


def test_strangers_are_sent_to_sign_in_from_everywhere(app):
    browser = Merchant(app)
    for rule in rules(app):
        for method in requests_of(rule):
            path = path_of(rule)
            response = browser.get(path) if method == "GET" else browser.post(path)
            assert (response.status_code, response.location.partition("?")[0]) == (303, "/login")


def test_no_form_is_taken_without_its_token(app):
    world.open_shop(app)
    browser = person(app)
    paths = [path_of(rule) for rule in app.url_map.iter_rules() if "POST" in rule.methods
             and rule.endpoint.partition(".")[0] in DOORS]  # fmt: skip
    assert len(paths) > 15
    for path in paths:
        for token in ("", "forged"):
            response = browser.post(path, token=token)
            assert response.status_code in {400, 422}, (path, token)
    assert browser.get("/").status_code == 200, "and nothing happened"


def test_what_belongs_to_another_organization_is_not_there(app):
    theirs = world.open_shop(
        app, org="Theirs", name="Secret shop", webhook_url="http://127.0.0.1:9/x"
    )
    them = person(app, org="Theirs")
    page = them.get("/providers/secret-shop").text
    ids = re.findall(r'data-id="((?:key|whe)_\w+)"', page)
    assert {one[:4] for one in ids} == {"key_", "whe_"}
    us = person(app, org="Ours")
    ours = world.open_shop(app, org="Ours", name="Our shop")
    assert ours.provider_id != theirs.provider_id
    for rule in rules(app):
        if "<slug>" not in rule.rule:
            continue
        for slug in ("secret-shop", "our-shop"):
            path = path_of(rule, slug=slug, key_id=ids[0], endpoint_id=ids[-1])
            foreign = slug == "secret-shop" or "_id>" in rule.rule
            for method in requests_of(rule):
                response = us.get(path) if method == "GET" else us.post(path)
                assert (response.status_code == 404) == foreign, (method, path)
                assert "Secret shop" not in response.text
    assert "Secret shop" not in us.get("/providers").text + us.get("/").text
    assert them.get("/providers/secret-shop").text.count("data-id=") == page.count("data-id=")


def test_nobody_switches_to_an_organization_they_do_not_belong_to(app):
    theirs = world.open_shop(app, org="Theirs")
    us = person(app, org="Ours")
    assert us.post(f"/account/organization/{theirs.org_id}").status_code == 404
    assert "Theirs" not in us.get("/").text


def test_every_page_is_kept_by_nobody_and_runs_own_scripts_only(app):
    world.open_shop(app)
    browser = person(app)
    for rule in rules(app):
        if "GET" in rule.methods:
            response = browser.get(path_of(rule))
            assert response.headers["Cache-Control"] == "no-store", rule.rule
            assert "unsafe" not in response.headers["Content-Security-Policy"]
            assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=", response.text), rule.rule
