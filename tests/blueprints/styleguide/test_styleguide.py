"""The style guide: in development only, and no part is missing from it."""

import re
from email import message_from_bytes, policy
from html import unescape

import pytest

from app.blueprints import assets
from app.services.mail import letters
from tests.bans import ROOT

CSS = ROOT / "static" / "css"
RULE = re.compile(r"^ *(?:@media[^{]+|[^@{}]+)(?=\{)", re.MULTILINE)
CLASS = re.compile(r"\.([a-z][\w-]*)")
# Told apart by other means than sight, or for a kind of page and no part of one.
ELSEWHERE = {"narrow", "no-print"}
LIMIT = 30 * 1024  # bytes of the merchants' stylesheet as it is, uncompressed


@pytest.fixture
def page(make_app):
    response = make_app(APP_ENV="development").test_client().get("/styleguide")
    assert response.status_code == 200
    return response.text


@pytest.mark.parametrize("kind", ["test", "production"])
def test_it_is_not_there_but_in_development(make_app, kind):
    known = {"PUBLIC_BASE_URL": "https://pay.example.com"} if kind == "production" else {}
    app = make_app(APP_ENV=kind, **known)
    assert app.test_client().get("/styleguide").status_code == 404
    assert not [one for one in app.url_map.iter_rules() if "styleguide" in one.endpoint]


def classes(text: str) -> set[str]:
    return {name for rule in RULE.findall(text) for name in CLASS.findall(rule)}


def test_every_component_of_the_stylesheet_is_on_it(page):
    shown = {name for group in re.findall(r'class="([^"]+)"', page) for name in group.split()}
    files = [CSS / f"{name}.css" for name in ("30-components", "35-parts", "36-logo", "37-upload")]
    wanted = {name for one in files for name in classes(one.read_text())} - ELSEWHERE
    assert len(wanted) > 50
    assert wanted - shown == set()


def test_every_token_and_icon_is_on_it_by_name(page):
    tokens = set(re.findall(r"^ +--([\w-]+):", (CSS / "10-tokens.css").read_text(), re.MULTILINE))
    icons = set(re.findall(r'id="(\w+)"', (ROOT / "static/img/icons.svg").read_text()))
    named = set(re.findall(r"<code>([\w-]+)</code>", page))
    assert len(tokens) > 40
    assert (tokens | icons) - named == set()


def test_it_has_no_inline_styles_and_its_buttons_lead_back(page, make_app):
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)
    client = make_app(APP_ENV="development").test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/styleguide").text)[1]
    pressed = client.post("/styleguide", data={"csrf_token": token})
    assert (pressed.status_code, pressed.location) == (303, "/styleguide")


def test_the_merchants_stylesheet_weighs_less_than_30_kb(client):
    sheet = client.get("/styles/merchant.css")
    assert len(sheet.data) <= LIMIT
    assert sheet.data.count(b"@layer pages {") == 1


@pytest.mark.parametrize("bundle", assets.BUNDLES)
def test_no_class_is_styled_in_two_files_of_a_bundle(bundle):
    """A part belongs to the components; a page's file only places it."""
    owners: dict[str, set[str]] = {}
    for name in assets.BUNDLES[bundle]:
        for rule in re.findall(
            r"^  \.([\w-]+) \{", (CSS / f"{name}.css").read_text(), re.MULTILINE
        ):
            owners.setdefault(rule, set()).add(name)
    assert {rule: where for rule, where in owners.items() if len(where) > 1} == {}


@pytest.mark.parametrize(("lang", "said"), [("en", "Receipt for"), ("pt_PT", "Recibo de")])
def test_every_letter_is_on_it_in_both_languages(make_app, lang, said):
    client = make_app(APP_ENV="development").test_client()
    page = client.get(f"/styleguide?lang={lang}").text
    for kind in letters.KINDS:
        assert f'data-id="{kind}"' in page
        mail = client.get(f"/styleguide/letters/{kind}.eml?lang={lang}")
        assert mail.content_type == "message/rfc822"
        message = message_from_bytes(mail.data, policy=policy.default)
        assert str(message["Subject"]) in unescape(page)
        assert message.get_body(("plain",)).get_content().strip()
        html = message.get_body(("html",)).get_content()
        for outside in ("src=", "@import", "<script", "url(", "<link"):
            assert outside not in html
    assert said in page
    assert client.get("/styleguide/letters/spam.eml").status_code == 404
