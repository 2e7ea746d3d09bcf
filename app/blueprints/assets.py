"""Styles and scripts: each address carries the digest of what it leads to, so browsers keep it.

Nothing is built: a stylesheet is its plain files in order, joined when it is asked for.
"""

import hashlib
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request, send_file

from app.kit.errors import NotFound

__all__ = ["init_app", "is_one", "is_what_was_asked_for"]

HTMX = Path(str(files("js_lib_htmx"))) / "static/htmx/htmx.min.js"
_PLAIN = ("10-tokens", "20-base", "30-components")
_MERCHANT = (*_PLAIN, "35-parts", "60-merchant")
_FIGURES = (*_MERCHANT, "61-figures")
_BRANDING = (*_PLAIN, "35-parts", "36-logo", "37-upload", "60-merchant")
BUNDLES = {
    "plain": _PLAIN,
    "checkout": (*_PLAIN, "36-logo", "40-checkout"),
    "receipt": (*_PLAIN, "36-logo", "40-checkout", "42-receipt"),
    "sandbox": (*_PLAIN, "45-sandbox"),
    "reference": (*_PLAIN, "35-parts", "50-reference"),
    "merchant": _MERCHANT,
    "figures": _FIGURES,
    "home": (*_FIGURES, "62-chart"),
    "statement": (*_FIGURES, "65-statement"),
    "branding": _BRANDING,
    "styleguide": (*_BRANDING, "61-figures", "62-chart", "70-styleguide"),
}


def init_app(app: Flask) -> None:
    """Serve htmx and the joined stylesheets, and put digests into addresses."""
    app.url_defaults(_put_version)
    app.add_url_rule("/vendor/htmx.js", "htmx", _htmx)
    app.add_url_rule("/styles/<bundle>.css", "styles", _styles)


def is_one() -> bool:
    """True for a request of a style, script or image."""
    return request.endpoint in {"static", "htmx", "styles", "logo"}


def is_what_was_asked_for(response: Response) -> bool:
    """Whether the address carries the digest of the very bytes it got. Anything else must not be
    kept: a page of the next version may come to a process that still has the last one's files."""
    if response.status_code not in {200, 304} or "v" not in request.args:
        return False
    return request.args["v"] == _version_of(request.endpoint or "", request.view_args or {})


def _put_version(endpoint: str, values: dict[str, Any]) -> None:
    if version := _version_of(endpoint, values):
        values["v"] = version


def _version_of(endpoint: str, values: dict[str, Any]) -> str | None:
    """The digest of what is behind an address; None where there is nothing."""
    if endpoint == "htmx":
        paths = [HTMX]
    elif endpoint == "static" and "filename" in values:
        paths = [Path(current_app.static_folder or "") / values["filename"]]
    elif endpoint == "styles" and values.get("bundle") in BUNDLES:
        paths = _paths(values["bundle"])
    else:
        return None
    if not all(path.is_file() for path in paths):
        return None
    return _digest(tuple((str(path), path.stat().st_mtime) for path in paths))


@lru_cache(maxsize=256)
def _digest(paths: tuple[tuple[str, float], ...]) -> str:
    together = hashlib.sha256()
    for path, _modified in paths:
        together.update(Path(path).read_bytes())
    return together.hexdigest()[:12]


def _paths(bundle: str) -> list[Path]:
    folder = Path(current_app.static_folder or "") / "css"
    return [folder / f"{name}.css" for name in BUNDLES[bundle]]


def _styles(bundle: str) -> Response:
    """One stylesheet for a kind of pages, so that a page asks for styles once."""
    if bundle not in BUNDLES:
        raise NotFound("No such stylesheet")
    return Response("".join(path.read_text() for path in _paths(bundle)), mimetype="text/css")


def _htmx() -> Response:
    """htmx out of its package, which also brings it compressed."""
    is_small = bool(request.accept_encodings["gzip"])
    path = HTMX.with_suffix(".js.gz") if is_small else HTMX
    response = send_file(path, mimetype="text/javascript")
    response.vary.add("Accept-Encoding")
    if is_small:
        response.content_encoding = "gzip"
    return response
