"""What is written down is what is there."""

import re

import pytest

from app.registry import base_url_names, gateways, services
from config import SETTINGS
from tests import bans, settings
from tests.bans import ROOT
from tests.pictures.chosen import CHOSEN, SHOWN

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def env_names():
    """What the catalogue adds to the settings."""
    fields = [name for one in services().values() for field in one.fields for name in field.env]
    return [*fields, *base_url_names()]


@pytest.mark.parametrize(
    ("path", "made"), [(settings.EXAMPLE, settings.example), (settings.PAGE, settings.page)]
)
def test_the_list_of_settings_is_current(path, made):
    assert path.read_text() == made(), "run `python -m tests.settings`"


@pytest.mark.parametrize("name", [*(one.name for one in SETTINGS), *env_names()])
def test_every_variable_is_in_both_lists(name):
    assert len(re.findall(rf"^#?{name}=", settings.EXAMPLE.read_text(), re.MULTILINE)) == 1
    assert f"`{name}`" in settings.PAGE.read_text()


def test_no_variable_has_two_meanings():
    names = [*(one.name for one in SETTINGS), *env_names()]
    assert len(names) == len(set(names))


def test_every_variable_the_code_reads_is_listed():
    known = {one.name for one in SETTINGS} | set(env_names())
    asked = re.compile(
        r"""(?:environ\.get\(|environ\[|settings\(\)\[|settings\[|self\[)"([A-Z_]+)"""
    )
    read = set()
    for path in [*ROOT.glob("app/**/*.py"), *ROOT.glob("deploy/*.py"), ROOT / "config.py"]:
        read |= set(asked.findall(path.read_text()))
    assert read - known == {"FLASK_RUN_FROM_CLI"}  # Flask's own


def test_every_setting_is_read_by_something():
    code = [*ROOT.glob("app/**/*.py"), *ROOT.glob("deploy/*.py"), *ROOT.glob("migrations/*.py")]
    text = "".join(path.read_text() for path in [*code, ROOT / "wsgi.py", ROOT / "Makefile"])
    settings_file = (ROOT / "config.py").read_text()
    names = {one.name.removesuffix("_PREVIOUS") for one in SETTINGS}
    unread = {name for name in names if name not in text and settings_file.count(f'"{name}"') < 2}
    assert unread == set()


def test_something_speaks_to_every_service_in_the_catalogue():
    assert [one.key for one in services().values() if not one.is_active] == []


def test_the_example_holds_no_secret():
    for line in settings.EXAMPLE.read_text().splitlines():
        name, _, value = line.lstrip("#").partition("=")
        secret = name in {one.name for one in SETTINGS if one.secret}
        assert not (secret and value), name
        assert not re.search(r"(sk|pk|rk)_(test|live)|whsec_|provider_|[A-Za-z0-9+/]{24,}", value)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text()):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_pages_name_exist(page):
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for name in re.findall(r"`((?:app|tests|deploy|docs|bin|migrations)/[\w./-]+)`", text):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("name", [key for key, one in gateways().items() if one.is_active])
def test_every_gateway_that_works_has_its_page(name):
    assert (ROOT / "docs" / "gateways" / f"{name}.md").exists()


def test_commands_that_pages_name_exist(app):
    known = set(app.cli.commands) | {"db"}
    for page in PAGES:
        for command in re.findall(r"flask --app wsgi ([a-z][a-z-]+)", page.read_text()):
            assert command in known, f"{page.name}: {command}"


def test_every_public_function_of_services_and_kit_says_what_it_does():
    import ast

    silent = [
        f"{path}:{node.name}"
        for path, tree in bans.sources().items()
        if path.startswith(("app/services/", "app/kit/", "app/adapters/"))
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


PICTURE = re.compile(r'(?:!\[[^\]]+\]\(|(?:src|srcset)=")([^")]+\.webp)')


def test_every_picture_the_docs_show_is_there_and_none_is_left_over():
    shown = {
        (path.parent / name).resolve()
        for path in PAGES
        for name in PICTURE.findall(path.read_text())
    }
    there = {path.resolve() for path in SHOWN.iterdir()}
    assert len(shown) > 10
    assert (shown - there, there - shown) == (set(), set())
    assert {one.stem for one in there} == set(CHOSEN), "run `make pictures`"


def test_pictures_are_light():
    sizes = [path.stat().st_size for path in SHOWN.iterdir()]
    assert max(sizes) <= 200 * 1024 and sum(sizes) < 3 * 1024 * 1024


def test_every_picture_says_in_words_what_it_shows():
    for path in PAGES:
        text = path.read_text()
        assert not re.search(r"!\[\]\(|<img(?![^>]*alt=\"[^\"])", text), path
