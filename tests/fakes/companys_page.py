"""The person at a company's page: one click on its form, and what the browser brings back."""

from __future__ import annotations

from http.client import HTTPConnection
from urllib.parse import parse_qsl, urlencode, urlsplit


def click(url: str, **fields: str) -> dict[str, str]:
    """Submit the form of the page at ``url``; the query parameters of the callback.

    AssertionError when the page sends the browser anywhere but to its ``redirect_uri``.
    """
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=10)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", f"{parts.path}?{parts.query}", urlencode(fields), kind)
    answer = connection.getresponse()
    location = answer.getheader("Location") or ""
    said = answer.read()
    connection.close()
    back = dict(parse_qsl(parts.query))["redirect_uri"]
    assert answer.status in (302, 303), (answer.status, said[:500])
    assert location.partition("?")[0] == back, location
    return dict(parse_qsl(urlsplit(location).query))
