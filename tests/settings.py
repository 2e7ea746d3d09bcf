"""Writes `.env.example` and `docs/settings.md` out of config.SETTINGS and the catalogue.

`python -m tests.settings` after either changed; a test compares.
"""

from collections.abc import Iterator

from app.registry import services
from app.registry.spec import Field, Spec
from config import GROUPS, ROOT, Setting

EXAMPLE, PAGE = ROOT / ".env.example", ROOT / "docs" / "settings.md"


def example() -> str:
    """The example file: what production needs to be filled in, the rest commented out."""
    lines = [
        "# Every variable Gatehouse reads. Hand them over by whatever starts it, or in a shell:",
        "# set -a; . ./.env; set +a",
    ]
    for group, settings in GROUPS.items():
        lines += ["", f"## {group}"]
        for one in settings:
            shown = f"{one.name}={one.default}"
            lines += [f"# {one.help}", shown if one.required else f"#{shown}"]
    for service in services().values():
        if service.fields:
            lines += ["", f"## {service.title}, for organizations without values of their own"]
        for field in service.fields:
            lines += [f"# {_effect(field)}", *(f"#{name}={field.default}" for name in field.env)]
    lines += ["", "## Other addresses of services, for tests and self-hosted peers"]
    lines += [f"#{name}=" for one in services().values() for name in one.base_url_names]
    return "\n".join(lines) + "\n"


def page() -> str:
    """The page of the docs: every setting, then every service's variables."""
    return "\n".join([*_settings(), *_services(), *_addresses()]) + "\n"


def _settings() -> Iterator[str]:
    yield "# Settings"
    yield ""
    yield "Read from the environment once, at the start. An empty variable counts as absent."
    yield "`python -m tests.settings` makes this page from `config.py` and the catalogue."
    for group, settings in GROUPS.items():
        yield from ("", f"## {group}", "")
        yield "| name | default | required in production | secret | effect |"
        yield "|---|---|---|---|---|"
        yield from (_setting(one) for one in settings)


def _setting(one: Setting) -> str:
    default = f"`{one.default}`" if one.default else ""
    return f"| `{one.name}` | {default} | {_yes(one.required)} | {_yes(one.secret)} | {one.help} |"


def _services() -> Iterator[str]:
    yield from ("", "# Services", "")
    yield "The platform's own credentials, for organizations that may use them and have none of"
    yield "their own. A service works once all that it requires is set."
    for service in services().values():
        if service.fields:
            yield from ("", f"## {service.title}", "")
            yield "| name | default | required by the service | secret | effect |"
            yield "|---|---|---|---|---|"
            yield from (_field(service, one) for one in service.fields)


def _addresses() -> Iterator[str]:
    yield from ("", "# Other addresses of services", "")
    yield "For tests and self-hosted peers. Where one is set it wins over every stored host of"
    yield "the service, in every organization. Only the operator sets them; no form asks for one."
    yield from ("", "| name | service |", "|---|---|")
    for one in services().values():
        yield from (f"| `{name}` | {one.title} |" for name in one.base_url_names)


def _field(service: Spec, one: Field) -> str:
    names = ", also ".join(f"`{name}`" for name in one.env)
    default = f"`{one.default}`" if one.default else ""
    required, secret = _required(service, one), _yes(one.is_secret)
    return f"| {names} | {default} | {required} | {secret} | {_effect(one)} |"


def _effect(one: Field) -> str:
    choices = ("on",) if one.kind == "switch" else one.choices
    return one.label + (f": {', '.join(choices)}" if choices else "")


def _required(service: Spec, one: Field) -> str:
    if one.required:
        return "yes"
    if one.name in service.any_of:
        return "one of these"
    for name, (value, others) in service.also_required.items():
        if one.name in others:
            return f"if {service.field(name).label.lower()} is {value}"
    return ""


def _yes(value: bool) -> str:
    return "yes" if value else ""


if __name__ == "__main__":
    EXAMPLE.write_text(example())
    PAGE.write_text(page())
