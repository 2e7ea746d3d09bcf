"""itemImageUrl: an optional address, judged before an order is made."""

import pytest

WRONG = {
    "not text": 5,
    "no address": "credits.png",
    "empty": "",
    "too long": f"https://shop.example/{'x' * 2048}",
    "without TLS": "http://shop.example/credits.png",
    "another scheme": "data:image/png;base64,AAAA",
    "private": "https://10.0.0.8/credits.png",
    "the cloud's own": "https://169.254.169.254/latest/meta-data",
    "a port of something else": "https://shop.example:22/credits.png",
    "with a password": "https://ada:secret@shop.example/credits.png",
    "with a space": "https://shop.example/my credits.png",
}


@pytest.mark.parametrize("url", WRONG.values(), ids=WRONG)
def test_a_wrong_address_is_refused_and_nothing_is_made(shop, url):
    response = shop.create(20, itemImageUrl=url)
    assert response.status_code == 400
    assert response.json["code"] == "invalid_field"
    assert response.json["error"].startswith('Invalid field: "itemImageUrl"')
    assert "secret" not in response.text
    assert shop.get("/api/orders").json["orders"] == []


def test_it_says_what_is_wrong(shop):
    said = shop.create(20, itemImageUrl="https://10.0.0.8/credits.png").json["error"]
    assert "leads to a private network" in said


@pytest.mark.parametrize("url", ["https://shop.example/credits.png", None])
def test_a_good_one_or_none_changes_nothing_of_the_answer(shop, url):
    with_it, without = shop.create(20, itemImageUrl=url), shop.create(20)
    assert with_it.status_code == 200
    assert with_it.json.keys() == without.json.keys()


def test_the_documents_have_it(client):
    spec = client.get("/api/openapi.json").json
    field = spec["components"]["schemas"]["IntentRequest"]["properties"]["itemImageUrl"]
    assert "checkout" in field["description"]
