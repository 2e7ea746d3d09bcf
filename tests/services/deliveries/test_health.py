"""How an endpoint does, told from its deliveries alone."""

from app.models import DeliveryStatus
from app.services.deliveries import health
from tests import world


def of(hooked):
    with hooked.shop.inside():
        (found,) = health.of_provider(hooked.shop.provider_id).values()
    return found


def test_of_what_was_tried_in_a_day_it_says_how_much_was_taken(hooked, answering, later):
    answering(204)
    assert (of(hooked).rate, of(hooked).last_success) == (None, None)
    hooked.tell()
    world.run_serially(hooked.shop.app)
    later(20 * 3600)
    hooked.tell()
    world.run_serially(hooked.shop.app)
    answering(500)
    hooked.tell()
    hooked.try_once()
    hooked.tell()
    found = of(hooked)
    assert (found.tried, found.delivered, found.rate, found.waiting) == (3, 2, 66, 2)
    last = of(hooked).last_success
    later(5 * 3600)
    assert (of(hooked).tried, of(hooked).delivered) == (2, 1), "the first is of another day"
    assert of(hooked).last_success == last


def test_what_is_held_back_waits_and_what_was_given_up_does_not(hooked):
    held, given_up = hooked.tell(), hooked.tell()
    hooked.change_delivery(held, status=DeliveryStatus.paused)
    hooked.change_delivery(given_up, status=DeliveryStatus.failed)
    assert of(hooked).waiting == 1


def test_another_organizations_endpoints_are_not_counted(hooked, on_both):
    hooked.tell()
    with world.open_shop(on_both, org="Globex").inside():
        assert health.of_provider(hooked.shop.provider_id) == {}
