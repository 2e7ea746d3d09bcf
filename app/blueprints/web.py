"""What every door shares: request ids, security headers, error answers, language."""

import base64
import hashlib
import secrets
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, json, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from werkzeug.exceptions import HTTPException

from app.blueprints import amounts, assets, moments, reason_words, uploads
from app.extensions import AWAY, babel, limiter, settings
from app.kit import clock
from app.kit.errors import AppError, NotFound, Refused
from app.services import records

__all__ = ["LANGUAGES", "init_app", "is_api"]

log = structlog.get_logger()

_FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
LANGUAGES = {"en": "English", "pt_PT": "Português"}
_TAGS = {"en": "en", "pt_PT": "pt-PT"}


def init_app(app: Flask) -> None:
    """Put the shared parts around every door."""
    app.before_request(_start)
    app.after_request(_finish)
    app.register_error_handler(AppError, _app_error)
    app.register_error_handler(RateLimitExceeded, _too_many)
    app.register_error_handler(HTTPException, _http_error)
    for away in AWAY:
        app.register_error_handler(away, _database_away)
    app.register_error_handler(Exception, _unexpected)
    reason_words.init_app(app)
    assets.init_app(app)
    uploads.init_app(app)
    app.context_processor(
        lambda: {"languages": LANGUAGES, "lang_tag": _TAGS[str(_locale())], "settings": settings()}
    )
    app.jinja_env.policies["json.dumps_kwargs"] = {"sort_keys": False}
    babel.init_app(app, locale_selector=_locale, timezone_selector=moments.zone_name)
    amounts.init_app(app)
    moments.init_app(app)


def is_api() -> bool:
    """True for the doors whose answers are JSON."""
    return request.path.startswith("/api/") and request.path != "/api/docs"


def _start() -> None:
    g.request_id = f"req_{secrets.token_hex(10)}"
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    records.came_from(request.remote_addr)
    if not is_api():
        _refuse_nul()


def _refuse_nul() -> None:
    """PostgreSQL stores no NUL and will not look for one: say so before it does."""
    if "\x00" in request.path:
        raise NotFound("Not found")
    if any("\x00" in one for one in request.args.values()):
        raise Refused("An address cannot hold that character", "invalid_field")
    if request.mimetype in _FORMS and any("\x00" in one for one in request.form.values()):
        raise Refused("A form cannot hold that character", "invalid_field")


def _locale() -> str:
    """`?lang`, then what the order or person prefers, then the browser."""
    for wanted in (request.args.get("lang", ""), getattr(g, "locale_hint", None) or ""):
        name = wanted.replace("-", "_")
        if name in LANGUAGES:
            return name
        if name.partition("_")[0] == "pt":
            return "pt_PT"
        if name.partition("_")[0] == "en":
            return "en"
    best = request.accept_languages.best_match(["en", "pt-PT", "pt"], "en")
    return "pt_PT" if best.startswith("pt") else "en"


# --- headers


def _finish(response: Response) -> Response:
    headers = response.headers
    headers["X-Request-Id"] = getattr(g, "request_id", "")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    headers.setdefault("Content-Security-Policy", _policy())
    if settings().is_https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if not assets.is_one() or response.status_code >= 400:
        headers.setdefault("Cache-Control", "no-store")
    elif assets.is_what_was_asked_for(response):
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _policy() -> str:
    """Own scripts, styles and images only. A door may say where else its forms lead, since
    browsers hold a redirect after a form to `form-action` as well, and which style its page
    brings along: that one alone passes, by its digest. A logo that an ImageKit shows passes by its
    whole address."""
    form_action = " ".join(("'self'", *g.get("form_targets", ())))
    style = g.get("style")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() if style else ""
    style_src = f"'self' 'sha256-{digest}'" if style else "'self'"
    img_src = " ".join(("'self'", *sorted(g.get("image_sources", ()))))
    return (
        f"default-src 'none'; script-src 'self'; style-src {style_src}; img-src {img_src}; "
        "font-src 'self'; connect-src 'self'; base-uri 'none'; object-src 'none'; "
        f"frame-ancestors 'none'; form-action {form_action}"
    )


# --- errors


def _app_error(error: AppError) -> ResponseReturnValue:
    return _answer(error.status, error.code, error.message, error.headers, error.details)


def _too_many(error: RateLimitExceeded) -> ResponseReturnValue:
    current = limiter.current_limit
    wait = max(1, int(current.reset_at - clock.now().timestamp()) + 1) if current else 60
    return _answer(429, "rate_limited", "Too many requests", {"Retry-After": str(wait)})


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error  # a redirect
    code = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}.get(
        error.code, error.name.lower().replace(" ", "_")
    )
    message = "Request body too large" if error.code == 413 else error.name
    allowed = getattr(error, "valid_methods", None)
    headers = {"Allow": ", ".join(sorted(allowed))} if allowed else {}
    return _answer(error.code, code, message, headers)


def _database_away(error: Exception) -> ResponseReturnValue:
    log.error("database.away", error=type(error).__name__)
    return _answer(
        503, "database_unavailable", "The database does not answer", {"Retry-After": "5"}
    )


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.exception("request.failed", endpoint=request.endpoint)  # paths hold tokens
    return _answer(500, "server_error", "Server error")


def _answer(
    status: int,
    code: str,
    message: str,
    headers: dict[str, str] | None = None,
    details: dict[str, Any] | None = None,
) -> ResponseReturnValue:
    if is_api():
        body = {"error": message, "code": code, "requestId": g.get("request_id"), **(details or {})}
        return (
            current_app.response_class(json.dumps(body), status, mimetype="application/json"),
            status,
            headers or {},
        )
    page = render_template("error.html", status=status, code=code, request_id=g.get("request_id"))
    return page, status, headers or {}
