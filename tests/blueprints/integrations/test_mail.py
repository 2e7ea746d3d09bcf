"""An organization's mail service on its page: what is refused, and what Test connection says."""

import pytest
from aiosmtpd.controller import Controller

from tests.merchant import person

SMTP = {"host": "127.0.0.1", "security": "none", "fromEmail": "shop@acme.example"}


@pytest.fixture
def server():
    """A mail server on this machine that takes everything."""

    class Box:
        letters = []

        async def handle_DATA(self, server, session, envelope):
            self.letters.append(envelope)
            return "250 taken"

    class Running(Controller):
        def _trigger_server(self):
            self.port = self.server.sockets[0].getsockname()[1]
            super()._trigger_server()

    running = Running(Box(), hostname="127.0.0.1", port=0)
    running.start()
    yield running
    running.stop()


def save(browser, service, **typed):
    return browser.post(f"/integrations/{service}", **typed)


def test_a_connection_is_tried_and_nothing_is_sent(make_app, server):
    app = make_app(WEBHOOK_ALLOWED_CIDRS="127.0.0.0/8")
    browser = person(app)
    assert save(browser, "smtp", **SMTP, port=str(server.port)).status_code == 303
    page = browser.post("/integrations/smtp/test").text
    assert 'data-ok="true"' in page
    assert server.handler.letters == []


def test_a_server_inside_is_not_called_and_nothing_of_it_is_told(make_app, server):
    browser = person(make_app(WEBHOOK_ALLOWED_CIDRS="10.0.0.0/8"))
    save(browser, "smtp", **SMTP, port=str(server.port))
    page = browser.post("/integrations/smtp/test").text
    assert 'data-ok="false"' in page
    assert "may be called from here" in page


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("port", "mail", "Give a whole number"),
        ("fromEmail", "nobody", "Give an address like"),
        ("fromEmail", "A <b@c.example>, d@e.example", "Give an address like"),
        ("fromEmail", "a@b.example\r\nBcc: c@d.example", "Give an address like"),
        ("security", "hope", ""),
    ],
)
def test_what_cannot_be_right_is_refused(browser, field, typed, said):
    answer = save(browser, "smtp", **{**SMTP, field: typed})
    assert answer.status_code == 422
    assert said in answer.text


@pytest.fixture
def browser(app):
    return person(app)


def test_the_password_is_typed_anew_when_the_server_changes(browser):
    save(browser, "smtp", **SMTP, password="canary-of-the-server")
    moved = {**SMTP, "host": "thief.example"}
    assert save(browser, "smtp", **moved).status_code == 422
    assert save(browser, "smtp", **moved, password="another-canary").status_code == 303
    assert "canary-of" not in browser.get("/integrations/smtp").text
