"""What is typed into a company's own pages by hand is on ours, ready to be copied."""

import re
from html import unescape

import pytest

from tests.fakes.easypay import EasypayFake
from tests.fakes.ifthenpay import IfthenpayFake
from tests.flows import ifthenpay_shop
from tests.flows.easypay_shop import open_easypay_shop
from tests.merchant import person


@pytest.fixture
def shop(make_app):
    with IfthenpayFake() as fake:
        app = make_app(IFTHENPAY_BASE_URL=fake.url)
        yield ifthenpay_shop.open_shop(app, fake, "http://127.0.0.1:9/hook")


def test_each_key_has_a_template_of_its_own_for_our_address(shop):
    page = unescape(person(shop.app).get("/integrations/ifthenpay").text)
    address = re.search(r"<code>(\S+/api/webhooks/ifthenpay/\w+)</code>", page)[1]
    templates = re.findall(r"<code>(\S+\?\S+)</code>", page)
    assert all(
        one.startswith(f"{address}?key=[ANTI_PHISHING_KEY]&orderId=[ID]") for one in templates
    )
    assert [one.rpartition("=")[2] for one in templates] == ["MB", "MBWAY", "CCARD"]
    assert "&entity=" not in page


def test_a_company_with_two_places_for_one_address_has_both_named(make_app):
    with EasypayFake() as fake:
        shop = open_easypay_shop(make_app(EASYPAY_API_BASE=fake.api), fake)
        page = person(shop.app).get("/integrations/easypay").text
    for name in ("Generic - URL", "Card redirect - URL"):
        assert f"<dt>{name}</dt>" in page
    assert page.count(f"<code>{shop.hook}</code>") == 3
