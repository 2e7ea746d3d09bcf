"""The audit log tells in sentences who did what, and has one for everything that is written."""

import ast
import html
import re

import pytest

from app.blueprints.auth.audit_sentences import FIELDS, SENTENCES, sentence_of
from app.blueprints.seller_words import STATUS
from app.models import AuditEntry, SellerStatus
from app.services.providers import Settings
from tests import world
from tests.bans import ROOT
from tests.merchant import person

WRITERS = {"audit", "_audit", "note", "note_for", "_note"}
KIND = re.compile(r"[a-z_]+\.[a-z_]+")


def written() -> set[str]:
    """Every kind that the code writes, as it stands in a call of what writes entries."""
    found = set()
    for path in ROOT.glob("app/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
                if name in WRITERS:
                    found |= {one for one in texts if isinstance(one, str) and KIND.fullmatch(one)}
    return found


def told(browser) -> list[str]:
    page = html.unescape(browser.get("/audit").text)
    return re.findall(r"<b>([^<]+)</b>", page)


def test_everything_that_the_code_writes_has_a_sentence_and_nothing_else_has():
    assert written() == set(SENTENCES)


def test_every_field_that_may_change_has_a_name():
    stored = {"gateway": "payment_gateway", "fallbacks": "fallback_gateways"}
    fields = {stored.get(one, one) for one in Settings.__annotations__}
    of_others = {"accent", "support_email", "customer_letters", "url", "events"}
    assert fields | of_others == set(FIELDS)


def test_a_change_says_what_was_and_what_is(app):
    world.open_shop(app, webhook_url="http://127.0.0.1:9/x", events=("payment_failed",))
    browser = person(app)
    browser.post(
        "/providers/bitloader",
        name="Bitloader",
        slug="bitloader",
        status="active",
        payment_gateway="stripe",
        late_policy="accept",
        use_own_credentials="y",
    )
    whe = re.search(r"whe_\w+", browser.get("/providers/bitloader").text)[0]
    browser.post(
        f"/providers/bitloader/endpoints/{whe}",
        url="http://127.0.0.1:9/x",
        events=["payment_failed", "payment_refunded"],
    )
    endpoint, provider, *_ = told(browser)
    assert provider == (
        "owner@acme.example changed Bitloader: Payment company from “Sandbox” to “Stripe”; "
        "Own keys from “off” to “on”."
    )
    assert endpoint == (
        "owner@acme.example changed the webhook endpoint http://127.0.0.1:9/x: "
        "Events from “payment_failed” to “payment_failed, payment_refunded”."
    )


def test_whose_keys_were_saved_is_told_by_name(app):
    world.open_shop(app)
    browser = person(app)
    for path in ("/integrations/stripe", "/providers/bitloader/credentials/stripe"):
        browser.post(path, secretKey=world.STRIPE_KEY)
    assert told(browser)[:2] == [
        "owner@acme.example saved the values of Stripe (Bitloader).",
        "owner@acme.example saved the values of Stripe.",
    ]


def test_roles_are_called_as_on_the_page_of_members(app):
    browser = person(app)
    browser.post("/settings/members", email="new@acme.example", role="viewer")
    assert told(browser)[0] == "owner@acme.example invited new@acme.example as Viewer."


@pytest.mark.parametrize("lang", ["en", "pt-PT"])
@pytest.mark.parametrize("status", SellerStatus)
def test_how_a_seller_stands_is_called_as_on_the_pages_of_sellers(app, status, lang):
    data = {"before": status, "after": status}
    entry = AuditEntry(action="seller.changed", actor="stripe", subject="sel_1", data=data)
    with app.test_request_context(query_string={"lang": lang}):
        word = str(STATUS[status])
        sentence = sentence_of(entry, {"sel_1": "Ada"})
    assert sentence.startswith("Stripe ") and sentence.endswith(f"Ada: {word} → {word}.")


@pytest.mark.parametrize(
    ("actor", "said"),
    [
        ("api", "A provider's server"),
        ("command line", "Somebody at the command line"),
        ("keys seal", "Somebody at the command line"),
        ("clock", "Gatehouse"),
        ("gatehouse", "Gatehouse"),
        ("stripe", "Stripe"),
        ("gateway:stripe", "Stripe"),
        ("ada@example.com", "ada@example.com"),
    ],
)
def test_who_did_it_is_named_as_people_know_them(app, actor, said):
    entry = AuditEntry(action="seller.created", actor=actor, subject="sel_1", data={})
    with app.test_request_context():
        assert sentence_of(entry, {"sel_1": "Ada"}) == f"{said} made the seller Ada."


@pytest.mark.parametrize("kind", sorted(SENTENCES))
def test_an_entry_that_tells_nothing_more_is_still_a_sentence(app, kind):
    with app.test_request_context():
        entry = AuditEntry(action=kind, actor="ada@example.com", subject=None, data={})
        assert sentence_of(entry, {}).startswith("ada@example.com")


def test_one_of_a_kind_that_is_written_no_more_is_its_code(app):
    with app.test_request_context():
        entry = AuditEntry(action="pigeon.sent", actor="ada", subject="x", data={})
        assert sentence_of(entry, {}) == "pigeon.sent"
