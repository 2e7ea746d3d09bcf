"""Stripe's QR images, fetched by us so that a customer's browser speaks to nobody else."""

from urllib.parse import urlsplit

import requests
import urllib3

from app.adapters.gateways import base

__all__ = ["fetch"]

LIMIT = 256 * 1024  # bytes
_TYPES = {"image/png", "image/svg+xml"}


def fetch(url: str, base_url: str | None) -> tuple[str, bytes]:
    """Content type and bytes of an image at Stripe. Raises Missing for anything else."""
    if not _is_theirs(url, base_url):
        raise base.Missing("not an address of Stripe's")
    try:
        with requests.get(url, timeout=(3, 9), allow_redirects=False, stream=True) as answer:
            content_type = answer.headers.get("Content-Type", "").partition(";")[0]
            body = answer.raw.read(LIMIT + 1, decode_content=True)
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise base.Missing("the image does not come") from error
    if answer.status_code != 200 or content_type not in _TYPES or len(body) > LIMIT:
        raise base.Missing("that is no image")
    return content_type, body


def _is_theirs(url: str, base_url: str | None) -> bool:
    if base_url and url.startswith(base_url + "/"):
        return True
    address = urlsplit(url)
    host = address.hostname or ""
    return address.scheme == "https" and (host == "stripe.com" or host.endswith(".stripe.com"))
