"""Our code does none of what tests/bans.py forbids, and each rule catches what it is for."""

import ast
import textwrap

import pytest

from tests import bans

WRONG = {
    bans.names_a_gateway: [
        "if payment.gateway == 'paypal': pass",
        "from app.adapters.gateways.square import SquareGateway",
        "Setting('EASYPAY_API_BASE', 'another address')",
        "stripe_fee = 3",
    ],
    bans.makes_a_float: ["cents = float(amount) * 100", "float('1.5')"],
    bans.calls_without_a_timeout: [
        "requests.get(url)",
        "self.session.post(url, json=body)",
        "requests.request('POST', url, data=b'')",
        "self.http.put(url)",
    ],
    bans.makes_an_external_url: [
        "url_for('x', _external=True)",
        "request.host_url + 'checkout'",
        "sign(request.url)",
    ],
    bans.skips_the_orm: [
        "session.execute(text('SELECT 1'))",
        "select(Order.__table__)",
        "db.session.connection()",
        "c.exec_driver_sql('x')",
    ],
    bans.compares_a_secret: [
        "given == secret",
        "if digest(body) == signature: pass",
        "self.webhook_secret != headers['X']",
        "api_key == stored",
        "row.secret_hash == made",
        "token == order.token",
    ],
    bans.trusts_any_certificate: ["requests.get(url, timeout=3, verify=False)"],
    bans.exempts_from_csrf: ["csrf.exempt(bp)"],
    bans.looks_across: ["with across_organizations('because'): pass"],
    bans.moves_a_row: ["update(Provider).values(org_id=other)"],
    bans.claims_insert_once: ["session.execute(s, execution_options={'insert_once': True})"],
    bans.formats_with_braces: ["url.format(orderId=order.id)", "'{0}'.format(x)"],
    bans.logs_a_request: ["log.info('x', body=request.get_data())", "logger.error(request.json)"],
    bans.reads_the_environment: ["os.environ['X']", "os.environ.get('X')"],
}
FINE = """
    Door.kind == kind, Door.secret_hash == made
    token == ""
    hmac.compare_digest(secret, given)
    db.session.get(Order, key)
    requests.get(url, timeout=(3, 10))
    url_for('.page')
    log.info('order.paid', order=order.id)
"""


@pytest.mark.parametrize("rule", bans.RULES, ids=lambda rule: rule.__name__)
def test_our_code_keeps_the_rule(rule):
    found = [
        line for path, tree in bans.sources().items() for line in bans.broken(rule, path, tree)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("rule", "code"),
    [(rule, code) for rule, codes in WRONG.items() for code in codes],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_the_rule_catches_what_it_is_for(rule, code):
    assert bans.broken(rule, "app/services/somewhere.py", ast.parse(code))


@pytest.mark.parametrize("rule", bans.RULES, ids=lambda rule: rule.__name__)
def test_the_rule_lets_good_code_pass(rule):
    good = ast.parse(textwrap.dedent(FINE))
    assert bans.broken(rule, "app/services/somewhere.py", good) == []


def test_every_rule_has_a_failing_example():
    assert set(WRONG) == set(bans.RULES)


@pytest.mark.parametrize("name", ["FLOATS", "PAST_THE_GUARD", "EXEMPT", "ACROSS", "FIXED"])
def test_no_list_of_exceptions_names_a_file_that_is_gone(name):
    assert [path for path in getattr(bans, name) if not (bans.ROOT / path).exists()] == []


def test_every_place_that_may_look_across_does():
    used = {
        path
        for path, tree in bans.sources().items()
        if bans.broken(bans.looks_across, "app/services/somewhere.py", tree)
    }
    assert used == bans.ACROSS - {"app/kit/tenancy.py"}


def test_files_are_really_looked_at():
    assert len(bans.sources()) > 100


def test_no_page_names_a_gateway():
    """Their names come from the catalogue; the style guide shows some as examples."""
    pages = [*bans.ROOT.glob("templates/**/*.html"), *bans.ROOT.glob("static/**/*.js")]
    named = [
        path.relative_to(bans.ROOT).as_posix()
        for path in pages
        if "styleguide" not in path.parts and bans.COMPANIES.search(path.read_text())
    ]
    assert named == []
