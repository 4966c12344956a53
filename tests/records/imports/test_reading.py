"""Files as people have them: any letters, any delimiter, workbooks; and what is no table at all."""

from __future__ import annotations

import csv
import gzip
import io
import re
import resource
import struct
import subprocess
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.kernel.errors import Refused
from app.kernel.language import using
from app.records.imports.reading import limits as limits_of_reading
from app.records.imports.reading import read_table
from app.records.imports.table import How, Table
from app.web.sheets import csv_lines

FIRMS = (
    "客户名称,电话,城市\n北京云杉智能科技有限公司,13800138000,北京\n上海贸易,021-5555 1234,上海\n"
)
WEST = "Name,City\nMüller GmbH,München\nSociété Générale,Besançon\n"


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """Reads bytes as the file of this name."""

    def reads(data: bytes | str, name: str = "firms.table", how: How | None = None) -> Table:
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return read_table(path, name, how)

    return reads


def rows(table: Table) -> list[list[str]]:
    return [row for _number, row in table.rows()]


def why_not(read: Any, data: bytes | str, **more: Any) -> str:
    """The sentence by which a file is refused, at the latest when its last row is read."""
    with pytest.raises(Refused) as refused:
        rows(read(data, **more))
    return str(refused.value.message)


def workbook(path: Path, sheets: dict[str, Sequence[Sequence[Any]]], **options: Any) -> bytes:
    book = xlsxwriter.Workbook(str(path), options)
    formats = {
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        time: book.add_format({"num_format": "hh:mm"}),
    }
    for name, table in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(table):
            for at, cell in enumerate(row):
                if type(cell) in formats:
                    sheet.write_datetime(number, at, cell, formats[type(cell)])
                else:
                    sheet.write(number, at, cell)
    book.close()
    return path.read_bytes()


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FIRMS, "utf-8"),
        (FIRMS, "utf-8-sig"),
        (FIRMS, "utf-16"),
        (FIRMS, "gb18030"),
        (FIRMS, "gbk"),
        (WEST, "utf-16-le"),
        (WEST, "utf-16-be"),
        (WEST, "cp1252"),
        ("客戶名稱,電話\n台北雲杉智能科技有限公司,0912345678\n", "big5"),
        ("Nazwa,Miasto\nŻółć i Łódź,Gdańsk\n", "cp1250"),
        ("Имя,Город\nИван Петрович,Москва\n", "cp1251"),
    ],
)
def test_a_text_is_read_in_its_own_letters(read: Any, text: str, encoding: str) -> None:
    table = read(text.encode(encoding))
    expected = list(csv.reader(io.StringIO(text)))
    assert [list(table.names), *rows(table)] == expected


def test_letters_are_found_where_they_first_differ_far_below_the_head(read: Any) -> None:
    text = "name,city\n" + "plain,plain\n" * 200_000 + "云杉智能科技,北京\n"
    table = read(text.encode("gb18030"))
    assert rows(table)[-1] == ["云杉智能科技", "北京"]


def test_letters_can_be_chosen(read: Any) -> None:
    table = read("名前,都市\n山田太郎,東京\n".encode("shift_jis"), how=How(encoding="shift_jis"))
    assert rows(table) == [["山田太郎", "東京"]]
    assert "GB18030" in why_not(read, b"a,b\n\xff\xff,1\n", how=How(encoding="gb18030"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_delimiter_is_found_with_quotes_and_lines_in_cells(read: Any, delimiter: str) -> None:
    made = io.StringIO()
    table = [["name", "note"], ["a,b;c|d\te", 'says "hi"\nand more'], ["x", "1,5; 2,5"]]
    csv.writer(made, delimiter=delimiter).writerows(table)
    found = read(made.getvalue())
    assert found.how.delimiter == delimiter
    assert [list(found.names), *rows(found)] == table


def test_the_line_by_which_excel_names_its_delimiter_is_no_row(read: Any) -> None:
    table = read("sep=;\nname;city\nA;B\n")
    assert list(table.names) == ["name", "city"]
    assert list(table.rows()) == [(2, ["A", "B"])]


def test_rows_are_numbered_as_a_spreadsheet_does(read: Any) -> None:
    table = read('name,note\nA,"two\nlines"\n\n,\nB,x\n')
    assert list(table.rows()) == [(2, ["A", "two\nlines"]), (5, ["B", "x"])]
    assert list(table.rows(start_at=3)) == [(5, ["B", "x"])]


def test_titles_above_the_head_are_passed_over(read: Any) -> None:
    table = read("客户导入模板,,\n\n客户名称,电话,城市\n云杉,138,北京\n")
    assert list(table.names) == ["客户名称", "电话", "城市"]
    assert list(table.rows()) == [(4, ["云杉", "138", "北京"])]


def test_a_table_without_a_head_gets_letters(read: Any) -> None:
    table = read("Ann,ann@acme.example\nBen,ben@acme.example\n")
    assert list(table.names) == ["A", "B"]
    assert next(iter(table.rows())) == (1, ["Ann", "ann@acme.example"])
    assert list(read("Ann,x\nBen,y\n", how=How(has_header=False)).names) == ["A", "B"]


def test_empty_and_doubled_names_are_told_apart(read: Any) -> None:
    table = read("Name,,Name,Name (2),Name\n1,2,3,4,5\n")
    assert list(table.names) == ["Name", "B", "Name (2)", "Name (2) (2)", "Name (3)"]


def test_short_rows_are_filled_and_long_ones_keep_what_is_too_much(read: Any) -> None:
    table = read("a,b,c\n1\n1,2,3,,\n1,2,3,4\n")
    assert rows(table) == [["1", "", ""], ["1", "2", "3"], ["1", "2", "3", "4"]]


def test_a_packed_text_is_unpacked(read: Any) -> None:
    assert rows(read(gzip.compress(FIRMS.encode()), "firms.csv.gz"))[0][2] == "北京"


def test_texts_marked_for_spreadsheets_are_plain_again(read: Any) -> None:
    table = read("name,phone\n'=1+1,'+442079460123\n''@x,'quoted\n")
    assert rows(table) == [["=1+1", "+442079460123"], ["'@x", "'quoted"]]


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\ue000")),
            min_size=3,
            max_size=3,
        ).filter(lambda row: any(cell.strip() for cell in row)),
        min_size=1,
        max_size=8,
    )
)
def test_what_an_export_writes_is_read_as_it_was(read: Any, cells: list[list[str]]) -> None:
    written = "".join(csv_lines(["one", "two", "three"], cells))
    table = read(written, how=How("utf-8-sig", ","))
    assert rows(table) == cells


def test_a_workbook_gives_dates_and_numbers_as_texts(read: Any, tmp_path: Path) -> None:
    moment = datetime(2026, 11, 22, 9, 30)  # noqa: DTZ001  As a workbook has it.
    cells = [13800138000, 0.1, 1e-7, True, date(2026, 11, 22), moment, time(9, 30), " x "]
    data = workbook(tmp_path / "w.xlsx", {"Firms": [list("abcdefgh"), cells]})
    table = read(data, "firms.xlsx")
    texts = ["13800138000", "0.1", "0.0000001", "TRUE", "2026-11-22", "2026-11-22 09:30:00"]
    assert list(table.rows()) == [(2, [*texts, "09:30:00", " x "])]


def test_a_sheet_can_be_chosen_and_the_first_filled_one_is(read: Any, tmp_path: Path) -> None:
    sheets = {"Empty": [], "One": [["a", "b"], [1, 2]], "Two": [["c", "d"], [], [3, 4]]}
    data = workbook(tmp_path / "w.xlsx", sheets)
    table = read(data, "w.xlsx")
    assert (table.sheets, table.how.sheet) == (("Empty", "One", "Two"), "One")
    two = read(data, "w.xlsx", how=How(sheet="Two"))
    assert list(two.rows()) == [(3, ["3", "4"])]


def test_a_formula_is_its_value_and_is_never_run(read: Any, tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["name", "sum"])
    sheet.write(1, 0, "A")
    sheet.write_formula(1, 1, '=WEBSERVICE("http://127.0.0.1/")', None, 7)
    book.close()
    assert rows(read(path.read_bytes(), "w.xlsx")) == [["A", "7"]]


def test_a_file_is_what_it_holds_and_not_what_it_is_called(read: Any, tmp_path: Path) -> None:
    data = workbook(tmp_path / "w.xlsx", {"One": [["a", "b"], [1, 2]]})
    assert rows(read(data, "firms.csv")) == [["1", "2"]]
    assert rows(read("a\tb\n1\t2\n", "firms.xls")) == [["1", "2"]]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\n\n , \n", "empty"),
        ("\ufeff".encode(), "empty"),
        (b"name,city\n", "no rows below"),
        (b"%PDF-1.7 and so on", "not a table"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "not a table"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
        (b'{"name": 1}', "This is JSON"),
        (b"name,city\nA,\x00B\n", "zero bytes"),
        (b'name,city\nA,"B\nC,D\n', "never closed"),
        (b'name,city\nA,B\nC,"', "never closed"),
        ("name,city\nA,B\n客".encode()[:-1], "was cut"),
        ("客户名称,城市\n北风贸易有限公司,上海\n顺丰".encode("gb18030")[:-1], "was cut"),
        ("客戶名稱,城市\n北風貿易有限公司,臺北\n順豐".encode("big5")[:-1], "was cut"),
        (gzip.compress(b"name,city\n" + b"A,B\n" * 9999, mtime=0)[:-40], "too early"),
        (b"\x1f\x8b\x08 and then nothing of the kind", "too early"),
        (b"name,city\n" + b"x" * 200_000 + b",B\n", "far too long"),
        (b"name" + b",x" * 10_000 + b"\n" + b"1" + b",1" * 10_000 + b"\n", "10,?001 columns"),
        (b"x" * (limits_of_reading.LONGEST_LINE + 1), "far too long"),
    ],
)
def test_what_is_no_whole_table_is_told(read: Any, data: bytes, says: str) -> None:
    assert re.search(says, why_not(read, data))
    with using("zh-CN"):
        assert not re.search(says, why_not(read, data))


def test_more_columns_than_can_be_mapped_are_refused_in_workbooks_too(
    read: Any, tmp_path: Path
) -> None:
    wide = [[f"c{number}" for number in range(501)], list(range(501))]
    data = workbook(tmp_path / "w.xlsx", {"Wide": wide})
    assert "501 columns" in why_not(read, data, name="w.xlsx")


def zipped(parts: dict[str, bytes], stored: bool = False) -> bytes:
    made = io.BytesIO()
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(made, "w", method) as packed:
        for name, data in parts.items():
            packed.writestr(name, data)
    return made.getvalue()


def test_a_workbook_that_is_cut_damaged_or_none_is_told(read: Any, tmp_path: Path) -> None:
    data = workbook(tmp_path / "w.xlsx", {"One": [["a", "b"], [1, 2]]})
    assert "damaged" in why_not(read, data[: len(data) // 2], name="w.xlsx")
    assert "damaged" in why_not(read, data[:200] + bytes(200) + data[400:], name="w.xlsx")
    assert "not a table" in why_not(read, zipped({"word/document.xml": b"<x/>"}), name="w.xlsx")
    assert "damaged" in why_not(read, zipped({"xl/workbook.xml": b"<x/>"}), name="w.xlsx")


def test_a_locked_workbook_is_told(read: Any) -> None:
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
    locked += "EncryptedPackage".encode("utf-16-le") + bytes(500)
    assert "password" in why_not(read, locked, name="w.xlsx")
    assert "damaged" in why_not(read, locked[:400], name="w.xls")


def test_a_packed_bomb_is_refused_before_it_fills_memory(read: Any) -> None:
    zeros = bytes(1_000_000)
    made = io.BytesIO()
    with gzip.GzipFile(fileobj=made, mode="wb") as packed:
        packed.write(b"name,city\n")
        for _number in range(120):
            packed.write(zeros.replace(b"\0", b"a,b\n"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "too large" in why_not(read, made.getvalue(), name="bomb.csv.gz")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


SHEET = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


def with_sheet(data: bytes, sheet: bytes) -> bytes:
    """A workbook whose first sheet is another."""
    parts = {}
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for name in packed.namelist():
            parts[name] = packed.read(name)
    parts["xl/worksheets/sheet1.xml"] = sheet
    return zipped(parts)


def test_a_workbook_that_is_a_bomb_is_refused(read: Any, tmp_path: Path) -> None:
    data = workbook(tmp_path / "w.xlsx", {"One": [["a", "b"], [1, 2]]})
    spaces = with_sheet(data, SHEET % (b" " * 150_000_000))
    assert len(spaces) < 300_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "too large" in why_not(read, spaces, name="w.xlsx")
    far = b'<row r="1"><c r="A1"><v>1</v></c></row>'
    far += b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert "too large" in why_not(read, with_sheet(data, SHEET % far), name="w.xlsx")
    tall = far.replace(b"XFD", b"CV")  # What it would take is there, and more than is given.
    assert "too large" in why_not(read, with_sheet(data, SHEET % tall), name="w.xlsx")
    parts = {f"xl/{number}.xml": b"" for number in range(6_000)}
    many = zipped({"xl/workbook.xml": b"<x/>", **parts})
    assert "too large" in why_not(read, many, name="w.xlsx")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_a_workbook_that_lies_about_its_sizes_is_refused(read: Any, tmp_path: Path) -> None:
    data = workbook(tmp_path / "w.xlsx", {"One": [["a", "b"], [1, 2]]})
    bomb = with_sheet(data, SHEET % (b" " * 30_000_000))
    real, said = struct.pack("<I", len(SHEET % b"") + 30_000_000), struct.pack("<I", 1_000)
    assert real in bomb
    assert "damaged" in why_not(read, bomb.replace(real, said), name="w.xlsx")


def test_names_in_a_workbook_are_never_unfolded(read: Any, tmp_path: Path) -> None:
    data = workbook(tmp_path / "w.xlsx", {"One": [["a", "b"], [1, 2]]})
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    cells = b'<row r="1"><c r="A1" t="inlineStr"><is><t>x&b;&f;</t></is></c></row>' * 2
    try:
        table = read(with_sheet(data, laughs + SHEET % cells), "w.xlsx", how=How(has_header=False))
    except Refused:
        return
    assert not any("ha" in cell or "root" in cell for row in rows(table) for cell in row)


def test_memory_stays_flat_however_many_rows_there_are(read: Any) -> None:
    line = b"Somebody,somebody@acme.example,13800138000,A street with a number 17\n"
    table = read(b"name,email,phone,address\n" + line * 300_000)
    for count, _row in enumerate(table.rows()):
        if count == 1_000:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert count == 299_999
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000


def test_the_rows_of_a_large_workbook_come_one_by_one(read: Any, tmp_path: Path) -> None:
    cells = [["name", "note"], *([f"Firm {number}", "x" * 100] for number in range(50_000))]
    table = read(workbook(tmp_path / "w.xlsx", {"One": cells}, constant_memory=True), "w.xlsx")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(1 for _row in table.rows()) == 50_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_whoever_stops_listening_ends_the_process_that_reads(
    read: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            begun.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    cells = [["name"], *([f"Firm {number}"] for number in range(20_000))]
    listened = read(workbook(tmp_path / "w.xlsx", {"One": cells}), "w.xlsx").rows()
    next(listened)
    assert begun[-1].returncode is None
    listened.close()
    assert [child.returncode is None for child in begun] == [False] * len(begun)
