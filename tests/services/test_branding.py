"""Name, colour and support address of an organization."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.extensions import reading
from app.kit.colour import parse
from app.kit.errors import Refused
from app.kit.tenancy import as_org
from app.models import AuditEntry
from app.services import branding, organizations
from app.services.branding import Brand


@pytest.fixture
def inside(on_both):
    with on_both.app_context(), as_org(organizations.ensure("Acme").id):
        yield


def change(name="Acme", accent="", support=""):
    branding.change(name, accent, support, actor="ada@example.com")


def test_what_is_changed_is_shown_and_written_into_the_audit_log(inside):
    change("Acme Tickets", "B00020", " Help@Acme.example ")
    now = branding.current()
    assert (now.name, now.accent, now.support_email) == (
        "Acme Tickets",
        "#b00020",
        "help@acme.example",
    )
    with reading() as session:
        entry = session.query(AuditEntry).one()
    assert entry.data["changes"]["accent"] == [None, "#b00020"]
    change("Acme Tickets")
    assert branding.current().css == ""


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"name": " "}, "organization", "invalid_name"),
        ({"name": "Foo\r\nBcc: x"}, "organization", "invalid_name"),
        ({"accent": "red"}, "accent", "invalid_colour"),
        ({"accent": "#fff;}*{display:none}"}, "accent", "invalid_colour"),
        ({"accent": "#ffdd00"}, "accent", "pale_colour"),
        ({"support": "help"}, "support_email", "invalid_email"),
    ],
)
def test_what_will_not_do_is_refused_at_its_field_and_changes_nothing(inside, values, field, code):
    with pytest.raises(Refused) as refusal:
        change(**values)
    assert (refusal.value.details["field"], refusal.value.code) == (field, code)
    assert branding.current() == Brand("Acme", None, None)


def test_a_pale_colour_is_answered_with_one_that_would_do(inside):
    with pytest.raises(Refused) as refusal:
        change(accent="#ffdd00")
    change(accent=refusal.value.details["would_do"])


@given(st.integers(0, 0xFFFFFF))
def test_every_pair_of_colours_of_the_style_can_be_read(number):
    css = Brand("x", f"#{number:06x}", None).css
    schemes = re.findall(r":root\{([^}]*)\}", css)
    assert len(schemes) == 2
    for tokens, page in zip(schemes, ("#ffffff", "#151a24"), strict=True):
        values = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", tokens))
        accent, soft = parse(values["accent"]), parse(values["accent-soft"])
        assert accent.contrast(parse(page)) >= 4.5
        assert accent.contrast(soft) >= 4.5
        assert parse(values["on-accent"]).contrast(accent) >= 4.5
        assert parse(values["on-accent"]).contrast(parse(values["accent-strong"])) >= 4.5
