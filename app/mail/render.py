"""Rendering a mail from its folder, `app/<module>/mails/<template>/`.

It holds subject.txt, body.txt and, where the plain text needs more than paragraphs, body.html.
Templates are ours, never a tenant's. A folder without body.html gets one from its plain text:
each paragraph a paragraph, a line that is an address a button that says what button.txt says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template, TemplateNotFound

from app.kernel import language

APP = Path(__file__).resolve().parent.parent
LAYOUT = "layout.html"
NAME = re.compile(r"[a-z_]+/[a-z0-9_]+\Z")
PLACE = re.compile(r"(?P<module>[a-z_]+)/(?P<file>[a-z0-9_]+/[a-z]+\.(txt|html))\Z")
ADDRESS = re.compile(r"https?://\S+\Z")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's texts in one language."""

    subject: str
    text: str
    html: str


def render(template: str, values: Mapping[str, object], lang: str) -> Rendered:
    """Render the mail `module/template` in the language `lang`; a missing value is an error."""
    if not NAME.match(template):
        raise ValueError(f"{template!r} names no mail: say module/template.")
    environment = _environment()
    with language.using(lang):
        known = {**values, "lang": lang, "html_lang": language.HTML_LANG.get(lang, "en")}
        subject = " ".join(
            environment.get_template(f"{template}/subject.txt").render(known).split()
        )
        text = environment.get_template(f"{template}/body.txt").render(known).strip() + "\n"
        known |= {"subject": subject, "blocks": blocks(text)}
        known["button_label"] = _button(environment, template).render(known).strip()
        html = environment.select_template([f"{template}/body.html", LAYOUT]).render(known)
    return Rendered(subject, text, html)


def blocks(text: str) -> list[tuple[str, str]]:
    """The paragraphs of a plain text as (kind, text); kind is `link` for an address of its own."""
    found = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return [("link" if ADDRESS.match(part) else "text", part) for part in found]


@cache
def _environment() -> Environment:
    """Jinja for mails: texts as they are, HTML escaped, and no value silently empty."""
    made = Environment(
        loader=FunctionLoader(_load),
        autoescape=_is_html,  # noqa: S701 - plain text knows no escaping; HTML gets it.
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    made.globals.update(
        _=language.gettext,
        gettext=language.gettext,
        ngettext=language.ngettext,
        labelled=language.labelled,
    )
    return made


def _button(environment: Environment, template: str) -> Template:
    """What the button of a mail says; opening is what any link does."""
    try:
        return environment.get_template(f"{template}/button.txt")
    except TemplateNotFound:
        return environment.from_string('{{ _("Open") }}')


def _is_html(name: str | None) -> bool:
    """True for the templates whose values are escaped; the others are plain text."""
    return name is not None and name.endswith(".html")


def _load(name: str) -> str:
    """The source of `module/template/file`, or of the layout that all share."""
    found = PLACE.match(name)
    path = APP / "mail" / "mails" / LAYOUT
    if name != LAYOUT:
        if found is None:
            raise TemplateNotFound(name)
        path = APP / found["module"] / "mails" / found["file"]
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise TemplateNotFound(name) from None
