"""Who may press a button on the customers' pages, and how often an address may be guessed."""

import pytest

from app.blueprints.checkout.tokens import token_for

FORMS = ("/checkout/o/{token}/pay", "/checkout/o/{token}/cancel", "/checkout/o/{token}/retry",
         "/sandbox/pay/{payment}/pay", "/sandbox/pay/{payment}/decline")  # fmt: skip


def test_the_list_of_forms_is_whole(app):
    rules = [one.rule for one in app.url_map.iter_rules() if "POST" in one.methods]
    checkout = {one for one in rules if one.startswith(("/checkout/", "/sandbox/"))}
    assert checkout == {
        "/checkout/o/<token>/pay",
        "/checkout/o/<token>/cancel",
        "/checkout/o/<token>/retry",
        "/sandbox/pay/<payment_id>/<button>",
    }


@pytest.fixture
def places(app, shop):
    """The tokens of an order and of another one, and what the first order looks like."""
    mine, other = shop.order(5), shop.order(6)

    def payment(order):
        return shop.see(order)["payments"][0]["gatewayPaymentId"]

    with app.test_request_context():
        foreign = {
            "another order's": token_for(other["token"]),
            "another payment's": token_for(payment(other)),
            "of another kind": mine["token"],
            "empty": "",
            "not ASCII": "é" * 40,
            "cut": token_for(mine["token"])[:-1],
        }
    return {"token": mine["token"], "payment": payment(mine)}, foreign, lambda: shop.see(mine)


@pytest.mark.parametrize("form", FORMS)
def test_a_form_without_a_token_of_ours_does_nothing(client, places, form):
    where, foreign, look = places
    before = look()
    for name, token in [("none", None), *foreign.items()]:
        fields = {"method": "test"} | ({} if token is None else {"csrf_token": token})
        response = client.post(form.format(**where), data=fields)
        assert response.status_code == 400, name
        assert 'data-code="csrf_failed"' in response.text
    assert look() == before


@pytest.mark.parametrize("form", FORMS[:3])
def test_a_token_in_the_address_is_not_one_in_the_form(app, client, places, form):
    where, _, _ = places
    with app.test_request_context():
        token = token_for(where["token"])
    response = client.post(f"{form.format(**where)}?csrf_token={token}", data={"method": "test"})
    assert response.status_code == 400


def test_guessing_addresses_ends_after_a_hundred_in_a_minute(client, shop):
    def guess(address, token="0" * 32):
        return client.get(f"/checkout/o/{token}", environ_base={"REMOTE_ADDR": address})

    assert {guess("10.1.1.1", f"{number:032x}").status_code for number in range(100)} == {404}
    refused = guess("10.1.1.1")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert guess("10.1.1.1", "short").status_code == 429
    assert guess("10.1.1.2").status_code == 404
    # Who knows an address is not held up by a neighbour who guesses.
    assert guess("10.1.1.1", shop.order(5)["token"]).status_code == 200


def test_an_orders_address_does_not_wear_its_gateway_out(client, shop):
    order = shop.order(5)
    path = f"/checkout/o/{order['token']}"
    assert {client.get(f"{path}/return").status_code for _ in range(30)} == {303}
    assert client.get(f"{path}/return").status_code == 429
    assert client.get(path).status_code == 200, "looking is free"
    assert client.get(f"/checkout/o/{shop.order(5)['token']}/return").status_code == 303
