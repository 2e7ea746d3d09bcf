"""Logos at ImageKit: with whose account, and what becomes of them when that one is gone."""

import pytest
from sqlalchemy import select

from app.extensions import db, reading, transaction
from app.kit.errors import Refused
from app.models import Organization, Task
from app.services import closing, credentials, logos
from app.services.credentials import Scope
from app.services.logos.dropping import GRACE
from tests import world
from tests.kit.pictures import drawn
from tests.services.logos.conftest import KEY, OTHER_KEY, PLATFORM_KEY, configure

HOUSE = {
    "IMAGEKIT_PUBLIC_KEY": "public_house",
    "IMAGEKIT_PRIVATE_KEY": PLATFORM_KEY,
    "IMAGEKIT_URL_ENDPOINT": "https://ik.imagekit.io/house",
}


def put(shop, colour: str = "#ff0000"):
    with shop.inside():
        logos.put(drawn(colour=colour), actor="ada")
        return logos.of()


def test_a_logo_goes_to_the_organizations_own_account(at_imagekit, fake):
    configure(at_imagekit)
    logo = put(at_imagekit)
    assert (logo.keeper, logo.scope_kind) == ("imagekit", "organization")
    assert logo.url.startswith("https://ik.imagekit.io/demo/gatehouse/")
    assert fake.shown(logo.url)[0] == 200
    assert [len(one.files) for one in fake.accounts.values()] == [1, 0, 0]


@pytest.mark.parametrize("is_let", [True, False])
def test_the_operators_account_is_for_whoever_may_use_it_else_our_disk(make_app, fake, is_let):
    shop = world.open_shop(
        make_app(IMAGEKIT_API_BASE=fake.url, IMAGEKIT_UPLOAD_BASE=fake.url, **HOUSE)
    )
    with shop.inside(), transaction():
        db.session.scalars(select(Organization)).one().uses_platform_credentials = is_let
    logo = put(shop)
    assert logo.keeper == ("imagekit" if is_let else "disk")
    assert len(fake.accounts[PLATFORM_KEY].files) == int(is_let)
    if is_let:
        assert logo.scope_kind == "platform"


def test_another_organizations_account_is_never_used(at_imagekit, fake):
    theirs = world.open_shop(at_imagekit.app, org="Theirs", name="Their shop")
    configure(theirs, OTHER_KEY, "other")
    assert put(at_imagekit).keeper == "disk"
    assert fake.requests == []


def test_an_account_that_is_not_set_up_completely_is_said_and_not_passed_over(make_app, fake):
    shop = world.open_shop(
        make_app(IMAGEKIT_API_BASE=fake.url, IMAGEKIT_UPLOAD_BASE=fake.url, **HOUSE)
    )
    with shop.inside(), transaction():
        scope = Scope("organization", shop.org_id)
        credentials.save("imagekit", scope, {"publicKey": "public_1"}, actor="test")
    with pytest.raises(Refused) as caught:
        put(shop)
    assert caught.value.code == "images_misconfigured"
    assert fake.requests == []


def test_a_refusal_is_told_in_their_words_and_nothing_changes(at_imagekit, fake):
    configure(at_imagekit, "private_Wrong")
    with pytest.raises(Refused, match="cannot be authenticated") as caught:
        put(at_imagekit)
    assert caught.value.code == "images_refused"
    configure(at_imagekit, KEY)
    fake.fail_next("POST /api/v1/files/upload", 503)
    with pytest.raises(Refused) as caught:
        put(at_imagekit)
    assert caught.value.code == "images_away"
    with at_imagekit.inside():
        assert logos.of() is None


def test_a_replaced_picture_is_deleted_and_its_copies_purged(at_imagekit, fake, later):
    configure(at_imagekit)
    old, new = put(at_imagekit), put(at_imagekit, "#0000ff")
    fake.shown(old.url)
    later(GRACE + 1)
    fake.fail_next("DELETE /v1/files", 500)
    world.run_tasks(at_imagekit.app)
    assert fake.shown(old.url)[0] == 200, "they did not answer: it is tried again"
    later(5)
    world.run_tasks(at_imagekit.app)
    assert fake.shown(old.url)[0] == 404
    assert fake.shown(new.url)[0] == 200


def test_it_is_deleted_with_the_account_it_was_kept_with(make_app, fake, later):
    app = make_app(IMAGEKIT_API_BASE=fake.url, IMAGEKIT_UPLOAD_BASE=fake.url, **HOUSE)
    shop = world.open_shop(app)
    put(shop)
    configure(shop)
    own = put(shop, "#0000ff")
    later(GRACE + 1)
    world.run_tasks(app)
    assert fake.accounts[PLATFORM_KEY].files == {}
    assert fake.shown(own.url)[0] == 200


def test_where_the_account_is_gone_the_picture_is_left_behind(at_imagekit, fake, later):
    configure(at_imagekit)
    put(at_imagekit)
    with at_imagekit.inside():
        logos.remove(actor="ada")
    del fake.accounts[KEY]
    later(GRACE + 1)
    world.run_tasks(at_imagekit.app)
    assert unfinished(at_imagekit) == []


def unfinished(shop) -> list[str]:
    with shop.inside(), reading() as session:
        return list(session.scalars(select(Task.name).where(Task.org_id == shop.org_id)))


def close(shop) -> None:
    with shop.inside():
        closing.close("Acme", actor="ada")


def test_a_deleted_organization_leaves_no_picture_anywhere(at_imagekit, fake, later):
    put(at_imagekit)
    configure(at_imagekit)
    logo = put(at_imagekit)
    put(at_imagekit, "#0000ff")
    fake.shown(logo.url)
    close(at_imagekit)
    for _ in range(3):
        later(closing.IN_FLIGHT + 1)
        world.run_tasks(at_imagekit.app)
    assert fake.accounts[KEY].files == {}
    assert fake.shown(logo.url)[0] == 404
    folder = at_imagekit.app.config["SETTINGS"].instance / "images"
    assert [one for one in folder.rglob("*") if one.is_file()] == []
    assert unfinished(at_imagekit) == []
    with at_imagekit.inside(), reading():
        scope = Scope("organization", at_imagekit.org_id)
        assert credentials.stored("imagekit", scope).is_empty


def test_the_keys_stay_until_imagekit_has_answered(at_imagekit, fake, later):
    configure(at_imagekit)
    put(at_imagekit)
    close(at_imagekit)
    fake.fail_next("DELETE /v1/files", 503, times=3)
    later(closing.IN_FLIGHT + 1)
    world.run_tasks(at_imagekit.app)
    assert len(fake.accounts[KEY].files) == 1
    for _ in range(8):
        later(120)
        world.run_tasks(at_imagekit.app)
    assert fake.accounts[KEY].files == {}
    assert unfinished(at_imagekit) == []
