"""What proves to a receiver that it is us, checked with the standard's own library."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from standardwebhooks import Webhook, WebhookVerificationError

from app.extensions import db, transaction
from app.kit import clock
from app.kit.crypto import Sealed
from app.kit.tokens import new_webhook_secret
from app.services import credentials
from tests import world
from tests.services.deliveries.conftest import PAYLOAD


def last(httpserver):
    return httpserver.log[-1][0]


def rotate(hooked, *, until) -> tuple[str, str]:
    """Put a new secret in front of the old one; old and new."""
    new = new_webhook_secret()
    endpoint = hooked.endpoint()
    with hooked.shop.inside(), transaction():
        sealed = credentials.seal(
            new,
            table="webhook_endpoints",
            owner=endpoint.id,
            service="webhook",
            field="secret",
        )
    hooked.change(secret=sealed, previous_secret=endpoint.secret, previous_expires_at=until)
    return hooked.shop.webhook_secret, new


def accepts(secret, request) -> bool:
    try:
        Webhook(secret).verify(request.data, dict(request.headers))
    except WebhookVerificationError:
        return False
    return True


def send(hooked, httpserver):
    hooked.tell()
    hooked.try_once()
    return last(httpserver)


def test_the_stored_bytes_go_out_signed(hooked, answering, httpserver):
    answering(204)
    request = send(hooked, httpserver)
    assert request.data == PAYLOAD.encode()
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["X-DZTech-Webhook"] == "payment-notification"
    assert accepts(hooked.shop.webhook_secret, request)
    assert not accepts(new_webhook_secret(), request)
    assert request.headers["webhook-id"] == hooked.delivery().event_id


def test_over_all_tries_the_id_stays_and_the_timestamp_is_that_of_the_try(
    hooked, answering, httpserver, frozen
):
    answering(500)
    hooked.tell()
    for wait in (0, 1, 2, 4, 8):
        frozen(wait)
        hooked.try_once()
        assert accepts(hooked.shop.webhook_secret, last(httpserver))
    sent = [request.headers for request, _ in httpserver.log]
    start = int(frozen.start.timestamp())
    assert [int(one["webhook-timestamp"]) - start for one in sent] == [0, 1, 3, 7, 15]
    assert len({one["webhook-id"] for one in sent}) == 1
    assert len({one["webhook-signature"] for one in sent}) == 5


def test_while_a_secret_is_rotated_both_are_accepted(hooked, answering, httpserver):
    answering(204)
    old, new = rotate(hooked, until=clock.after(3600))
    request = send(hooked, httpserver)
    assert len(request.headers["webhook-signature"].split(" ")) == 2
    assert accepts(old, request) and accepts(new, request)


@pytest.mark.parametrize("age", [0, 1, 3600])
def test_after_its_time_the_old_secret_signs_no_more(hooked, answering, httpserver, frozen, age):
    answering(204)
    old, new = rotate(hooked, until=clock.now() - timedelta(seconds=age))
    request = send(hooked, httpserver)
    assert not accepts(old, request) and accepts(new, request)


def test_an_old_secret_without_an_end_does_not_sign_for_ever(hooked, answering, httpserver):
    answering(204)
    old, new = rotate(hooked, until=None)
    request = send(hooked, httpserver)
    assert not accepts(old, request) and accepts(new, request)


def test_an_old_secret_that_does_not_open_is_left_out(hooked, answering, httpserver):
    answering(204)
    _, new = rotate(hooked, until=clock.after(3600))
    envelope = hooked.endpoint().previous_secret.envelope
    hooked.change(previous_secret=Sealed(envelope[:-4] + "AAAA"))
    assert accepts(new, send(hooked, httpserver))


def test_a_secret_of_another_endpoint_does_not_open_here(hooked, on_both, answering, httpserver):
    answering(204)
    other = world.open_shop(on_both, name="Other", webhook_url=httpserver.url_for("/other"))
    with hooked.shop.inside(), transaction():
        from app.models import WebhookEndpoint

        theirs, ours = db.session.query(WebhookEndpoint).order_by(WebhookEndpoint.id)
        if ours.provider_id == other.provider_id:
            theirs, ours = ours, theirs
        ours.secret = theirs.secret
        id_ = ours.id
    with hooked.shop.inside(), transaction():
        from app.models import Event
        from app.services import events

        event = Event(provider_id=hooked.shop.provider_id, type="ping", payload="{}")
        db.session.add(event)
        events.deliver_to(db.session.get_one(WebhookEndpoint, id_), event)
    hooked.try_once()
    assert hooked.delivery().last_error == "E_SECRET"
    assert httpserver.log == []


# --- what is not left behind


def everything_stored(app) -> str:
    """Every row of every table as text."""
    with app.app_context(), db.engine.connect() as connection:
        found = [
            str(row)
            for table in db.metadata.sorted_tables
            for row in connection.execute(text(f"SELECT * FROM {table.name}"))
        ]
    return "\n".join(found)


def test_no_secret_and_no_signature_is_left_in_rows_or_logs(make_app, httpserver, answering, capfd):
    from tests.services.deliveries.conftest import hook

    app = make_app(LOG_LEVEL="debug")
    hooked = hook(app, httpserver)
    secret = hooked.shop.webhook_secret
    rotate(hooked, until=clock.after(3600))
    echo = json.dumps({"configured": secret, "key": hooked.shop.key})
    answering(500, {"X-Debug": f"secret={secret}"}, body=echo)
    hooked.tell()
    hooked.try_once()
    hooked.change(url="http://127.0.0.1:1/hook")
    hooked.tell()
    hooked.try_once()

    sent = httpserver.log[0][0].headers["webhook-signature"]
    stored, logged = everything_stored(app), "".join(capfd.readouterr())
    for place in (stored, logged):
        assert "whsec_" not in place
        assert hooked.shop.key not in place
        assert not any(one in place for one in sent.split(" "))
    assert "[secret]" in stored
    assert "[not kept]" in hooked.attempts()[0].request_headers["webhook-signature"]
