"""What an organization looks like to its customers: name, colour, whom to ask."""

from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import select

from app.extensions import db, reading, transaction
from app.kit.colour import Colour, parse
from app.kit.errors import Refused
from app.kit.tenancy import current_org
from app.models import Organization
from app.services import organizations, records, versions
from app.services.versions import NEVER_SAVED, version_of

__all__ = ["Brand", "brand_of", "change", "current"]

READABLE = 4.5  # contrast of text (WCAG 2.2, 1.4.3)
# The surfaces and the inks of static/css/10-tokens.css, light and dark.
LIGHT, DARK = Colour(1, 1, 1), Colour(0x15 / 255, 0x1A / 255, 0x24 / 255)
LIGHT_INK, DARK_INK = "#ffffff", "#0d1017"


@dataclass(frozen=True)
class Brand:
    """How pages for customers look; without a colour as Gatehouse does."""

    name: str
    accent: str | None
    support_email: str | None
    version: str = field(default=NEVER_SAVED, compare=False)  # of what is stored

    @cached_property
    def css(self) -> str:
        """The tokens that the colour changes; in the dark a lighter shade of it."""
        colour = parse(self.accent or "")
        if colour is None:
            return ""
        light, dark = _tokens(colour, LIGHT, LIGHT_INK), _tokens(colour, DARK, DARK_INK)
        return f":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"


def _tokens(colour: Colour, page: Colour, ink: str) -> str:
    accent = colour.readable_on(page, READABLE)
    soft = page.mixed(accent, 0.08)
    accent = accent.readable_on(soft, READABLE)
    away = parse("#000000" if page is LIGHT else "#ffffff") or page
    values = {
        "accent": accent,
        "accent-strong": accent.mixed(away, 0.2),
        "accent-soft": soft,
        "on-accent": ink,
    }
    return ";".join(f"--{name}:{value}" for name, value in values.items())


def brand_of(organization: Organization) -> Brand:
    """An organization's brand."""
    return Brand(
        organization.name,
        organization.accent,
        organization.support_email,
        version_of(organization.updated_at),
    )


def current() -> Brand:
    """The current organization's brand."""
    with reading() as session:
        row = session.scalars(select(Organization).where(Organization.id == current_org())).one()
    return brand_of(row)


def change(
    name: str, accent: str, support_email: str, *, actor: str, seen: str | None = None
) -> None:
    """Change the current organization's name and brand (a step); `seen` is the version they were
    changed from.

    Raises Refused, naming the field; for a colour on which no text could be read, with the
    nearest one that would do. Raises Conflict `saved_meanwhile`.
    """
    values = {
        "name": organizations.check_name(name),
        "accent": _accent(accent),
        "support_email": _support(support_email),
    }
    with transaction():
        query = select(Organization).where(Organization.id == current_org()).with_for_update()
        row = db.session.scalars(query).one()
        versions.must_be(seen, row.updated_at)
        before = {one: getattr(row, one) for one in values}
        for one, value in values.items():
            setattr(row, one, value)
        changes = {one: [before[one], to] for one, to in values.items() if before[one] != to}
        if changes:
            records.audit("organization.changed", actor=actor, changes=changes)


def _accent(text: str) -> str | None:
    if not text.strip():
        return None
    colour = parse(text)
    if colour is None:
        raise Refused("Give a colour like #27346b", "invalid_colour", field="accent")
    if colour.contrast(LIGHT) < READABLE:
        near = colour.readable_on(LIGHT, READABLE)
        raise Refused(
            f"That is too pale to be read on white; {near} would do",
            "pale_colour",
            field="accent",
            would_do=str(near),
        )
    return str(colour)


def _support(text: str) -> str | None:
    if not text.strip():
        return None
    try:
        return organizations.check_address(text)
    except Refused as error:
        raise Refused(error.message, error.code, field="support_email") from error
