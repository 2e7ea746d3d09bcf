"""Uploading a logo, and where it is shown: settings, provider, payment page, receipt."""

import re

import pytest
from urllib3.filepost import encode_multipart_formdata

from app.kit.images import MAX_BYTES
from app.models import Role
from tests import world
from tests.fakes.imagekit import ImageKitFake
from tests.kit.pictures import drawn, png_that_claims
from tests.merchant import person
from tests.services.logos.conftest import KEY, configure

SOURCE = re.compile(r'<img class="logo" src="([^"]+)"')
PAGES = {"organization": "/settings", "provider": "/providers/bitloader"}


@pytest.fixture(params=list(PAGES))
def page(request) -> str:
    return PAGES[request.param]


def upload(browser, page: str, content: bytes = b"", name: str = "logo.png"):
    return send(browser, f"{page}/logo", content or drawn(), name)


def send(browser, path: str, content: bytes, name: str = "logo.png"):
    """A form with a file. The test client would keep a large one in a file that nobody closes."""
    fields = {"csrf_token": browser.token(), "logo": (name, content, "image/png")}
    body, kind = encode_multipart_formdata(fields)
    return browser.client.post(path, data=body, content_type=kind)


@pytest.fixture
def owner(app, shop):
    return person(app)


def source(page: str) -> str | None:
    found = SOURCE.search(page)
    return found[1].replace("&amp;", "&") if found else None


def test_an_uploaded_logo_is_shown_in_its_box_and_can_be_removed(owner, page):
    assert source(owner.get(page).text) is None
    sent = upload(owner, page)
    assert (sent.status_code, sent.location) == (303, f"{page}#your-logo")
    shown = owner.get(page).text
    assert 'width="320" height="160" alt="Logo of ' in shown
    picture = owner.app.test_client().get(source(shown))
    assert picture.data[8:12] == b"WEBP"
    assert owner.follow(f"{page}/logo/remove").status_code == 200
    assert source(owner.get(page).text) is None


def test_it_says_what_was_done_in_the_audit_log(owner, page):
    upload(owner, page)
    owner.post(f"{page}/logo/remove")
    log = owner.get("/audit").text
    whose = "the organization&#39;s logo" if page == "/settings" else "the logo of Bitloader"
    assert f"changed {whose}." in log and f"removed {whose}." in log


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\0" * (MAX_BYTES + 1), "larger than 1 MiB"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Save it as PNG first"),
        (b"<html>", "not a PNG, JPEG, WebP or GIF"),
        (png_that_claims(60_000, 60_000), "more than 4096 pixels"),
        (drawn()[:200], "damaged"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_at_the_field(owner, page, content, said):
    """Whatever its name says."""
    response = upload(owner, page, content, "logo.png")
    assert response.status_code == 422
    assert said in response.text
    assert 'id="logo-error"' in response.text
    assert source(response.text) is None


def test_no_file_is_said_at_the_field(owner, page):
    for response in (owner.post(f"{page}/logo"), owner.post(f"{page}/logo", logo="text")):
        assert response.status_code == 422
        assert "Choose a file first." in response.text


def test_the_rest_of_the_page_stays_filled_in_on_a_refusal(owner):
    response = upload(owner, "/settings", b"x")
    assert 'name="name"' in response.text and 'value="Acme"' in response.text


def test_only_uploads_may_be_larger_than_forms(owner, page):
    """A photograph is refused beside the field; a film, and any large form, before it is read."""
    assert upload(owner, page, b"\0" * (3 * 1024 * 1024)).status_code == 422
    film = upload(owner, page, b"\0" * (5 * 1024 * 1024))
    assert film.status_code == 413 and "That is too large" in film.text
    assert send(owner, page, b"\0" * (2 * 1024 * 1024)).status_code == 413


def test_names_of_files_are_nobodys_business(owner, page):
    for name in ("../../etc/passwd", "<script>", "ç" * 300, ".htaccess", "a.svg"):
        assert upload(owner, page, name=name).status_code == 303, name
    assert "script&gt;" not in owner.get(page).text


def test_who_may_not_change_a_provider_sees_its_logo_and_no_form(app, shop, owner):
    upload(owner, PAGES["provider"])
    viewer = person(app, Role.viewer)
    shown = viewer.get(PAGES["provider"]).text
    assert source(shown) and 'type="file"' not in shown
    assert upload(viewer, PAGES["provider"]).status_code == 403


# --- what is served


def test_a_picture_is_served_for_good_and_as_nothing_else(owner):
    upload(owner, "/settings")
    address = source(owner.get("/settings").text)
    response = owner.app.test_client().get(address)
    assert response.headers["Content-Type"] == "image/webp"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in response.headers
    assert "Vary" not in response.headers
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/logos/x/y",
        "/logos/../instance/dev.env",
        "/logos/%2e%2e/dev.env",
        "/logos/org_01J00000000000000000000000/..%2f..%2fdev.env",
        "/logos/org_01J00000000000000000000000/" + "a" * 64 + ".webp",
        "/logos/org_01J00000000000000000000000/" + "a" * 64 + ".webp%00",
    ],
)
def test_no_other_address_leads_to_a_file(app, client, path):
    (app.config["SETTINGS"].instance / "dev.env").write_text("SECRET_KEY=canary")
    response = client.get(path)
    assert response.status_code == 404
    assert "canary" not in response.text
    assert "immutable" not in response.headers["Cache-Control"]


# --- customers


def test_customers_see_it_on_the_payment_page_and_the_receipt(app, shop, owner, client):
    upload(owner, "/settings")
    order = shop.order(20)
    where = f"/checkout/o/{order['token']}"
    before = client.get(where)
    assert 'alt="Logo of Bitloader"' in before.text
    assert "img-src 'self';" in before.headers["Content-Security-Policy"]
    shop.pay(order)
    receipt = client.get(f"{where}/receipt").text
    assert source(receipt) == source(before.text)


def test_without_a_logo_the_first_letter_stands_there(shop, client):
    page = client.get(f"/checkout/o/{shop.order(20)['token']}").text
    assert '<span class="mark" aria-hidden="true">B</span>' in page


def test_from_imagekit_a_page_may_load_that_one_picture_and_nothing_else(make_app):
    with ImageKitFake() as fake:
        fake.account(KEY)
        app = make_app(IMAGEKIT_API_BASE=fake.url, IMAGEKIT_UPLOAD_BASE=fake.url)
        shop = world.open_shop(app)
        configure(shop)
        browser = person(app)
        assert upload(browser, "/settings").status_code == 303
        response = app.test_client().get(f"/checkout/o/{shop.order(20)['token']}")
        address = source(response.text)
        assert fake.shown(address)[0] == 200
        policy = response.headers["Content-Security-Policy"]
        assert f"img-src 'self' {address.partition('?')[0]};" in policy
        assert "ik.imagekit.io" not in policy.partition("img-src")[0] + policy.partition(";")[0]
        elsewhere = browser.get("/providers").headers["Content-Security-Policy"]
        assert "imagekit" not in elsewhere
        del fake.accounts[KEY]
        refused = upload(browser, "/settings", drawn(colour="#ffffff"))
        assert refused.status_code == 422
        assert "ImageKit does not take it: Your account cannot be authenticated." in refused.text
        assert KEY not in refused.text
