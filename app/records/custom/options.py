"""The options of a workspace's own choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.kernel.errors import Refused
from app.kernel.folding import fold
from app.kernel.language import OFFERED, _
from app.kernel.slug import free, slug

MOST = 200
LABEL = 60  # Characters.
COLOURS = ("", "blue", "green", "amber", "red", "violet", "teal", "pink")


def read_options(
    wished: Iterable[Mapping[str, Any]], standing: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The options as they are kept: each with a value that never changes, in the order wished.

    One that stood and is no longer wished is retired: records that hold it go on showing it.
    Refused without any, with too many, or where a label is missing, too long or there twice.
    """
    kept = {one["value"]: one for one in standing}
    found: dict[str, dict[str, Any]] = {}
    shown: set[str] = set()
    for wish in wished:
        label = _label(wish.get("label"))
        name = fold(" / ".join(sorted(set(label.values()))))
        if name in shown:
            raise Refused(_("Two options are called the same."), field="options")
        shown.add(name)
        value = str(wish.get("value") or "")
        if value not in kept:
            words = slug(label.get("en") or next(iter(label.values())))
            value = free(words[:50] or "option", kept.keys() | found.keys())
        colour = str(wish.get("colour") or "")
        found[value] = {
            "value": value,
            "label": label,
            "colour": colour if colour in COLOURS else "",
            "retired": bool(wish.get("retired")),
        }
    for value, one in kept.items():
        if value not in found:
            found[value] = {**one, "retired": True}
    if not any(not one["retired"] for one in found.values()):
        raise Refused(_("Give at least one option."), field="options")
    if len(found) > MOST:
        raise Refused(_("At most %(limit)s values.", limit=MOST), field="options")
    return list(found.values())


def _label(raw: Any) -> dict[str, str]:
    texts = raw if isinstance(raw, Mapping) else {}
    label = {key: str(texts[key]).strip() for key in OFFERED if str(texts.get(key) or "").strip()}
    if not label:
        raise Refused(_("Every option needs a name."), field="options")
    if any(len(text) > LABEL for text in label.values()):
        message = _("This is longer than %(limit)s characters.", limit=LABEL)
        raise Refused(message, field="options")
    return label
