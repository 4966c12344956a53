"""Documents made of records: what stands on them, kept and made again, byte for byte."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from app.documents.papers import find, make
from app.documents.papers.layouts import install, layouts_for
from app.documents.papers.letterhead import Wish as Head
from app.documents.papers.letterhead import letterhead, save_letterhead
from app.documents.papers.make import Wish, delete_document, draft_of, look, make_document
from app.documents.papers.models import Document, DocumentPicture
from app.documents.papers.table import table_pdf
from app.documents.pdf import press
from app.documents.pdf.press import PARTS, pdf_of
from app.events.models import Event
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Missing, NotPermitted, Refused
from app.kernel.language import using
from app.modules import LAYOUTS
from app.records.exports.papers import Column, Row, TablePaper
from app.records.files.find import find_file, path_of
from app.records.files.models import File
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.documents.test_texts import hide
from tests.factories import make_account, make_activity, make_contact

TRICKS = (
    '#panic("no") #include "/etc/passwd" $x^2$ *b* _i_ @ref <label> `raw` \\ // c /* c */ #{1+1} '
    '"quotes" \' = + - #set page(fill: red) [x] ]}) \u202e 客户'
)


@pytest.fixture(autouse=True)
def _no_files_are_left(no_files: None) -> None:
    """Each test begins and ends with empty folders."""


def letter(body: str = "Dear Frank,\n\nthank you.", **more: Any) -> Wish:
    return Wish("letter", more.pop("language", "en"), "Your visit", body, **more)


def made(by: Actor, record: Any, wish: Wish | None = None, kind: str = "account") -> Document:
    return make_document(tailored(kind, by), record, wish or letter(), by)


def picture(size: tuple[int, int] = (60, 60), colour: str = "red", shape: str = "PNG") -> bytes:
    raw = io.BytesIO()
    Image.new("RGBA" if shape == "PNG" else "RGB", size, colour).save(raw, shape)
    return raw.getvalue()


def test_a_letter_is_made_kept_as_a_file_and_made_again_byte_for_byte(
    acme: Workspace, bob: Person
) -> None:
    with acme.acting(bob) as by:
        firm = make_account(by, "Fence & Sons", address="1 High Street", city="Leeds")
        document = made(by, firm)
        assert (document.layout, document.layout_version, document.title) == (
            "letter",
            3,
            "Your visit",
        )
        content = document.data["content"]
        assert content["to"] == ["Fence & Sons", "1 High Street", "Leeds"]
        assert content["signed"] == "Bob Baker"
        file = by.session.get_one(File, document.file_id)
        assert (file.name, file.kind) == ("Your visit.pdf", "pdf")
        kept = path_of(file, by).read_bytes()
        assert kept.startswith(b"%PDF-")
        assert sha256(kept).hexdigest() == document.digest
        document_id = document.id
    with acme.acting(bob) as by:
        document, _type, _record = find.find_document(document_id, by)
        assert make.made_again(document, by) == kept
        assert find.pdf_bytes(document, by) == kept
        path_of(by.session.get_one(File, document.file_id), by).unlink()
        assert find.pdf_bytes(document, by) == kept


def test_a_document_stays_as_it_was_whatever_changes_after(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        save_letterhead(by, Head(colour="#aa0000", seal=picture(), logo=picture(colour="blue")))
        firm = make_account(by)
        document = made(by, firm, letter(has_seal=True))
        first = make.made_again(document, by)
        save_letterhead(by, Head({"name": {"en": "New Name"}}, "#00aa00", b"", b""))
        firm.name = "Other"
        by.session.flush()
        assert make.made_again(document, by) == first
        assert sha256(first).hexdigest() == document.digest
        assert len(by.session.scalars(select(DocumentPicture)).all()) == 2


def test_a_paper_of_an_earlier_layout_stays_as_it_was_made(
    acme: Workspace, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acme.acting(bob) as by:
        firm = make_account(by)
        earlier = [replace(one, version=1) for one in LAYOUTS]
        install(earlier)
        try:
            documents = [made(by, firm), made(by, firm, Wish("statement", "en"))]
            first = [make.made_again(one, by) for one in documents]
        finally:
            install(LAYOUTS)
        assert [one.layout_version for one in documents] == [1, 1]
        assert [make.made_again(one, by) for one in documents] == first
        assert [sha256(one).hexdigest() for one in first] == [one.digest for one in documents]
        assert made(by, firm).digest not in {one.digest for one in documents}


def test_a_letter_without_a_logo_has_the_firms_name_once(acme: Workspace, alice: Person) -> None:
    """In the place of the logo; beside it stands the address alone."""
    with acme.acting(alice) as by:
        firm = make_account(by)
        assert not _beside_the_logo(by, firm)
        save_letterhead(by, Head(logo=picture(colour="blue")))
        assert _beside_the_logo(by, firm)
        save_letterhead(by, Head({"address": {"en": "1 Fence Road"}}, logo=b""))
        assert _beside_the_logo(by, firm)


def _beside_the_logo(by: Actor, record: Any) -> bool:
    """Whether anything stands at the right of the letterhead of a letter."""
    (drawn,) = look(draft_of(tailored("account", by), record, letter(), by), by, 1).pictures
    page = Image.open(io.BytesIO(drawn)).convert("L")
    wide, high = page.size
    corner = page.crop((wide * 6 // 10, 0, wide, high * 85 // 1000))
    return any(shade < 200 for shade in corner.tobytes())


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_markup_in_every_field_stays_text(acme: Workspace, alice: Person, language: str) -> None:
    texts = {"name": {language: TRICKS}, "address": {language: TRICKS}}
    texts |= {"footer": {language: TRICKS}, "bank": {language: TRICKS}}
    with acme.acting(alice) as by:
        save_letterhead(by, Head(texts))
        firm = make_account(by, TRICKS[:150], address=TRICKS[:80], city=TRICKS[:60])
        make_activity(by, "call", subject=TRICKS, account_id=str(firm.id))
        record_type = tailored("account", by)
        for wish in (
            Wish("letter", language, TRICKS[:150], TRICKS, has_bank=True),
            Wish("statement", language),
        ):
            assert look(draft_of(record_type, firm, wish, by), by, 1).pictures
            document = make_document(record_type, firm, wish, by)
            assert document.size > 1_000


def test_what_stands_in_the_data_is_never_run(tmp_path: Path, acme: Workspace) -> None:
    source = tmp_path / "probe-1.typ"
    source.write_text(
        "#let data = json(bytes(sys.inputs.data))\n#set document(title: data.title)\n#data.title"
    )
    with acme.acting() as by:
        trick = pdf_of(source, {"title": '#panic("run")'}, {}, by.now)
        assert trick.startswith(b"%PDF-")
        source.write_text(source.read_text().replace("#data.title", "#eval(data.title)"))
        with pytest.raises(press.PressError):
            pdf_of(source, {"title": 'panic("run")'}, {}, by.now)


def test_a_layout_reaches_no_file_beside_its_own(tmp_path: Path, acme: Workspace) -> None:
    for line in ('#read("/etc/passwd")', '#read("../../etc/passwd")', '#import "@preview/x:1.0.0"'):
        source = tmp_path / "probe-1.typ"
        source.write_text(line)
        with acme.acting() as by, pytest.raises(press.PressError):
            pdf_of(source, {}, {}, by.now)


def test_a_paper_without_end_is_ended_and_the_worker_goes_on(
    tmp_path: Path, acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Path(press.compose.__file__).read_text().replace("SECONDS = 8", "SECONDS = 1")
    program = tmp_path / "compose.py"
    program.write_text(slow)
    monkeypatch.setattr(press.compose, "__file__", str(program))
    source = tmp_path / "probe-1.typ"
    source.write_text(
        "#let x = 0\n#for i in range(9999) { for j in range(9999) { x += calc.sin(j) } }\n#x"
    )
    with acme.acting() as by, pytest.raises(Refused):
        pdf_of(source, {}, {}, by.now)


def test_a_paper_of_more_pages_than_are_made_is_refused(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        firm = make_account(by)
        endless = letter("x\n" * 9_999)
        with pytest.raises(Refused, match="too large"):
            made(by, firm, endless)
        with pytest.raises(Refused, match="too large"):
            look(draft_of(tailored("account", by), firm, endless, by), by, 3)
        assert made(by, firm, letter("x\n" * 4_000)).size > 1_000


@pytest.mark.parametrize("end", ["MemoryError()", "BaseException('typst panicked')"])
def test_where_memory_ends_or_typst_gives_up_the_answer_is_in_words(
    tmp_path: Path, acme: Workspace, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    source = Path(press.compose.__file__).read_text()
    program = tmp_path / "compose.py"
    program.write_text(source.replace("    import typst\n", f"    raise {end}\n"))
    monkeypatch.setattr(press.compose, "__file__", str(program))
    with acme.acting() as by, pytest.raises(Refused, match="too large"):
        pdf_of(PARTS / "letter-1.typ", {}, {}, by.now)


@pytest.mark.parametrize("most", [1, 3, 20])
def test_of_a_paper_that_is_looked_at_only_the_first_pages_are_drawn(
    acme: Workspace, bob: Person, most: int
) -> None:
    with acme.acting(bob) as by:
        draft = draft_of(tailored("account", by), make_account(by), letter("x\n" * 300), by)
        pages = look(draft, by, most)
    assert 5 < pages.total < 20
    assert len(pages.pictures) == min(most, pages.total)
    for one in pages.pictures:
        with Image.open(io.BytesIO(one)) as drawn:
            assert drawn.size == (794, 1123)


def test_each_layout_that_is_declared_has_its_source_and_no_two_one_key() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        install((*LAYOUTS, LAYOUTS[0]))
    install(LAYOUTS)
    assert PARTS.joinpath("parts-1.typ").is_file()


def test_a_statement_tells_what_its_maker_may_see_and_no_notes(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    hide(acme, "sales_rep", "account", "phone")
    with acme.acting(bob) as by:
        firm = make_account(by, "Fence & Sons", city="Leeds")
        firm.phone = "+442079460301"
        make_activity(by, "call", subject="Asked for fences", account_id=str(firm.id))
        make_activity(by, "note", subject="Internal", account_id=str(firm.id))
        by.session.flush()
        content = made(by, firm, Wish("statement", "en")).data["content"]
    assert {"label": "City", "value": "Leeds"} in content["facts"]
    assert "79460301" not in json.dumps(content).replace(" ", "")
    assert [row[1:] for row in content["rows"]] == [["Call", "Asked for fences"]]


def test_an_address_that_is_too_long_for_its_place_stays_on_the_sheet(
    acme: Workspace, bob: Person
) -> None:
    """It is broken behind its signs, so nothing stands in the margin."""
    long = f"info@{'wide' * 15}.{'long' * 15}.example"
    with acme.acting(bob) as by:
        firm = make_account(by, email=long, website=f"https://www.{'wide' * 14}.example")
        draft = draft_of(tailored("account", by), firm, Wish("statement", "en"), by)
        (drawn,) = look(draft, by, 1).pictures
    page = Image.open(io.BytesIO(drawn)).convert("L")
    wide, high = page.size
    margin = page.crop((wide * (210 - 18) // 210, 0, wide, high))
    assert all(shade > 250 for shade in margin.tobytes())


def test_a_letter_to_a_contact_has_the_address_of_their_account(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by, using("zh-CN"):
        place = {"country": "CN", "city": "上海市", "address": "世纪大道100号"}
        firm = make_account(by, "云杉智能科技", **place)
        person = make_contact(by, title="采购经理", account_id=str(firm.id))
        document = made(by, person, letter("您好", language="zh-CN"), "contact")
        assert document.data["content"]["to"] == [
            person.name,
            "采购经理",
            "云杉智能科技",
            "中国",
            "上海市世纪大道100号",
        ]
        assert document.data["words"]["page"] == "第 {n} 页 共 {total} 页"


def test_a_seal_is_put_on_only_by_who_may_and_is_drawn_anew(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        head = save_letterhead(by, Head(seal=picture((3000, 20), shape="JPEG")))
        kept = by.session.get_one(DocumentPicture, head.seal).content
        with Image.open(io.BytesIO(kept)) as drawn:
            assert (drawn.format, drawn.size) == ("PNG", (1000, 7))
        document = made(by, make_account(by), letter(has_seal=True))
        assert document.data["firm"]["seal"] == f"{head.seal}.png"
        assert made(by, make_account(by, "B")).data["firm"]["seal"] is None
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        made(by, make_account(by, "C"), letter(has_seal=True))


@pytest.mark.parametrize(
    "sent", [b"<svg onload=alert(1)>", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"x"]
)
def test_what_is_no_picture_is_refused_beside_its_field(
    acme: Workspace, alice: Person, sent: bytes
) -> None:
    with acme.acting(alice) as by:
        with pytest.raises(Refused) as refused:
            save_letterhead(by, Head(logo=sent))
        assert set(refused.value.errors) == {"logo"}
        with pytest.raises(Refused):
            save_letterhead(by, Head(colour="red; }"))
        assert letterhead(by).version == 0


def test_of_two_who_change_the_letterhead_the_second_is_told(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        save_letterhead(by, Head({"footer": {"en": "A"}}), 0)
        with pytest.raises(Conflict):
            save_letterhead(by, Head({"footer": {"en": "B"}}), 0)
        told = by.session.scalars(select(Event).where(Event.record_type == "letterhead")).one()
        assert told.changes == {"footer": [{}, {"en": "A"}]}


def test_a_letter_without_a_text_or_of_another_language_is_refused(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by)
        for wish, field in (
            (letter(" \n "), "body"),
            (letter(language="fr"), "language"),
            (Wish("quote", "en"), "layout"),
            (letter("x" * 20_001), "body"),
        ):
            with pytest.raises(Refused) as refused:
                made(by, firm, wish)
            assert set(refused.value.errors) == {field}


def test_whoever_may_not_change_a_record_makes_no_document_of_it(
    acme: Workspace, bob: Person, dora: Person
) -> None:
    with acme.acting(bob) as by:
        firm = make_account(by)
        document_id = made(by, firm).id
    with acme.acting(dora) as by:
        firm = by.session.merge(firm)
        with pytest.raises(NotPermitted):
            made(by, firm)
        document, record_type, record = find.find_document(document_id, by)
        with pytest.raises(NotPermitted):
            delete_document(document, record_type, record, by)


def test_a_document_of_another_workspace_is_not_there(
    acme: Workspace, globex: Workspace, bob: Person, charlie: Person
) -> None:
    with acme.acting(bob) as by:
        document_id = made(by, make_account(by)).id
    with globex.acting(charlie) as by, pytest.raises(Missing):
        find.find_document(document_id, by)


def test_a_deleted_document_leaves_its_file_in_the_bin(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        document = made(by, make_account(by))
        file_id = document.file_id
        assert file_id is not None
        delete_document(*find.find_document(document.id, by), by)
        assert by.session.scalars(select(Document)).all() == []
        assert find_file(file_id, by, is_deleted=True).file.deleted_at is not None


def test_where_there_is_no_document_no_statement_asks_for_any(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        account = tailored("account", by)
        firm = make_account(by)
        assert not find.are_any(by)
        assert find.documents_of(account, firm, by, 5) == []
        made(by, firm)
        assert find.are_any(by)
        assert len(find.documents_of(account, firm, by, 5)) == 1
        assert [one.key for one in layouts_for(account)] == ["letter", "statement"]
        assert layouts_for(tailored("product", by)) == []


def test_a_report_is_a_table_with_totals_on_as_many_pages_as_it_needs(
    acme: Workspace, alice: Person
) -> None:
    columns = [Column("Month"), Column("Visits", number=True), Column("Remark", wide=True)]
    rows = [Row([f"{n}", f"{n * 7}", f"客户 {TRICKS}"]) for n in range(120)]
    table = TablePaper("Visits", "2026", columns, rows, ["", "49,980", ""])
    with acme.acting(alice) as by:
        made_one = table_pdf(table, by)
        assert made_one.startswith(b"%PDF-")
        with pytest.raises(Refused):
            table_pdf(replace(table, rows=rows * 20), by)


def test_an_address_in_letters_keeps_its_spaces_on_a_chinese_letter(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by, using("zh-CN"):
        place = {"country": "US", "province": "NH", "city": "Manchester", "address": "839 Elm St"}
        account = make_account(by, "Starbridge", **place)
        document = made(by, account, letter("您好", language="zh-CN"))
        to = document.data["content"]["to"]
        assert to == ["Starbridge", "839 Elm St", "Manchester, NH", "美国"]


@pytest.mark.parametrize(
    ("language", "called"), [("en", "Fence & Sons Ltd"), ("zh-CN", "围栏父子有限公司")]
)
def test_a_letter_is_signed_for_the_firm_as_its_head_calls_it(
    acme: Workspace, alice: Person, language: str, called: str
) -> None:
    with acme.acting(alice) as by:
        names = {"en": "Fence & Sons Ltd", "zh-CN": "围栏父子有限公司"}
        save_letterhead(by, Head({"name": names}))
        document = made(by, make_account(by), letter(language=language))
        assert document.data["firm"]["name"] == called
        assert document.data["content"]["under"] == called


def test_a_slash_in_a_title_leaves_nothing_out_of_the_names_of_its_file(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        wish = Wish("letter", "en", "Rates 2026/27", "Dear Frank")
        document = made(by, make_account(by), wish)
        assert document.title == "Rates 2026/27"
        assert by.session.get_one(File, document.file_id).name == "Rates 2026-27.pdf"
    got = alice.client.get(f"/documents/{document.id}/pdf")
    assert "Rates%202026-27.pdf" in got.headers["Content-Disposition"]
