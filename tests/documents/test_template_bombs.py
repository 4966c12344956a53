"""Templates that are made to stall whoever renders them end within limits."""

from __future__ import annotations

import tracemalloc

import pytest

from app.documents.texts import engine
from app.documents.texts.engine import parse, write
from app.documents.texts.wrong import Wrong

BIG = "{% capture s %}{% for i in (1..2000) %}aaaaaaaaaaaaaaaaaaaa{% endfor %}{% endcapture %}"
BOMBS = {
    "loops in loops": "{% for i in (1..900) %}{% for j in (1..900) %}x{% endfor %}{% endfor %}",
    "an endless range": "{% for i in (1..1000000000000) %}x{% endfor %}",
    "an endless range asked for a number": "{% if (1..300000000) contains 0.5 %}x{% endif %}",
    "an endless range that was kept": "{% assign r = (1..300000000) %}{{ r | upcase }}",
    "an endless range backwards": "{% for i in (1..1000000000) reversed %}x{% endfor %}",
    "many nodes": "{% for i in (1..2000) %}" + "{% if true %}{% endif %}" * 700 + "{% endfor %}",
    "many loops": "{% for i in (1..1999) %}x{% endfor %}" * 500,
    "a doubling text": "{% assign s = 'aaaaaaaaaa' %}" + "{% assign s = s | append: s %}" * 60,
    "a squared text": BIG + "{{ s | replace: 'a', s }}",
    "a long text": BIG + "{{ s }}" * 10,
    "deep blocks": "{% if true %}" * 500 + "{% endif %}" * 500,
    "deep logic": "{% if " + " and ".join(["true"] * 3000) + " %}x{% endif %}",
    "deep paths": "{{ " + "a[" * 900 + "x" + "]" * 900 + " }}",
    "open braces": "{% if x %}" * 10 + "{{" * 4000,
    "open tags": "{%" * 9000,
    "spaces": "{{ a" + " " * 15_000 + "b }}",
    "great numbers": "{{ 9 " + "| times: 999999 " * 100 + "}}",
    "a number next to nothing": "{{ 9 | divided_by: '1e-999999999' }}",
    "great digits": "{% for i in (1.." + "9" * 1500 + ") %}x{% endfor %}",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_and_takes_no_memory(bomb: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Wrong):
            write(parse(bomb), {"a": {"b": 1}, "x": 1})
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 16 * 1024 * 1024


def test_nodes_are_counted_whatever_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "{% for i in (1..100) %}{% if true %}x{% endif %}{% endfor %}"
    assert write(parse(text), {})[0] == "x" * 100
    monkeypatch.setattr(engine, "MOST_NODES", 100)
    with pytest.raises(Wrong):
        write(parse(text), {})


def test_the_time_of_the_processor_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SECONDS", -1)
    with pytest.raises(Wrong):
        write(parse("x"), {})


@pytest.mark.parametrize(
    "text",
    [
        "{{ a.__class__ }}",
        "{{ a._record }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ config }}",
        "{{ self }}",
        "${7*7} <%= 7*7 %> #{7*7} {0.__class__}",
        "{{ constructor.constructor('return 1')() }}",
        "{{ a | date: '%999999999d' }}",
    ],
)
def test_nothing_of_the_program_is_reached(text: str) -> None:
    try:
        found, _told = write(parse(text), {"a": {"b": 1}})
    except Wrong:
        return
    assert "class" not in found.replace(text, "")
    assert "49" not in found
    assert len(found) < 200
