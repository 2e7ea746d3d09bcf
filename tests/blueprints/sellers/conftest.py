"""Somebody who works in the shop, and what a page says."""

import html
import re

import pytest

from tests.merchant import person


@pytest.fixture
def browser(shop):
    return person(shop.app)


@pytest.fixture
def read():
    """The text of an answer, as it is read."""

    def read_(response) -> str:
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.text)).split())

    return read_
