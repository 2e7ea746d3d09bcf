"""No address holds a NUL: what a database would choke on is refused at every door."""

import pytest

from tests import world
from tests.merchant import person


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/webhooks/easypay?t_key=%00", 404),
        ("/api/orders/ord_%00", 404),
        ("/api/orders?externalId=%00", 400),
        ("/checkout/o/" + "a" * 31 + "%00", 404),
        ("/login?next=/%00", 400),
        ("/orders?before=%00", 400),
    ],
)
def test_a_nul_in_an_address_is_refused(app, path, status):
    shop = world.open_shop(app)
    client = shop if path.startswith("/api/orders") else person(app)
    assert client.get(path).status_code == status
