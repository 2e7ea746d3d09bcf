"""The pages a customer sees at Stripe: plain forms, no scripts."""

from __future__ import annotations

import io
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import segno

from tests.fakes.customer import CustomerCannot
from tests.fakes.server import Request, Response
from tests.fakes.stripe_checks import spoken


def page(title: str, body: str, status: int = 200) -> Response:
    """A bare HTML page."""
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        f"</title></head><body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    return Response(status, text.encode(), {"Content-Type": "text/html; charset=utf-8"})


def _form(action: str, label: str, inside: str = "") -> str:
    name = action.rsplit("/", 1)[1]
    return (
        f'<form method="post" action="{escape(action)}">{inside}'
        f'<button type="submit" id="{name}">{label}</button></form>'
    )


def _see_other(url: str) -> Response:
    return Response(303, b"", {"Location": url, "Content-Type": "text/html; charset=utf-8"})


class Pages:
    """Checkout, the Cash App page and its QR code."""

    def __init__(self, fake: Any) -> None:
        self.fake = fake

    def answer(self, request: Request) -> Response:
        """Serve a page or a click on one."""
        steps = request.path.strip("/").split("/")
        form = parse_qs(request.body.decode())
        try:
            if request.path.startswith("/c/pay/"):
                return self._checkout(request, steps[2], steps[3:], form)
            if request.path.startswith("/cashapp/"):
                return self._cash_app(request, steps[1], steps[2:])
            if request.path.startswith("/qr/"):
                return self._picture(steps[1])
        except CustomerCannot as reason:
            return page("Something went wrong", f"<p>{escape(str(reason))}</p>", 409)
        except (KeyError, IndexError):
            pass
        return page("Not found", "", 404)

    def _checkout(
        self, request: Request, session_id: str, steps: list[str], form: dict[str, list[str]]
    ) -> Response:
        session = self.fake.object(session_id)
        base = f"/c/pay/{session_id}"
        method = form.get("method", session["payment_method_types"])[0]
        if request.method == "POST" and steps == ["pay"]:
            self.fake.pay_session(session_id, method=method)
            return _see_other(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session_id))
        if request.method == "POST" and steps == ["decline"]:
            self.fake.decline_in_session(session_id, method=method)
            return _see_other(f"{base}?declined=1")
        if request.method == "POST" and steps == ["back"]:
            target = session["cancel_url"].replace("{CHECKOUT_SESSION_ID}", session_id)
            return _see_other(target)
        if session["status"] != "open":
            return page("Checkout", f"<p>This session is {session['status']}.</p>")
        return page("Checkout", self._checkout_body(session, base, "declined" in request.query))

    def _checkout_body(self, session: dict[str, Any], base: str, declined: bool) -> str:
        amount = spoken(session["amount_total"], session["currency"])
        choices = "".join(
            f'<label><input type="radio" name="method" value="{one}"'
            f"{' checked' if index == 0 else ''}> {one}</label> "
            for index, one in enumerate(session["payment_method_types"])
        )
        body = f"<p>Amount: {amount}</p>"
        if declined:
            body += '<p role="alert">Your payment was declined.</p>'
        body += _form(f"{base}/pay", "Pay", choices) + _form(f"{base}/decline", "Decline")
        return body + (_form(f"{base}/back", "Back") if session["cancel_url"] else "")

    def _cash_app(self, request: Request, intent_id: str, steps: list[str]) -> Response:
        intent = self.fake.object(intent_id)
        if request.method == "POST" and steps == ["approve"]:
            self.fake.approve(intent_id)
            return _see_other(self._return_url(intent, "succeeded"))
        if request.method == "POST" and steps == ["decline"]:
            self.fake.decline(intent_id)
            return _see_other(self._return_url(intent, "failed"))
        if intent["status"] != "requires_action":
            return page("Cash App Pay", f"<p>This payment is {intent['status']}.</p>")
        base = f"/cashapp/{intent_id}"
        body = f"<p>Amount: {spoken(intent['amount'], intent['currency'])}</p>"
        body += _form(f"{base}/approve", "Pay") + _form(f"{base}/decline", "Decline")
        return page("Cash App Pay", body)

    def _return_url(self, intent: dict[str, Any], outcome: str) -> str:
        parts = urlsplit(self.fake.return_url(intent["id"]))
        extra = {
            "payment_intent": intent["id"],
            "payment_intent_client_secret": intent["client_secret"],
            "redirect_status": outcome,
        }
        query = "&".join(filter(None, [parts.query, urlencode(extra)]))
        return str(urlunsplit(parts._replace(query=query)))

    def _picture(self, name: str) -> Response:
        intent_id, _, kind = name.partition(".")
        self.fake.object(intent_id)
        out = io.BytesIO()
        code = segno.make_qr(f"{self.fake.url}/cashapp/{intent_id}/mobile")
        code.save(out, kind=kind, scale=4)
        content_type = {"png": "image/png", "svg": "image/svg+xml"}[kind]
        return Response(200, out.getvalue(), {"Content-Type": content_type})
