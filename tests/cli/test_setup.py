"""create-user, create-provider and demo."""

import json

import pytest

from app.extensions import db, transaction
from app.kit import tokens
from app.models import ApiKey, Membership, Organization, Provider, User, WebhookEndpoint
from app.services import passwords
from tests.cli.conftest import every
from tests.world import Shop

PASSWORD = "a long enough pass phrase"
HOOK = "http://127.0.0.1:5998/hook"


def says(result, *lines):
    """A refusal: exit 1 and one line."""
    assert result.exit_code == 1
    (line,) = result.output.splitlines()
    for text in lines:
        assert text in line


# --- create-user


def test_a_user_can_sign_in_with_the_password_given(run):
    result = run("create-user", "--email", "Ana@Example.com", "--password", PASSWORD, "--org", "A")
    assert (result.exit_code, result.output) == (0, "ana@example.com can sign in.\n")
    (user,) = every(run, User)
    assert passwords.verify_password(user.password_hash, PASSWORD)
    (member,) = every(run, Membership)
    (organization,) = every(run, Organization)
    assert (member.user_id, member.organization_id) == (user.id, organization.id)
    assert (member.role, organization.name) == ("owner", "A")


def test_a_password_left_out_is_made_and_shown_once(run):
    result = run("create-user", "--email", "ana@example.com")
    password = result.output.splitlines()[1].removeprefix("Password, shown this once: ")
    (user,) = every(run, User)
    assert passwords.verify_password(user.password_hash, password)
    assert every(run, Membership) == []


def test_a_second_user_joins_the_same_organization(run):
    for email, role in (("a@example.com", "owner"), ("b@example.com", "viewer")):
        result = run(
            "create-user", "--email", email, "--password", PASSWORD, "--org", "acme", "--role", role
        )
        assert result.exit_code == 0
    assert len(every(run, Organization)) == 1
    assert sorted(one.role for one in every(run, Membership)) == ["owner", "viewer"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--email", "ana", "--password", PASSWORD], "is not an e-mail address"),
        (["--email", "a@b.example", "--password", "short"], "12 to 128 characters"),
        (["--email", "a@b.example", "--password", ""], "12 to 128 characters"),
        (["--email", "a@b.example", "--password", "password123456"], "first passwords"),
        (["--email", "a@b.example", "--role", "king"], "A role is one of: owner"),
        (["--email", "taken@b.example", "--password", PASSWORD], "already has an account"),
    ],
)
def test_a_user_that_will_not_do_leaves_no_rows(run, rows, wrong, said):
    run("create-user", "--email", "taken@b.example", "--password", PASSWORD)
    says(run("create-user", *wrong, "--org", "Nobody's"), said)
    assert [rows(table) for table in ("users", "memberships", "organizations")] == [1, 0, 0]


# --- create-provider


def test_a_provider_is_printed_as_five_keys(run):
    result = run(
        "create-provider", "--org", "Acme", "--name", "Shop", "--webhook-url", HOOK, "--json"
    )
    assert result.exit_code == 0, result.output
    shown = json.loads(result.output)
    assert list(shown) == ["organizationId", "providerId", "slug", "apiKey", "webhookSecret"]
    (provider,) = every(run, Provider)
    assert (provider.id, provider.org_id) == (shown["providerId"], shown["organizationId"])
    assert (provider.slug, shown["slug"]) == ("shop", "shop")
    assert tokens.is_api_key(shown["apiKey"])
    assert shown["webhookSecret"].startswith("whsec_")
    assert every(run, ApiKey)[0].scopes == ["payments", "refunds", "payouts"]
    assert every(run, WebhookEndpoint)[0].url == HOOK


def test_without_a_webhook_address_no_secret_is_printed(run):
    shown = run("create-provider", "--org", "Acme", "--name", "Shop").output
    assert "apiKey" in shown
    assert "webhookSecret" not in shown and "None" not in shown


def test_the_key_that_was_printed_makes_a_payment(run):
    shown = json.loads(run("create-provider", "--org", "A", "--name", "B", "--json").output)
    shop = Shop(run.app, shown["organizationId"], shown["providerId"], shown["apiKey"], None)
    assert shop.create(5, gateway="sandbox").status_code == 200
    assert shown["webhookSecret"] is None


def test_people_read_one_line_for_each_value(run):
    asked = ("create-provider", "--org", "Acme", "--name", "Shop", "--webhook-url", HOOK)
    lines = run(*asked).output.splitlines()
    assert [line.split()[0] for line in lines[:5]] == [
        "organizationId", "providerId", "slug", "apiKey", "webhookSecret",
    ]  # fmt: skip
    assert lines[5:] == ["Key and secret are shown this once."]


def test_an_organization_is_found_by_name_and_by_slug(run):
    for org in ("Café & Co", "cafe-co", "Café & Co"):
        result = run("create-provider", "--org", org, "--name", "Shop", "--json")
        assert result.exit_code == 0
    (organization,) = every(run, Organization)
    assert (organization.name, organization.slug) == ("Café & Co", "cafe-co")
    assert sorted(one.slug for one in every(run, Provider)) == ["shop", "shop-2", "shop-3"]


def test_a_slug_wins_over_somebody_elses_name(run):
    run("create-provider", "--org", "Acme", "--name", "Shop")
    stranger = Organization(name="acme", slug="stranger")
    add(run, stranger)
    run("create-provider", "--org", "acme", "--name", "Second")
    assert {one.org_id for one in every(run, Provider)}.isdisjoint({stranger.id})


def test_a_name_that_two_organizations_have_is_refused(run):
    add(run, Organization(name="Twin", slug="one"), Organization(name="Twin", slug="two"))
    says(run("create-provider", "--org", "Twin", "--name", "x"), "Several organizations", "slug")
    assert run("create-provider", "--org", "two", "--name", "x").exit_code == 0


def add(run, *made):
    with run.app.app_context(), transaction():
        db.session.add_all(made)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--gateway", "venmo"], 'Invalid gateway: "venmo". Available: stripe, '),
        (["--webhook-url", "ftp://a.example/"], ""),
        (["--webhook-url", "http://10.0.0.1/"], ""),
        (["--webhook-url", "nonsense"], ""),
        (["--success-url", "javascript:alert(1)"], "Give a complete address"),
        (["--cancel-url", "https://{orderId}.example/"], "Give a complete address"),
        (["--scopes", "everything"], "Scopes are: payments, refunds, payouts"),
        (["--scopes", ","], "Scopes are: payments, refunds, payouts"),
        (["--name", ""], "A provider needs a name"),
        (["--name", "x" * 121], "A provider needs a name"),
    ],
)
def test_a_provider_that_will_not_do_leaves_no_rows(run, rows, wrong, said):
    says(run("create-provider", "--org", "Acme", "--name", "Shop", "--json", *wrong), said)
    tables = ("organizations", "providers", "api_keys", "doors", "webhook_endpoints")
    assert [rows(table) for table in tables] == [0] * 5


def test_scopes_are_those_that_were_named(run):
    run("create-provider", "--org", "A", "--name", "B", "--scopes", "payments, refunds")
    assert every(run, ApiKey)[0].scopes == ["payments", "refunds"]
