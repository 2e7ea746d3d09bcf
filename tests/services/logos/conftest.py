"""A shop whose pictures are kept on disk, and one with an ImageKit."""

import pytest

from app.extensions import transaction
from app.services import credentials
from app.services.credentials import Scope
from tests import world
from tests.fakes.imagekit import ImageKitFake

KEY, PLATFORM_KEY, OTHER_KEY = "private_Own00001", "private_House0001", "private_Other0001"


def configure(shop, key: str = KEY, endpoint: str = "demo", **more: str) -> None:
    """Save an ImageKit of the organization's own."""
    values = {
        "publicKey": "public_1",
        "privateKey": key,
        "urlEndpoint": f"https://ik.imagekit.io/{endpoint}",
        **more,
    }
    with shop.inside(), transaction():
        credentials.save("imagekit", Scope("organization", shop.org_id), values, actor="test")


@pytest.fixture
def fake():
    with ImageKitFake() as running:
        running.account(KEY)
        running.account(PLATFORM_KEY, "house")
        running.account(OTHER_KEY, "other")
        yield running


@pytest.fixture
def at_imagekit(make_app, fake):
    """A shop in an app that reaches the stand-in; nothing is configured yet."""
    app = make_app(IMAGEKIT_API_BASE=fake.url, IMAGEKIT_UPLOAD_BASE=fake.url)
    return world.open_shop(app)
