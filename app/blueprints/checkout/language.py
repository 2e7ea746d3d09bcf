"""`?lang` stays in every address of ours once the customer chose it."""

from typing import Any
from urllib.parse import urlencode

from flask import request
from werkzeug.datastructures import MultiDict

from app.blueprints.web import LANGUAGES
from app.extensions import settings

__all__ = ["chosen", "kept", "locale"]


def chosen() -> dict[str, Any]:
    """What to put into our addresses and forms; empty while nothing was chosen."""
    asked: MultiDict[str, str]
    for asked in (request.args, request.form):
        if lang := asked.get("lang"):
            return {"lang": lang[:10]}
    return {}


def locale() -> str | None:
    """The choice as orders and gateways write it, if it is one of ours; else None."""
    name = str(chosen().get("lang", "")).replace("-", "_")
    return name.replace("_", "-") if name in LANGUAGES else None


def kept(url: str) -> str:
    """An absolute address with the choice added, where it leads to a page of ours. Another
    company's is left as it is: it may be signed, and asks for languages in its own way."""
    ours = url.startswith(f"{settings().public_base_url}/")
    if not ours or not (language := chosen()):
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(language)}"
