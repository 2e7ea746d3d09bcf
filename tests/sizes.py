"""Lists what is larger than feels at home: files, functions, views, template fragments.

`python -m tests.sizes` only lists: a long thing needs a reason, not a split for the number's sake.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE, FUNCTION, VIEW, FRAGMENT = 200, 25, 15, 40  # lines


def python_files() -> Iterator[Path]:
    yield from sorted([*ROOT.glob("*.py"), *ROOT.glob("app/**/*.py"), *ROOT.glob("tests/**/*.py")])


def is_view(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """True for what a blueprint routes to."""
    routed = ("bp.get", "bp.post", "bp.route", "bp.put", "bp.delete")
    return any(ast.unparse(one).startswith(routed) for one in function.decorator_list)


def long_functions(path: Path) -> Iterator[tuple[str, int, int]]:
    """(what, lines, limit) of each function longer than it should be."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines <= min(FUNCTION, VIEW):
                continue
            kind, limit = ("view", VIEW) if is_view(node) else ("function", FUNCTION)
            if lines > limit:
                yield f"{kind} {node.name}", lines, limit


def larger() -> Iterator[str]:
    """One line for each thing over its size."""
    for path in python_files():
        name, lines = path.relative_to(ROOT), len(path.read_text().splitlines())
        if lines > FILE:
            yield f"{name}: {lines} lines (file {FILE})"
        for what, count, limit in long_functions(path):
            yield f"{name}: {what} has {count} lines ({limit})"
    for path in sorted(ROOT.glob("templates/**/_*.html")):
        lines = len(path.read_text().splitlines())
        if lines > FRAGMENT:
            yield f"{path.relative_to(ROOT)}: {lines} lines (fragment {FRAGMENT})"


if __name__ == "__main__":
    for line in larger():
        print(line)
