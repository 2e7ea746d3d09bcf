"""Resend: each letter once, their refusals in our words, their calls only when signed."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.adapters.gateways import base
from app.adapters.mail import Letter, MailRefused, MailUnavailable
from app.adapters.mail.resend import ResendMailer
from tests.fakes.resend import ResendFake, signed

KEY, DOMAINS = "re_test_canary_0001", {"acme.example": "verified", "new.example": "pending"}
SECRET = "whsec_Z2F0ZWhvdXNlLXRlc3Qtc2VjcmV0LTAxMjM0NTY3ODk="
LETTER = Letter(
    "ada@example.com", "Olá, Ada", "Text here.\n", "<p>Text here.</p>", "mail_1@pay.example.com",
    datetime(2026, 11, 25, tzinfo=UTC), "Ada's Shop", "help@acme.example",
    {"letter": "mail_1", "kind": "receipt", "order": "ord_1"},
)  # fmt: skip


@pytest.fixture
def fake():
    with ResendFake() as fake:
        fake.key(KEY, domains=DOMAINS)
        yield fake


def mailer(fake, **more):
    values = {"apiKey": KEY, "fromEmail": "pay@acme.example", "webhookSecret": SECRET, **more}
    return ResendMailer(base.Credentials(values, fake.url))


def test_a_letter_is_sent_as_text_and_html_in_the_shops_name(fake):
    mailer(fake).send(LETTER)
    (mail,) = fake.mails
    assert mail["from"] == "Ada's Shop <pay@acme.example>"
    assert (mail["to"], mail["reply_to"]) == (["ada@example.com"], "help@acme.example")
    assert (mail["text"], mail["html"]) == (LETTER.text, LETTER.html)
    assert mail["key"] == "mail_1@pay.example.com"


def test_sent_again_it_is_taken_once(fake):
    sender = mailer(fake)
    sender.send(LETTER)
    sender.send(LETTER)
    sender.send(replace(LETTER, text="Worded anew.\n"))
    assert len(fake.mails) == 1
    sender.send(replace(LETTER, message_id="mail_2@pay.example.com"))
    assert len(fake.mails) == 2


def test_a_call_that_broke_off_after_it_was_taken_is_repeated_without_a_second_mail(fake):
    fake.drop_after_commit("POST /emails")
    sender = mailer(fake)
    with pytest.raises(MailUnavailable):
        sender.send(LETTER)
    assert len(fake.mails) == 1
    sender.send(LETTER)
    assert len(fake.mails) == 1


@pytest.mark.parametrize(
    ("status", "name", "kind"),
    [
        (400, "invalid_idempotency_key", MailRefused),
        (422, "validation_error", MailRefused),
        (401, "missing_api_key", MailUnavailable),
        (403, "invalid_api_key", MailUnavailable),
        (403, "validation_error", MailUnavailable),
        (409, "concurrent_idempotent_requests", MailUnavailable),
        (422, "invalid_from_address", MailUnavailable),
        (429, "rate_limit_exceeded", MailUnavailable),
        (429, "daily_quota_exceeded", MailUnavailable),
        (500, "application_error", MailUnavailable),
    ],
)
def test_only_what_nobody_can_mend_is_given_up(fake, status, name, kind):
    body = {"statusCode": status, "name": name, "message": "they said"}
    fake.fail_next("POST /emails", status=status, body=body)
    with pytest.raises(kind):
        mailer(fake).send(LETTER)


def test_an_answer_of_the_network_before_them_is_no_verdict(fake):
    fake.fail_next("POST /emails", status=503, body=b"<html>busy</html>")
    with pytest.raises(MailUnavailable):
        mailer(fake).send(LETTER)


def test_the_fake_refuses_what_they_refuse(fake):
    with pytest.raises(MailRefused, match="to"):
        mailer(fake).send(replace(LETTER, to="nobody"))
    with pytest.raises(MailUnavailable, match="not verified"):
        mailer(fake, fromEmail="pay@new.example").send(LETTER)
    with pytest.raises(MailUnavailable, match="invalid"):
        mailer(fake, apiKey="re_other").send(LETTER)


def test_no_error_quotes_the_key(fake):
    for path in ("POST /emails", "GET /domains"):
        fake.fail_next(path, status=400, body={"name": "validation_error", "message": "no"})
    for ask in (lambda: mailer(fake).send(LETTER), lambda: mailer(fake).verify()):
        with pytest.raises(Exception) as refusal:
            ask()
        assert KEY not in repr(refusal.value)
    assert KEY not in repr(mailer(fake)._values)


# --- Test connection


def test_a_connection_is_tried_by_looking_at_the_domains(fake):
    assert mailer(fake).verify() == base.Verification("acme.example", None)
    assert fake.mails == []


@pytest.mark.parametrize("domain", ["new.example", "other.example"])
def test_a_domain_that_may_not_send_is_told(fake, domain):
    with pytest.raises(base.Misconfigured, match=f"{domain} is not verified"):
        mailer(fake, fromEmail=f"Shop <a@{domain}>").verify()


def test_a_key_they_do_not_know_is_told(fake):
    with pytest.raises(base.Misconfigured, match="invalid"):
        mailer(fake, apiKey="re_other").verify()


def test_a_key_that_may_only_send_is_a_good_key(fake):
    fake.key("re_sends", domains=DOMAINS, may_only_send=True)
    found = mailer(fake, apiKey="re_sends").verify()
    assert "may only send" in found.remarks[0]


# --- their calls

VECTOR = (
    b'{"type":"email.delivered","created_at":"2026-01-01T00:00:00.000Z","data":{"email_id":'
    b'"49a3999c-0ce1-4ea6-ab68-afcd6dc2e794","from":"Gatehouse <no-reply@example.com>",'
    b'"to":["buyer@example.com"],"subject":"Receipt"}}'
)
HEADERS = {
    "svix-id": "msg_2b1X4kq",
    "svix-timestamp": "1767225600",
    "svix-signature": "v1,+BOE6vClwD5m4aOqSfzNLhhw5HybaRb6gYofW7Kxa6Q=",
}
NOW = 1767225600.0


def read(fake, body=VECTOR, headers=HEADERS, now=NOW, **values):
    return mailer(fake, **values).read_call(base.InboundCall(body, headers), now)


def test_the_vector_that_their_own_library_accepts_is_accepted(fake):
    assert len(VECTOR) == 214
    found = read(fake)
    assert (found.id, found.what) == ("msg_2b1X4kq", "")
    several = {**HEADERS, "svix-signature": "v1,AAAA " + HEADERS["svix-signature"]}
    assert read(fake, headers=several).id == "msg_2b1X4kq"


@pytest.mark.parametrize(
    "wrong",
    [
        {"body": VECTOR.replace(b"Receipt", b"receipt")},
        {"headers": {**HEADERS, "svix-id": "msg_other"}},
        {"headers": {**HEADERS, "svix-timestamp": "1767225601"}},
        {"headers": {**HEADERS, "svix-signature": "v1,AAAA"}},
        {"headers": {"svix-id": "msg_2b1X4kq"}},
        {"headers": {}},
        {"now": NOW + 301},
        {"now": NOW - 301},
        {"webhookSecret": "whsec_b3RoZXI="},
        {"webhookSecret": "not base64!"},
        {"webhookSecret": ""},
    ],
)
def test_what_is_not_signed_like_that_is_refused(fake, wrong):
    with pytest.raises(base.BadSignature):
        read(fake, **wrong)


def test_the_secret_before_counts_while_it_is_kept(fake):
    old = {"webhookSecret": "whsec_bmV3", "webhookSecret.previous": SECRET}
    assert read(fake, **old).id == "msg_2b1X4kq"


@pytest.mark.parametrize(
    ("type_", "what"),
    [
        ("email.bounced", "bounced"),
        ("email.complained", "complained"),
        ("email.suppressed", "suppressed"),
        ("email.failed", "failed"),
        ("email.delivered", ""),
        ("email.opened", ""),
        ("domain.updated", ""),
    ],
)
@pytest.mark.parametrize("tags", [{"order": "ord_1"}, [{"name": "order", "value": "ord_1"}]])
def test_a_call_says_what_became_of_which_letter(fake, type_, what, tags):
    data = {"tags": tags, "bounce": {"type": "Permanent", "message": "no such mailbox"}}
    body = json.dumps({"type": type_, "data": data}).encode()
    found = read(fake, body, signed(body, SECRET, at=NOW))
    assert (found.what, found.tags, found.reason) == (what, {"order": "ord_1"}, "no such mailbox")


@pytest.mark.parametrize("body", [b"", b"[]", b"no json", b'{"data": 3}', b'{"type": {}}'])
def test_a_body_that_is_none_of_theirs_is_no_failure_of_ours(fake, body):
    try:
        assert read(fake, body, signed(body, SECRET, at=NOW)).what == ""
    except base.BadSignature:
        pass
