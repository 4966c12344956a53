"""The language of templates: Liquid, within limits that no template can stall a worker beyond.

Nothing is included or loaded, and only the tags and filters named here are known. What is counted
are the nodes that are rendered, the turns of loops, the bytes that are kept and written, and the
processor's time; a template is short, which bounds what one node can cost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from time import thread_time
from typing import Any, ClassVar, TextIO

from liquid import BoundTemplate, Environment, RenderContext
from liquid.builtin import content, illegal
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags import (
    assign_tag,
    capture_tag,
    case_tag,
    comment_tag,
    cycle_tag,
    for_tag,
    if_tag,
    inline_comment_tag,
    unless_tag,
)
from liquid.exceptions import LiquidError, ResourceLimitError
from liquid.undefined import is_undefined

from app.documents.texts.filters import FILTERS
from app.documents.texts.wrong import (
    Wrong,
    limits_reached,
    never_ended,
    too_complicated,
    wrong,
)

LONGEST = 20_000  # Characters of one text.
LONGEST_TAG = 2_000  # Characters between braces.
MOST_NODES = 20_000
MOST_TURNS = 2_000  # Of loops, those within loops multiplied.
MOST_KEPT = 200_000  # Bytes of what `assign` and `capture` keep.
MOST_WRITTEN = 200_000  # Bytes.
SECONDS = 0.5  # Of the processor, in this thread.
OPENED = re.compile(r"\{\{|\{%")
CLOSED = {"{{": "}}", "{%": "%}"}
TAGS = (
    content.Literal,
    illegal.Illegal,
    if_tag.IfTag,
    unless_tag.UnlessTag,
    case_tag.CaseTag,
    for_tag.BreakTag,
    for_tag.ContinueTag,
    assign_tag.AssignTag,
    capture_tag.CaptureTag,
    cycle_tag.CycleTag,
    comment_tag.CommentTag,
    for_tag.ForTag,
    inline_comment_tag.InlineCommentTag,
)


@dataclass(slots=True)
class Told:
    """What came of a rendering: the paths that were written and are empty, or mean nothing."""

    empty: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


class Bounded(RenderContext):
    """A rendering that ends where it has done too much."""

    __slots__ = ("_began", "_nodes", "told")

    def __init__(self, *args: Any, **more: Any) -> None:
        self._nodes = 0
        self._began = thread_time()
        self.told = Told()
        super().__init__(*args, **more)

    @property
    def disabled_tags(self) -> list[str]:
        """None; but each node asks for them before it renders, which is where it is counted."""
        self._nodes += 1
        if self._nodes > MOST_NODES or thread_time() - self._began > SECONDS:
            raise ResourceLimitError("too many steps", token=None)
        return []

    @disabled_tags.setter
    def disabled_tags(self, _given: list[str]) -> None: ...


class Noting(OutputNode):
    """A written value, which tells where it is empty or means nothing."""

    __slots__ = ()

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the value, and note a path that leads to none."""
        value = self.expression.evaluate(context)
        path = self._path()
        if path and isinstance(context, Bounded):
            if is_undefined(value):
                context.told.unknown.append(path)
            elif value is None:
                context.told.empty.append(path)
        return int(super().render_to_output(context, buffer))

    def _path(self) -> str:
        """The path that is written, where it is one and nothing is made of it."""
        one = self.expression
        if not isinstance(one, FilteredExpression) or one.filters:
            return ""
        return str(one.left) if isinstance(one.left, Path) else ""


class NotingOutput(Output):
    """What `{{ ... }}` means."""

    node_class = Noting


def _measured(self: RangeLiteral, start: Any, stop: Any) -> range:
    """The numbers of a range, unless they are too many: some are asked for one after the other.

    `(1..999999999) contains x` does that in one step, and `reversed` makes a list of them.
    """
    made = _make_range(self, start, stop)
    if made.stop - made.start > MOST_TURNS:
        raise ResourceLimitError("too many turns", token=self.token)
    return made


# Each range of a template comes from here, wherever it stands; the reader takes no other class.
_make_range = RangeLiteral._make_range
RangeLiteral._make_range = _measured  # type: ignore[method-assign]


class BoundedTemplate(BoundTemplate):
    """A template whose renderings are bounded."""

    context_class = Bounded


class Language(Environment):
    """Liquid with our tags and filters and no others."""

    block_nesting_limit: ClassVar[int] = 12
    context_depth_limit: ClassVar[int] = 16
    loop_iteration_limit: ClassVar[int | None] = MOST_TURNS
    local_namespace_limit: ClassVar[int | None] = MOST_KEPT
    output_stream_limit: ClassVar[int | None] = MOST_WRITTEN
    template_class = BoundedTemplate

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:  # noqa: ARG002
        """Know what is named here; nothing that loads, includes or keeps."""
        for tag in (*TAGS, NotingOutput):
            self.add_tag(tag)
        for name, made in FILTERS.items():
            self.add_filter(name, made)


@cache
def language(*, is_html: bool) -> Language:
    """The language, whose values are escaped where the text is HTML."""
    return Language(autoescape=is_html)


def parse(source: str, *, is_html: bool = False) -> BoundTemplate:
    """A template that can be rendered; Wrong with the line where it can't be read."""
    if len(source) > LONGEST:
        raise Wrong(None, too_complicated())
    _demand_closed(source)
    try:
        return language(is_html=is_html).from_string(source)
    except RecursionError:
        raise Wrong(None, too_complicated()) from None
    except LiquidError as error:
        raise wrong(error, source) from None


def _demand_closed(source: str) -> None:
    """Wrong where braces are opened and never closed, or far away.

    The language's own reader looks for the end from each beginning, which would take long where
    there are thousands without one.
    """
    at = 0
    while found := OPENED.search(source, at):
        closed = source.find(CLOSED[found[0]], found.end())
        if closed < 0:
            raise Wrong(source.count("\n", 0, found.start()) + 1, never_ended())
        if closed - found.end() > LONGEST_TAG:
            raise Wrong(source.count("\n", 0, found.start()) + 1, too_complicated())
        at = closed + 2


def write(template: BoundTemplate, values: Mapping[str, object]) -> tuple[str, Told]:
    """What a template says of some values; Wrong where it does too much, or what can't be done."""
    context = Bounded(template, globals=template.make_globals(dict(values)))
    buffer = context.get_buffer()
    try:
        template.render_with_context(context, buffer)
    except (RecursionError, MemoryError):
        raise Wrong(None, limits_reached()) from None
    except LiquidError as error:
        raise wrong(error, "") from None
    return buffer.getvalue(), context.told
