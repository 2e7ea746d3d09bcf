"""A picture that is there is fetched once a day, kept, shown, and deleted with its organization."""

import pytest
from sqlalchemy import select

from app.extensions import db, reading, transaction
from app.kit import clock
from app.models import ItemImage, Order, Organization
from app.services import closing, logos, tasks
from app.services.closing import IN_FLIGHT
from app.services.logos import dropping
from app.services.logos.dropping import GRACE
from tests import world
from tests.kit.pictures import drawn
from tests.services.item_images.conftest import PICTURE, order_with, page_of, picture_on, why_not
from tests.services.logos.conftest import KEY, at_imagekit, configure, fake  # noqa: F401, fixtures
from tests.services.logos.test_logos import files


@pytest.fixture
def shop(on_both):
    return world.open_shop(on_both)


def kept(shop):
    with shop.inside(), reading() as session:
        return session.scalars(select(ItemImage).order_by(ItemImage.id)).all()


def test_it_is_fetched_after_the_order_and_shown_with_its_name(shop, pictures):
    order = shop.order(20, itemName="Credits", itemImageUrl=pictures.url)
    assert (picture_on(shop, order), pictures.asked) == (None, 0)
    world.run_tasks(shop.app)
    src, width, height, alt = PICTURE.search(page_of(shop, order).text).groups()
    assert (width, height, alt) == ("256", "128", "Credits")
    served = shop.app.test_client().get(src)
    assert (served.status_code, served.mimetype) == (200, "image/webp")
    assert served.data[8:12] == b"WEBP" and len(served.data) <= 16_384
    assert src.removeprefix("/logos/") in files(shop.app)
    assert why_not(shop, order) == []


def test_orders_without_one_ask_nobody(shop, pictures):
    order = shop.order(20)
    world.run_tasks(shop.app)
    assert (picture_on(shop, order), pictures.asked, kept(shop)) == (None, 0, [])


def test_one_address_is_asked_once_a_day(shop, pictures, later):
    first, second = order_with(shop, pictures.url), order_with(shop, pictures.url)
    assert picture_on(shop, first) == picture_on(shop, second)
    assert pictures.asked == 1
    pictures.usual.data = drawn(colour="#ff0000")
    later(86_400 + 1)
    third = order_with(shop, pictures.url)
    assert pictures.asked == 2
    assert picture_on(shop, third) != picture_on(shop, second)


def test_many_hosts_take_few_workers_from_what_is_due_behind_them(shop):
    for number in range(8):
        shop.order(20, itemImageUrl=f"https://{number}.shop.example/credits.png")
    with shop.inside():
        with transaction():
            tasks.add("orders.check", {})
        names = [one.name for one in tasks.claim(8)]
    assert names.count("item_images.fetch") == tasks.PER_LANE
    assert "orders.check" in names


def test_nor_do_many_that_are_deleted(shop, later):
    with shop.inside():
        with transaction():
            for number in range(8):
                image = ItemImage(keeper="disk", scope_kind="", ref=f"{number}", url="")
                dropping.drop_later(image)
        later(GRACE + 1)
        assert len(tasks.claim(8)) == tasks.PER_LANE


def test_another_organization_fetches_its_own(shop, pictures):
    theirs = world.open_shop(shop.app, org="Theirs", name="Their shop")
    mine, other = order_with(shop, pictures.url), order_with(theirs, pictures.url)
    assert pictures.asked == 2
    assert shop.org_id in picture_on(shop, mine)
    assert theirs.org_id in picture_on(theirs, other)


def test_a_picture_that_is_a_logo_too_stays_when_the_logo_goes(shop, pictures, later):
    content = drawn(size=(200, 100))  # fits both boxes, so both are the same file
    pictures.usual.data = content
    order = order_with(shop, pictures.url)
    with shop.inside():
        logos.put(content, actor="ada")
        assert logos.of().ref == kept(shop)[0].ref
        logos.remove(actor="ada")
    later(GRACE + 1)
    world.run_tasks(shop.app)
    assert shop.app.test_client().get(picture_on(shop, order)).status_code == 200


def erase(shop, later):
    with shop.inside():
        with transaction():
            name = db.session.scalars(select(Organization.name)).one()
        closing.close(name, actor="ada")
    for _ in range(3):
        later(IN_FLIGHT + 61)
        world.run_tasks(shop.app)


def test_erasing_the_organization_deletes_them(shop, pictures, later):
    order = order_with(shop, pictures.url)
    order_with(shop, pictures.url)
    later(86_400 + 1)
    order_with(shop, pictures.url)
    assert len(kept(shop)) == 2 and len(files(shop.app)) == 1
    erase(shop, later)
    assert (kept(shop), files(shop.app)) == ([], [])
    with shop.inside(), reading() as session:
        assert set(session.scalars(select(Order.image_id))) == {None}
    assert shop.app.test_client().get(f"/checkout/o/{order['token']}").status_code == 200


def test_many_are_deleted_in_batches(shop, pictures, later, monkeypatch):
    monkeypatch.setattr(dropping, "BATCH", 2)
    for colour in ("#ff0000", "#00ff00", "#ff0000"):  # the last lies where the first one does
        pictures.usual.data = drawn(colour=colour)
        order_with(shop, pictures.url)
        later(86_400 + 1)
    with shop.inside(), transaction():
        assert logos.drop_all()
    assert len(kept(shop)) == 1
    world.run_tasks(shop.app)
    assert len(files(shop.app)) == 1
    erase(shop, later)
    assert (kept(shop), files(shop.app)) == ([], [])


def test_of_a_deleted_organization_nothing_more_is_kept(shop, pictures, later):
    order = shop.order(20, itemImageUrl=pictures.url)
    with shop.inside(), transaction():
        db.session.scalars(select(Organization)).one().closed_at = clock.now()
    world.run_tasks(shop.app)
    assert kept(shop) == []
    later(GRACE + 1)
    world.run_tasks(shop.app)
    assert files(shop.app) == []
    assert why_not(shop, order) == []


def test_at_imagekit_it_is_shown_as_it_is_and_allowed_by_the_policy(at_imagekit, fake, pictures):  # noqa: F811
    configure(at_imagekit, removeBackground="on")
    order = order_with(at_imagekit, pictures.url)
    src = picture_on(at_imagekit, order).replace("&amp;", "&")
    assert src.startswith("https://ik.imagekit.io/demo/gatehouse/")
    assert "bgremove" not in src
    assert fake.shown(src)[0] == 200
    policy = page_of(at_imagekit, order).headers["Content-Security-Policy"]
    assert f"img-src 'self' {src.partition('?')[0]};" in policy
    assert len(fake.accounts[KEY].files) == 1


def test_imagekits_refusal_is_told(at_imagekit, fake, pictures):  # noqa: F811
    configure(at_imagekit, "private_Wrong")
    order = order_with(at_imagekit, pictures.url)
    assert picture_on(at_imagekit, order) is None
    assert "cannot be authenticated" in why_not(at_imagekit, order)[0]
