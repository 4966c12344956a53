"""The catalogues follow the source, nothing guessed, and the Chinese in them is well written."""

import re

import pytest
from babel.messages.catalog import Catalog

from app.cli import catalogues, translations
from app.cli.checks import translations as check

HAN = r"[\u4e00-\u9fff]"
ENDING = re.compile(r"\.(csv|txt)$")  # Of a file.
PLACE = re.compile(r"%\(\w+\)s")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    return tmp_path


def source_of(*texts):
    source = Catalog()
    for number, text in enumerate(texts, 1):
        source.add(text, locations=[("app/some.py", number)])
    return source


def chinese():
    """Every Chinese text that is shown, with its English."""
    for message in catalogues.read("zh_Hans_CN"):
        for text in catalogues.texts_of(message.string) if message.id else ():
            yield catalogues.texts_of(message.id)[0], text


def test_every_way_of_marking_a_text_is_found():
    found = {message.id for message in catalogues.source() if message.id}
    assert {
        "There is no such record.",
        "Sign in",
        ("%(n)s account", "%(n)s accounts"),
        "Your password for %(workspace)s was changed",
    } <= found


def test_a_new_text_is_left_empty_and_a_lost_one_goes(folder):
    texts = translations.updated("zh_Hans_CN", source_of("Save changes", "Open"))
    texts["Save changes"].string = "保存修改"
    catalogues.write("zh_Hans_CN", texts)
    texts = translations.updated("zh_Hans_CN", source_of("Save the changes", "Save changes"))
    catalogues.write("zh_Hans_CN", texts)
    written = catalogues.read("zh_Hans_CN")
    assert [(one.id, one.string, one.fuzzy) for one in written if one.id] == [
        ("Save the changes", "", False),
        ("Save changes", "保存修改", False),
    ]


def test_a_language_that_is_not_complete_holds_only_its_own_words(folder):
    source = source_of("Contact", "Case")
    texts = translations.updated("zh_Hans_CN", source)
    assert len(texts) == 2
    assert len(translations.updated("zh_Hant_TW", source)) == 0


def test_writing_twice_changes_nothing_and_names_no_day_or_line(folder):
    source = source_of("Contact", ("%(n)s case", "%(n)s cases"))
    catalogues.write("zh_Hans_CN", translations.updated("zh_Hans_CN", source))
    first = catalogues.file_of("zh_Hans_CN").read_text()
    catalogues.write("zh_Hans_CN", translations.updated("zh_Hans_CN", source))
    assert catalogues.file_of("zh_Hans_CN").read_text() == first
    assert "Date" not in first
    assert "app/some.py:" not in first
    assert catalogues.file_of("zh_Hans_CN").with_suffix(".mo").is_file()


def test_a_lost_placeholder_is_found():
    texts = Catalog(locale="zh_Hans_CN")
    texts.add("Delete %(name)s?", "删除？")
    texts.add("Join %(workspace)s", "加入“%(workspace)s”")
    assert check._broken("zh_Hans_CN", texts) == [
        "zh_Hans_CN: 'Delete %(name)s?' has other placeholders."
    ]


def test_chinese_has_chinese_punctuation_and_never_shouts():
    wrong = rf"[!！]|{HAN}[,.;:?()]|[,;?(]{HAN}|\.\.\."
    plain = ((text, ENDING.sub("", PLACE.sub("名", text))) for _, text in chinese())
    assert [text for text, bare in plain if re.search(wrong, bare)] == []


def test_latin_words_and_numbers_stand_apart_from_chinese():
    wrong = rf"{HAN}[A-Za-z0-9]|[A-Za-z0-9]{HAN}"
    assert [text for _, text in chinese() if re.search(wrong, PLACE.sub("", text))] == []


def test_a_sentence_ends_as_one_in_both_languages():
    bad = [text for english, text in chinese() if english.endswith(".") and text[-1] not in "。："]
    assert bad == []
