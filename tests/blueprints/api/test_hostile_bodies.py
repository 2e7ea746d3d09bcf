"""Bodies that strangers send: whatever they are, a plain refusal and no row."""

import json
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.blueprints.api.conftest import INTENT, is_refused

NESTED_9 = '{"amount": 5, "x": ' + "[" * 8 + "]" * 8 + "}"
NOT_ONE_OBJECT = {
    "nothing": b"",
    "a space": b" ",
    "half an object": b'{"amount": 1',
    "a list": b'[{"amount": 1}]',
    "a number": b"1",
    "a text": b'"amount"',
    "null": b"null",
    "two objects": b'{"amount": 1} {"amount": 2}',
    "a comment": b'{"amount": 1} // pay',
    "single quotes": b"{'amount': 1}",
    "a comma too many": b'{"amount": 1,}',
    "a form": b"amount=1",
    "UTF-16": '{"amount": 1}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + b'{"amount": 1}',
    "bytes that are no UTF-8": b'{"amount": 1, "itemName": "\xff"}',
    "a raw line break in a text": b'{"amount": 1, "itemName": "a\nb"}',
    "duplicate keys": b'{"amount": 1, "itemName": "a", "itemName": "b"}',
    "duplicate keys further in": b'{"amount": 1, "metadata": {"a": "1", "a": "2"}}',
    "nine levels": NESTED_9.encode(),
    "thousands of levels": b'{"amount": 1, "x": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "thousands of levels without an end": b"[" * 60_000,
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
}


@pytest.mark.parametrize("raw", NOT_ONE_OBJECT.values(), ids=NOT_ONE_OBJECT)
def test_what_is_not_one_json_object_is_refused(house, raw):
    is_refused(house.post(raw), 400, "Invalid JSON", "invalid_json")


def test_eight_levels_are_read(house):
    body = NESTED_9.replace("[[", "[", 1).replace("]]", "]", 1).replace("5", "0", 1)
    is_refused(house.post(body), 400, "Invalid amount provided", "invalid_amount")


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=20)
    | st.sampled_from(["\0", "\ud800", "x" * 300, "1e400", "__proto__", "{0.__class__}", "%s%n"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(string.printable, max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = [
    "amount",
    "itemName",
    "itemDescription",
    "externalId",
    "gateway",
    "currency",
    "customerEmail",
    "locale",
    "metadata",
    "expiresIn",
    "escrow",
    "status",
]


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(body=st.dictionaries(st.sampled_from(FIELDS), anything, max_size=6))
def test_no_body_breaks_the_api(shared_house, body):
    response = shared_house.post(json.dumps(body))
    assert response.status_code in {200, 400}, response.text
    assert response.headers["X-Request-Id"].startswith("req_")
    if response.status_code != 200:
        assert response.json["requestId"] == response.headers["X-Request-Id"]


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(raw=st.binary(max_size=60))
def test_no_bytes_break_the_api(shared_house, raw):
    assert shared_house.post(raw).status_code == 400


@pytest.mark.parametrize("kind", [None, "text/plain;charset=UTF-8", "text/plain", "x/y", "json"])
def test_any_other_content_type_is_read_as_json(shop, kind):
    headers = {"Content-Type": kind} if kind else {}
    body = json.dumps({"apiKey": shop.key, "amount": 5})
    response = shop.app.test_client().post(INTENT, data=body, headers=headers)
    assert response.status_code == 200, response.text
