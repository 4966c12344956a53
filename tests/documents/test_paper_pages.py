"""Making documents by hand and by program: the form, the preview, the settings, the API."""

from __future__ import annotations

import io
import re
from html import unescape

import pytest
from PIL import Image
from sqlalchemy import select

from app.documents.papers.letterhead import Wish as Head
from app.documents.papers.letterhead import letterhead, save_letterhead
from app.documents.papers.make import draft_of, look
from app.documents.papers.models import Document
from app.documents.texts.operations import Wish as Text
from app.documents.texts.operations import save_template
from app.mail.pages.composer import OFFERED_FILES
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.documents.test_papers import letter, made, picture
from tests.factories import make_account, make_file
from tests.records.api.conftest import Programs

HTMX = {"HX-Request": "true"}
TYPED = {"layout": "letter", "language": "en", "subject": "Hello", "body": "Dear Frank"}


@pytest.fixture(autouse=True)
def _no_files_are_left(no_files: None) -> None:
    """Each test begins and ends with empty folders."""


@pytest.fixture
def fence(acme: Workspace, bob: Person) -> str:
    """The address of Bob's firm."""
    with acme.acting(bob) as by:
        return f"/accounts/{make_account(by, 'Fence & Sons').id}"


def only(acme: Workspace) -> Document:
    with acme.scope() as session:
        return session.scalars(select(Document)).one()


def test_a_document_is_looked_at_made_found_beside_its_record_fetched_and_deleted(
    acme: Workspace, bob: Person, fence: str
) -> None:
    client = bob.client
    assert "No document yet." in client.get(fence).text
    assert "Make PDF" in client.get(f"{fence}/documents/new").text
    shown = client.post(f"{fence}/documents/preview", data=TYPED).text
    assert 'src="data:image/png;base64,' in shown
    assert client.post(f"{fence}/documents/new", data=TYPED).headers["Location"] == fence
    url = f"/documents/{only(acme).id}"
    page = client.get(fence).text
    assert url in page
    assert "added the file “Hello.pdf”" in page
    assert "Fence &amp; Sons" in client.get(url).text
    assert url in client.get(f"{fence}/documents").text
    assert 'src="data:image/png;base64,' in client.get(f"{url}/pages").text
    answer = client.get(f"{url}/pdf")
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert client.post(f"{url}/delete").status_code == 303
    assert client.get(url).status_code == 404


def test_a_letter_is_sent_by_e_mail_from_its_page(acme: Workspace, bob: Person, fence: str) -> None:
    bob.client.post(f"{fence}/documents/new", data=TYPED)
    paper = only(acme)
    place = f"{fence}/mail?file={paper.file_id}"
    assert f'href="{place}" data-drawer' in bob.client.get(f"/documents/{paper.id}").text
    form = bob.client.get(place).text
    assert "Hello.pdf" in form
    assert re.search(rf'name="chosen" value="{paper.file_id}"[^>]* checked', form)


def test_a_letter_is_chosen_however_many_files_are_newer_and_not_offered_from_the_bin(
    acme: Workspace, bob: Person, fence: str
) -> None:
    bob.client.post(f"{fence}/documents/new", data=TYPED)
    paper = only(acme)
    with acme.acting(bob) as by:
        for _number in range(OFFERED_FILES):
            make_file(by, "account", paper.record_id)
    place = f"{fence}/mail?file={paper.file_id}"
    form = bob.client.get(place).text
    assert re.search(rf'name="chosen" value="{paper.file_id}"[^>]* checked', form)
    bob.client.post(f"/files/{paper.file_id}/delete")
    assert place not in bob.client.get(f"/documents/{paper.id}").text


def test_an_empty_line_of_a_letter_is_one_on_the_paper(
    acme: Workspace, bob: Person, fence: str
) -> None:
    with acme.acting(bob) as by:
        firm = make_account(by)
        ends = []
        for body in ("One\nTwo", "One\n\nTwo"):
            draft = draft_of(tailored("account", by), firm, letter(body), by)
            ends.append(_end_of_text(look(draft, by, 1).pictures[0]))
    assert ends[1] - ends[0] >= 14


def _end_of_text(page: bytes) -> int:
    """How far down the page its text reaches, in pixels of 96 to an inch; not its foot."""
    drawn = Image.open(io.BytesIO(page)).convert("L")
    above = drawn.crop((0, 0, drawn.width, int(drawn.height * 0.8)))
    ink = above.point(lambda one: 255 if one < 128 else 0).getbbox()
    assert ink is not None
    return ink[3]


def test_what_was_typed_stays_where_a_document_is_refused(bob: Person, fence: str) -> None:
    answer = bob.client.post(f"{fence}/documents/new", data={**TYPED, "body": " "})
    assert answer.status_code == 422
    assert 'value="Hello"' in answer.text
    assert 'id="paper-body-error"' in answer.text
    shown = bob.client.post(f"{fence}/documents/preview", data={**TYPED, "body": ""}).text
    assert "Write the text, or choose a template." in shown


def test_a_paper_that_is_too_large_is_refused_in_words_and_nothing_is_lost(
    bob: Person, fence: str
) -> None:
    typed = {**TYPED, "body": "x\n" * 9_999}
    answer = bob.client.post(f"{fence}/documents/new", data=typed)
    assert answer.status_code == 422
    assert "This document is too large to be made." in answer.text
    assert 'value="Hello"' in answer.text
    shown = bob.client.post(f"{fence}/documents/preview", data=typed).text
    assert "This document is too large to be made." in shown


def test_whoever_may_make_no_document_looks_at_none(dora: Person, fence: str) -> None:
    for path in ("preview", "text"):
        assert dora.client.post(f"{fence}/documents/{path}", data=TYPED).status_code == 403


def test_a_template_fills_the_text_in_and_names_what_is_empty(
    acme: Workspace, alice: Person, bob: Person, fence: str
) -> None:
    with acme.acting(alice) as by:
        words = "To {{ account.name }} in {{ account.city }}"
        text = save_template(by, None, Text("Offer", "account", "part", {}, {"en": words}))
        other = save_template(by, None, Text("Other", "contact", "part", {}, {"en": "x"}))
        ours, theirs = {"template_id": str(text.id)}, {"template_id": str(other.id)}
    assert "Offer" in bob.client.get(f"{fence}/documents/new").text
    filled = bob.client.post(f"{fence}/documents/text", data={**TYPED, **ours}).text
    assert "To Fence &amp; Sons in" in filled
    assert "account.city is empty on this record." in filled
    answer = bob.client.post(f"{fence}/documents/text", data={**TYPED, **theirs})
    assert "This template is for other records." in answer.text


def field_of(html: str, name: str) -> str:
    """What a field of the form holds, as a browser would send it."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html) or re.search(
        rf'<textarea[^>]*name="{name}"[^>]*>\n?(.*?)</textarea>', html, re.DOTALL
    )
    assert found is not None
    return unescape(found[1])


def sent_again(html: str, **changes: str) -> dict[str, str]:
    """What the form sends as it stands, but for the changes."""
    names = ("layout", "subject", "body", "filled_subject", "filled_body", "filled_by")
    return {"language": "en", **{name: field_of(html, name) for name in names}, **changes}


def test_a_template_keeps_what_was_typed_and_takes_the_place_of_another(
    acme: Workspace, alice: Person, bob: Person, fence: str
) -> None:
    with acme.acting(alice) as by:
        first = save_template(by, None, Text("One", "account", "mail", {"en": "A"}, {"en": "One."}))
        second = save_template(
            by, None, Text("Two", "account", "mail", {"en": "B"}, {"en": "Two."})
        )
        one, two = {"template_id": str(first.id)}, {"template_id": str(second.id)}
    url, client = f"{fence}/documents/text", bob.client

    typed = client.post(url, data={**TYPED, **one}).text
    assert field_of(typed, "subject") == "Hello"
    assert field_of(typed, "body") == "Dear Frank\n\nOne."

    empty = {**TYPED, "subject": "", "body": ""}
    filled = client.post(url, data={**empty, **one}).text
    assert (field_of(filled, "subject"), field_of(filled, "body")) == ("A", "One.")
    other = client.post(url, data=sent_again(filled, **two)).text
    assert (field_of(other, "subject"), field_of(other, "body")) == ("B", "Two.")

    mine = sent_again(other, body="Two, as I say it.", **two)
    by_language = client.post(url, data={**mine, "language": "zh-CN"}).text
    assert field_of(by_language, "body") == "Two, as I say it."
    below = client.post(url, data={**mine, **one}).text
    assert field_of(below, "body") == "Two, as I say it.\n\nOne."
    assert field_of(below, "subject") == "A"


def test_a_template_says_for_how_many_documents_it_was_used(
    acme: Workspace, alice: Person, fence: str
) -> None:
    with acme.acting(alice) as by:
        template = save_template(by, None, Text("Offer", "account", "part", {}, {"en": "Dear"}))
        url, chosen = f"/settings/templates/{template.id}", {"template_id": str(template.id)}
    assert "Used for" not in alice.client.get(url).text
    alice.client.post(f"{fence}/documents/new", data={**TYPED, **chosen})
    assert "Used for 1 document" in alice.client.get(url).text
    assert alice.client.post(f"{url}/delete").status_code == 303
    assert only(acme).data["content"]["body"] == "Dear Frank"


def test_the_settings_show_a_sample_and_keep_what_stands_on_documents(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    place = "/settings/documents"
    client = alice.client
    assert "At the foot of each page" in client.get(place).text
    typed = {"footer.en": "Registered in England", "colour": "#aa0000", "version": "0"}
    sample = client.post(f"{place}/preview", data={**typed, "seal": (io.BytesIO(b"no"), "a.png")})
    assert "Send a picture as PNG, JPEG or WebP." in sample.text
    sample = client.post(f"{place}/preview", data={**typed, "colour": "red"})
    assert 'src="data:image/png;base64,' in sample.text
    sent = {**typed, "logo": (io.BytesIO(picture()), "logo.png")}
    assert client.post(place, data=sent).headers["Location"] == place
    page = client.get(place).text
    assert "Registered in England" in page
    assert 'src="data:image/png;base64,' in page
    late = client.post(place, data=typed)
    assert late.status_code == 409
    wrong = client.post(place, data={**typed, "version": "1", "footer.en": "x" * 401})
    assert wrong.status_code == 422
    assert 'id="footer.en-error"' in wrong.text
    gone = client.post(place, data={**typed, "version": "1", "no_logo": "1"})
    assert gone.status_code == 303
    with acme.acting(alice) as by:
        assert letterhead(by).logo is None
    assert bob.client.get(place).status_code == 403


def test_who_only_reads_is_offered_no_document(dora: Person, fence: str) -> None:
    assert "documents/new" not in dora.client.get(fence).text
    assert dora.client.get(f"{fence}/documents/new").status_code == 403
    assert dora.client.post(f"{fence}/documents/new", data=TYPED).status_code == 403


def test_who_may_not_use_the_seal_is_not_asked_and_is_refused(
    acme: Workspace, alice: Person, bob: Person, fence: str
) -> None:
    with acme.acting(alice) as by:
        save_letterhead(by, Head(seal=picture()))
    assert "With the seal" not in bob.client.get(f"{fence}/documents/new").text
    assert "With the seal" in alice.client.get(f"{fence}/documents/new").text
    sealed = {**TYPED, "seal": "1"}
    assert bob.client.post(f"{fence}/documents/new", data=sealed).status_code == 403
    assert alice.client.post(f"{fence}/documents/new", data=sealed).status_code == 303


def test_programs_make_list_fetch_and_delete_documents(
    acme: Workspace, alice: Person, bob: Person, dora: Person, program: Programs, fence: str
) -> None:
    api, place = program(bob), f"{fence[1:]}/documents"
    with acme.acting(alice) as by:
        wish = Text("Offer", "account", "mail", {"en": "Offer"}, {"en": "To {{ account.name }}"})
        template_id = str(save_template(by, None, wish).id)
    answer = api.post(place, {"layout": "letter", "template_id": template_id})
    assert answer.status_code == 201
    assert (answer.json["title"], answer.json["language"]) == ("Offer", "en")
    url = answer.headers["Location"].removeprefix("/api/v1/")
    assert only(acme).data["content"]["body"] == "To Fence & Sons"
    assert [one["id"] for one in api.get(place).json["data"]] == [answer.json["id"]]
    assert api.get(url).json == answer.json
    assert api.get(f"{url}/pdf").data.startswith(b"%PDF-")
    again = {"layout": "statement", "language": "zh-CN"}
    once = api.post(place, again, Idempotency_Key="one")
    assert api.post(place, again, Idempotency_Key="one").json == once.json
    assert len(api.get(place).json["data"]) == 2
    assert api.post(place, {"layout": "letter"}).json["errors"][0]["field"] == "body"
    assert api.post(place, {"layout": "nothing"}).status_code == 422
    assert api.post("products/" + place.split("/")[1] + "/documents", again).status_code == 404
    reader = program(dora)
    assert reader.get(url).status_code == 200
    assert reader.post(place, again).status_code == 403
    assert reader.delete(url).status_code == 403
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 404


def test_a_document_is_not_there_for_who_may_not_read_its_record(
    acme: Workspace, globex: Workspace, bob: Person, charlie: Person, program: Programs
) -> None:
    with acme.acting(bob) as by:
        url = f"documents/{made(by, make_account(by)).id}"
    assert program(charlie).get(url).status_code == 404
    assert charlie.client.get(f"/{url}/pdf").status_code == 404
