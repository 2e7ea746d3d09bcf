"""Owners are told when an endpoint takes nothing for long, and when it is switched off."""

from sqlalchemy import update

from app.extensions import db, reading, transaction
from app.kit import clock
from app.models import Role, Task
from app.services import deliveries, tasks, webhook_endpoints
from app.services.mail.letters import write
from tests import world
from tests.merchant import person


def letters(hooked) -> list[tuple[str, str]]:
    found = [one.args for one in hooked.unfinished() if one.name == "mail.send"]
    return sorted((one["kind"], one["to"]) for one in found)


def fail_once(hooked) -> None:
    hooked.tell()
    hooked.try_once()


def test_owners_get_one_letter_after_half_a_day_and_one_when_it_is_off(hooked, on_both, answering):
    for role in (Role.owner, Role.admin):
        person(on_both, role)
    person(on_both, Role.owner, org="Globex")
    answering(500)
    fail_once(hooked)
    assert letters(hooked) == []
    ours = "owner@acme.example"
    for hours in (12, 13):
        hooked.change(failing_since=clock.after(-hours * 3600))
        fail_again(hooked)
        assert letters(hooked) == [("endpoint_failing", ours)]
    hooked.change(failing_since=clock.after(-5 * 86_400 - 1))
    fail_again(hooked)
    assert letters(hooked) == [("endpoint_failing", ours), ("endpoint_off", ours)]
    assert hooked.endpoint().disabled_at


def fail_again(hooked) -> None:
    """One more event that fails, whatever else waits."""
    with hooked.shop.inside(), transaction():
        db.session.execute(update(Task).values(due_at=clock.after(1000)))
    hooked.tell()
    with hooked.shop.inside():
        (task,) = tasks.claim(10)
        deliveries.send(task)


def test_a_letter_is_written_from_what_is_true_when_it_is_sent(hooked, answering):
    endpoint = hooked.endpoint()
    args = {"kind": "endpoint_failing", "locale": "pt_PT", "endpoint": endpoint.id, "to": "x"}
    off = {**args, "kind": "endpoint_off"}

    def written(which):
        with hooked.shop.inside(), reading():
            return write(which)

    assert (written(args), written(off)) == (None, None)
    hooked.change(failing_since=clock.now())
    text = written(args).text
    assert endpoint.url in text and f"/deliveries?target={endpoint.id}" in text
    hooked.change(disabled_at=clock.now())
    assert written(args) is None and "Bitloader" in written(off).subject
    with hooked.shop.inside():
        webhook_endpoints.enable(hooked.shop.provider_id, endpoint.id, actor="ada")
    assert written(off) is None


def test_after_a_success_the_next_failing_is_told_of_again(hooked, answering):
    hooked.change(failing_since=clock.now(), failures=3, warned_at=clock.now())
    answering(204)
    hooked.tell()
    world.run_serially(hooked.shop.app)
    assert hooked.endpoint().warned_at is None
