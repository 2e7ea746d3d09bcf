"""Logos: one of an organization and one of each provider, replaced whole and cleared away."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from app.extensions import reading
from app.kit.errors import Conflict, NotFound, Refused
from app.models import AuditEntry, Logo
from app.services import logos, providers
from app.services.logos import changing
from app.services.logos.dropping import GRACE
from tests import world
from tests.kit.pictures import drawn

RED, BLUE = drawn(colour="#ff0000"), drawn(colour="#0000ff")


def files(app) -> list[str]:
    folder = app.config["SETTINGS"].instance / "images"
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())


def put(shop, content: bytes = RED, provider_id: str | None = None) -> Logo:
    with shop.inside():
        logos.put(content, provider_id, actor="ada")
        return logos.of(provider_id)


def test_a_logo_is_kept_and_read_as_it_was_drawn(on_both):
    shop = world.open_shop(on_both)
    logo = put(shop)
    assert (logo.keeper, logo.scope_kind, logo.url) == ("disk", "", "")
    assert (logo.width, logo.height) == (320, 160)
    assert logo.ref.startswith(f"{shop.org_id}/")
    with shop.inside():
        assert logos.read(logo.ref)[8:12] == b"WEBP"
        actions = reading_audit()
    assert actions[-1] == ("organization.logo_changed", "ada")


def reading_audit() -> list[tuple[str, str]]:
    with reading() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    return [(one.action, one.actor) for one in rows]


def test_a_provider_has_its_own_beside_the_organizations(on_both):
    shop = world.open_shop(on_both)
    own, provider = put(shop), put(shop, BLUE, shop.provider_id)
    assert own.ref != provider.ref
    with shop.inside():
        logos.remove(shop.provider_id, actor="ada")
        assert logos.of(shop.provider_id) is None
        assert logos.of().ref == own.ref


def test_a_replaced_picture_is_shown_for_an_hour_and_then_deleted(app, shop, later):
    old, new = put(shop), put(shop, BLUE)
    world.run_tasks(app)
    assert files(app) == sorted([old.ref, new.ref]), "open pages go on showing it"
    later(GRACE + 1)
    world.run_tasks(app)
    assert files(app) == [new.ref]


def test_one_that_is_taken_up_again_is_not_deleted(app, shop, later):
    first = put(shop)
    put(shop, BLUE)
    assert put(shop).ref == first.ref
    later(GRACE + 1)
    world.run_tasks(app)
    assert files(app) == [first.ref]


def test_the_same_file_once_more_changes_nothing(app, shop, later):
    first, second = put(shop), put(shop)
    assert first.id == second.id
    later(GRACE + 1)
    world.run_tasks(app)
    assert files(app) == [first.ref]


def test_a_removed_logo_is_deleted_and_removing_it_again_is_no_error(app, shop, later):
    put(shop)
    with shop.inside():
        logos.remove(actor="ada")
        logos.remove(actor="ada")
        assert logos.of() is None
        assert [what for what, _ in reading_audit()].count("organization.logo_removed") == 1
    later(GRACE + 1)
    world.run_tasks(app)
    assert files(app) == []


def test_what_is_no_image_changes_nothing(app, shop):
    before = put(shop)
    with shop.inside(), pytest.raises(Refused) as caught:
        logos.put(b"<svg/>", actor="ada")
    assert caught.value.code == "image_is_svg"
    with shop.inside():
        assert logos.of().id == before.id


def test_another_organizations_provider_is_not_there(app, shop):
    theirs = world.open_shop(app, org="Theirs", name="Their shop")
    put(theirs, BLUE, theirs.provider_id)
    with shop.inside():
        assert logos.of(theirs.provider_id) is None
        with pytest.raises(NotFound):
            logos.put(RED, theirs.provider_id, actor="mallory")
        with pytest.raises(NotFound):
            logos.remove(theirs.provider_id, actor="mallory")
    with theirs.inside():
        assert logos.of(theirs.provider_id) is not None


def test_what_a_stranger_uploaded_for_a_provider_of_others_is_deleted_again(app, shop, later):
    theirs = world.open_shop(app, org="Theirs", name="Their shop")
    kept = put(theirs, BLUE, theirs.provider_id)
    with shop.inside(), pytest.raises(NotFound):
        logos.put(RED, theirs.provider_id, actor="mallory")
    later(GRACE + 1)
    world.run_tasks(app)
    assert files(app) == [kept.ref]


def test_of_two_uploads_at_once_one_is_told_and_its_picture_goes(app, shop, later, monkeypatch):
    both = threading.Barrier(2)
    keep = changing._keep

    def kept_by_both(*args):
        found = keep(*args)
        both.wait(10)
        return found

    monkeypatch.setattr(changing, "_keep", kept_by_both)

    def upload(content: bytes) -> str:
        try:
            put(shop, content)
        except Conflict as error:
            return error.code
        return "saved"

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(upload, (RED, BLUE)))
    assert ends == ["saved", "saved_meanwhile"]
    later(GRACE + 1)
    world.run_tasks(app)
    with shop.inside(), reading() as session:
        (ref,) = session.scalars(select(Logo.ref)).all()
    assert files(app) == [ref]


def test_a_full_disk_is_said_and_changes_nothing(app, shop):
    (app.config["SETTINGS"].instance / "images").write_text("not a folder")
    with shop.inside(), pytest.raises(Refused) as caught:
        logos.put(RED, actor="ada")
    assert caught.value.code == "image_not_kept"
    with shop.inside():
        assert logos.of() is None


def test_customers_see_the_providers_logo_else_the_organizations(on_both):
    from app.services import checkout

    shop = world.open_shop(on_both)
    with shop.inside():
        other = providers.create(name="Other", gateway="sandbox")
    order = shop.order(20)

    def seen() -> str | None:
        with on_both.app_context():
            logo = checkout.page(checkout.find(order["token"])).logo
        return logo.ref if logo else None

    assert seen() is None
    put(shop, BLUE, other.provider.id)
    assert seen() is None, "another provider's is nobody else's"
    own = put(shop)
    assert seen() == own.ref
    providers_own = put(shop, BLUE, shop.provider_id)
    assert seen() == providers_own.ref != own.ref
