"""ImageKit as an integration: what it takes, and Test connection."""

import pytest

from tests.fakes.imagekit import ImageKitFake
from tests.merchant import person

KEY = "private_CanaryOfImages01"
VALUES = {
    "publicKey": "public_1",
    "privateKey": KEY,
    "urlEndpoint": "https://ik.imagekit.io/demo",
}


@pytest.fixture
def fake():
    with ImageKitFake() as running:
        running.account(KEY)
        yield running


@pytest.fixture
def browser(make_app, fake):
    return person(make_app(IMAGEKIT_API_BASE=fake.url, IMAGEKIT_UPLOAD_BASE=fake.url))


def test_the_connection_is_tried_with_the_stored_values(browser, fake):
    assert "Saved." in browser.follow("/integrations/imagekit", **VALUES).text
    page = browser.post("/integrations/imagekit/test").text
    assert 'data-ok="true"' in page
    assert "https://ik.imagekit.io/demo" in page
    assert len(fake.requests) == 1


def test_a_key_they_do_not_know_is_said_and_not_shown(browser):
    browser.post("/integrations/imagekit", **{**VALUES, "privateKey": "private_CanaryWrong"})
    page = browser.post("/integrations/imagekit/test").text
    assert 'data-ok="false"' in page
    assert "private_CanaryWrong" not in page


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("publicKey", KEY),
        ("privateKey", "public_1"),
        ("urlEndpoint", "http://ik.imagekit.io/demo"),
        ("urlEndpoint", "https://ik.imagekit.io/demo; script-src *"),
        ("urlEndpoint", "https://ik.imagekit.io/demo?x=y"),
        ("urlEndpoint", "https://user@ik.imagekit.io/demo"),
    ],
)
def test_what_cannot_be_right_is_refused_at_its_field(browser, name, value):
    page = browser.post("/integrations/imagekit", **{**VALUES, name: value})
    assert page.status_code == 422
    assert f'id="{name}-error"' in page.text


def test_removing_backgrounds_is_a_switch_that_stays_as_it_was_left(browser):
    def is_on() -> bool:
        page = browser.get("/integrations/imagekit").text
        field = page.partition('name="removeBackground"')
        return "checked" in field[0].rpartition("<input")[2] + field[2].partition(">")[0]

    assert not is_on()
    browser.follow("/integrations/imagekit", **VALUES, removeBackground="y")
    assert is_on()
    browser.follow("/integrations/imagekit", **{**VALUES, "privateKey": ""})
    assert not is_on()
