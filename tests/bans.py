"""What our code never does, found in its syntax tree. Each rule gives the lines that break it."""

import ast
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
Rule = Callable[[ast.AST, str], bool]

SECRET_NAMES = re.compile(r"(?i)(secret|digest|signature|password|token|mac|api_?key)(_hash)?$")
COMPANIES = re.compile(r"(?i)stripe|square|paypal|easypay|ifthenpay|nowpayments|btcpay")
# What is fixed outside: the gateway of those who name none, an address that the first integrators
# registered, a field of theirs in events, an example; and legacy names of our own key.
FIXED = {
    "app/blueprints/api/answers_schema.py": {"stripe"},
    "app/blueprints/inbound/__init__.py": {"stripe", "/stripe/webhook", "stripe_alias"},
    "app/services/events.py": {"stripe", "stripePaymentIntentId"},
    "app/services/mail/samples.py": {"Stripe"},
    "config.py": {"stripe", "STRIPE_ENCRYPTION_KEY", "STRIPE_ENCRYPTION_KEY_PREVIOUS"},
}
SENDS = {"post", "put", "patch", "head", "options", "request"}
FLOATS = {"app/kit/money.py", "app/kit/strictjson.py", "app/services/deliveries/schedule.py"}
PAST_THE_GUARD = {"app/extensions.py", "app/services/doctor.py"}
EXEMPT = {f"app/blueprints/{door}/__init__.py" for door in ("api", "checkout", "inbound", "demo")}
ACROSS = {
    "app/kit/tenancy.py",
    "app/services/api_keys.py",
    "app/services/figures.py",
    "app/services/inbound/matching.py",
    "app/services/ledger/verify.py",
    "app/services/reconcile.py",
    "app/services/sandbox/page.py",
    "app/services/sealing/places.py",
    "app/services/sealing/plaintext.py",
    "app/services/sealing/rotation.py",
    "app/services/sweep.py",
    "app/services/sellers/look.py",  # the platform's account serves sellers of many
}


@cache
def sources() -> dict[str, ast.Module]:
    """Every Python file that runs in production, by its path in the project."""
    files = [*ROOT.glob("app/**/*.py"), *ROOT.glob("deploy/*.py"), ROOT / "config.py"]
    paths = [*files, ROOT / "database_url.py", ROOT / "wsgi.py"]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text()) for path in paths}


@cache
def lines(tree: ast.Module) -> list[ast.AST]:
    """Everything in it that has a line, but for docstrings, which may say anything."""
    said = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node
        for node in ast.walk(tree)
        if hasattr(node, "lineno") and not (node in said and isinstance(node, ast.Constant))
    ]


def broken(rule: Rule, path: str, tree: ast.Module) -> list[str]:
    """`path:line` of everything in a file that breaks the rule."""
    return [f"{path}:{node.lineno}" for node in lines(tree) if rule(node, path)]


@cache
def called(node: ast.AST) -> str:
    """`a.b.c` for the call `a.b.c(…)`; empty for anything else."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def last(name: str) -> str:
    return name.rpartition(".")[2]


def keywords(node: ast.AST) -> dict[str | None, ast.expr]:
    return {one.arg: one.value for one in node.keywords} if isinstance(node, ast.Call) else {}


def is_constant(node: ast.AST | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def names_a_gateway(node: ast.AST, path: str) -> bool:
    """A gateway is known to its adapter and its catalogue entry; nothing else learns its name."""
    if path.startswith(("app/adapters/", "app/registry/")):
        return False
    name = next(
        (
            value
            for field in ("value", "id", "attr", "name")
            if isinstance(value := getattr(node, field, None), str)
        ),
        "",
    )
    return is_a_gateways(name) and name not in FIXED.get(path, ())


@cache
def is_a_gateways(name: str) -> bool:
    return bool(COMPANIES.search(name))


def makes_a_float(node: ast.AST, path: str) -> bool:
    """Amounts are integers and Decimals; `float(` stands in three files that say why."""
    return called(node) == "float" and path not in FLOATS


def calls_without_a_timeout(node: ast.AST, path: str) -> bool:
    """requests waits for ever unless told otherwise."""
    owner, _, verb = called(node).rpartition(".")
    sends = verb in SENDS if last(owner) in {"session", "http"} else verb in {*SENDS, "get"}
    waits = sends and last(owner) in {"requests", "session", "http"}
    return waits and not {"timeout", None} & set(keywords(node))  # None: whatever it was given


def makes_an_external_url(node: ast.AST, path: str) -> bool:
    """Absolute addresses come from PUBLIC_BASE_URL, never from a Host header."""
    return "_external" in keywords(node) or (
        isinstance(node, ast.Attribute) and ast.unparse(node) in {"request.host_url", "request.url"}
    )


def skips_the_orm(node: ast.AST, path: str) -> bool:
    """text(), tables and bare connections know no tenant."""
    if path in PAST_THE_GUARD:
        return False
    if called(node) in {"text", "sa.text", "sqlalchemy.text"}:
        return not path.startswith("app/models/")  # conditions of partial indexes
    name = node.attr if isinstance(node, ast.Attribute) else ""
    return name in {"__table__", "exec_driver_sql"} or called(node) == "db.session.connection"


def compares_a_secret(node: ast.AST, path: str) -> bool:
    """Secrets and digests are compared in constant time; in a WHERE the database compares."""
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
        return False
    sides = (node.left, *node.comparators)
    if any(is_column(side) or isinstance(side, ast.Constant) for side in sides):
        return False
    return any(SECRET_NAMES.search(last(ast.unparse(side))) for side in sides)


def is_column(node: ast.AST) -> bool:
    """`Model.column`, by our spelling of classes."""
    owner = ast.unparse(node.value) if isinstance(node, ast.Attribute) else ""
    return owner == "model" or owner[:1].isupper()


def trusts_any_certificate(node: ast.AST, path: str) -> bool:
    return is_constant(keywords(node).get("verify"), False)


def exempts_from_csrf(node: ast.AST, path: str) -> bool:
    """Four doors prove their caller in another way."""
    return called(node) == "csrf.exempt" and path not in EXEMPT


def looks_across(node: ast.AST, path: str) -> bool:
    """The guard is lifted in a closed list of places."""
    return last(called(node)) == "across_organizations" and path not in ACROSS


def moves_a_row(node: ast.AST, path: str) -> bool:
    """A row never changes its organization; the guard sees that in objects, not in UPDATEs."""
    return last(called(node)) == "values" and "org_id" in keywords(node)


def claims_insert_once(node: ast.AST, path: str) -> bool:
    """The option that lets an INSERT past the guard is insert_once()'s own."""
    allowed = {"app/extensions.py", "app/kit/tenancy.py"}
    return isinstance(node, ast.Constant) and node.value == "insert_once" and path not in allowed


def formats_with_braces(node: ast.AST, path: str) -> bool:
    """str.format on a text somebody else wrote reads attributes of ours."""
    return called(node).endswith(".format") and called(node) != "self.inner.format"


def logs_a_request(node: ast.AST, path: str) -> bool:
    """A request body holds API keys."""
    owner = called(node).rpartition(".")[0]
    if last(owner) not in {"log", "logger"} or not isinstance(node, ast.Call):
        return False
    given = [ast.unparse(one) for one in (*node.args, *keywords(node).values())]
    return any(
        re.search(r"\brequest\.(get_data|data|json|form|headers|values|url)", one) for one in given
    )


def reads_the_environment(node: ast.AST, path: str) -> bool:
    """Settings are read in one place."""
    allowed = path in {"app/__init__.py", "app/cli/__init__.py"} or path.startswith("deploy/")
    return isinstance(node, ast.Attribute) and ast.unparse(node) == "os.environ" and not allowed


RULES: tuple[Rule, ...] = (
    names_a_gateway,
    makes_a_float,
    calls_without_a_timeout,
    makes_an_external_url,
    skips_the_orm,
    compares_a_secret,
    trusts_any_certificate,
    exempts_from_csrf,
    looks_across,
    moves_a_row,
    claims_insert_once,
    formats_with_braces,
    logs_a_request,
    reads_the_environment,
)
