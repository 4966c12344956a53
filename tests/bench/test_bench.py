from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from app.cli.errors import CommandError
from app.cli.main import build_parser, main
from bench import pace, report
from bench.figures import Figure, Limit, of_samples, ratio_of
from bench.http import split_answer, write_request
from bench.report import Result, table

WHEN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def test_a_figure_within_its_floor_is_good() -> None:
    figure = of_samples("list", [9.0, 11.0, 10.0], rate=180, limit=Limit(15, 10, 150, 200))
    assert figure.value == 10.0
    assert figure.ratio == pytest.approx(2 / 3)
    assert figure.is_ok is True


def test_a_missed_rate_is_missed_however_quick_one_answer_was() -> None:
    assert of_samples("list", [5.0], rate=90, limit=Limit(15, rate_floor=150)).is_ok is False


def test_what_is_missed_on_a_slow_machine_may_hold_at_its_best_pace() -> None:
    limit = Limit(15, rate_floor=150)
    slow = of_samples("list", [20.0], rate=100, limit=limit, slowness=1.5, rate_slowness=1.6)
    assert slow.is_ok is False
    assert slow.is_ok_at_pace is True
    assert "ok at pace" in table(Result("pages", WHEN, {}, {}, [slow]))
    slower = of_samples("list", [20.0], rate=90, limit=limit, slowness=1.5, rate_slowness=1.6)
    assert slower.is_ok_at_pace is False
    assert "MISSED" in table(Result("pages", WHEN, {}, {}, [slower]))


def test_the_pace_of_a_machine_is_never_quicker_than_its_best() -> None:
    assert pace.slowness(pace.look(), pace.look()) >= 1


def test_nothing_may_be_taken_of_a_floor_of_nothing() -> None:
    assert Figure("other hosts", "", 0, limit=Limit(floor=0)).is_ok is True
    assert Figure("other hosts", "", 1, limit=Limit(floor=0)).is_ok is False


def test_a_figure_without_a_floor_is_neither_good_nor_bad() -> None:
    assert ratio_of("step by step", [4.0], [2.0], Limit()).is_ok is None


def test_the_table_names_what_was_missed() -> None:
    missed = Figure("list", "ms", 21.5, limit=Limit(floor=15), note="in Chinese")
    text = table(Result("pages", WHEN, {}, {"contacts": 100_000}, [missed]))
    assert text.splitlines()[0] == "pages (100,000 contacts)"
    assert "21.5 ms" in text
    assert "MISSED" in text
    assert text.endswith("list: in Chinese")


def test_a_result_is_kept_without_what_is_not_known(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path_factory.mktemp("bench") / "results")
    kept = Result("load", WHEN, {"cores": 2}, {}, [Figure("fonts", "KB", 47.0)]).keep()
    assert json.loads(kept.read_text())["figures"] == [
        {"name": "fonts", "unit": "KB", "median": 47.0}
    ]


def test_an_answer_is_read_only_when_it_is_whole() -> None:
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\n1234"
    assert split_answer(whole[:30]) is None
    assert split_answer(whole[:-1]) is None
    answer = split_answer(whole)
    assert answer is not None
    assert (answer.status, answer.body, answer.closes) == (200, b"1234", True)


def test_a_request_says_how_long_its_body_is() -> None:
    assert write_request("POST", "/a", {"Host": "b"}, b"c=d") == (
        b"POST /a HTTP/1.1\r\nHost: b\r\nContent-Length: 3\r\n\r\nc=d"
    )


@pytest.mark.parametrize("words", [["bench", "pagse"], ["bench", "pages", "--contacts", "12"]])
def test_a_wrong_word_is_one_sentence(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_command_says_which_benches_there_are() -> None:
    from app.cli import bench

    args = build_parser([bench]).parse_args(["bench", "nothing"])
    known = "tenants, load, pages, search, exports, documents, reports, home, work, import, million"
    with pytest.raises(CommandError, match=f"there are {known}"):
        bench.run(args)
