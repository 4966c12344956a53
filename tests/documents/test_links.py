"""Public links: whoever has one fetches the document, until it ends; nobody else learns of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.documents.papers import links
from app.documents.papers.find import find_document
from app.documents.papers.letterhead import Wish as Head
from app.documents.papers.letterhead import save_letterhead
from app.documents.papers.links import make_link, revoke_link
from app.documents.papers.models import Document, DocumentLink
from app.documents.papers.words import LINKED, OPENED, UNLINKED
from app.events.models import Event
from app.identity.secret import digest
from app.kernel import clock
from app.kernel.errors import NotPermitted, Refused
from app.records.door import perform
from app.records.files.find import Found
from app.records.files.models import File
from app.records.files.operations import delete_file
from tenants.facts import TenantFacts
from tests.cast import HostClient, Person, Workspace, visitor
from tests.documents.test_papers import letter, made, picture
from tests.factories import make_account
from tests.records.api.conftest import Programs


@pytest.fixture(autouse=True)
def _no_files_are_left(no_files: None) -> None:
    """Each test begins and ends with empty folders."""


@pytest.fixture
def paper(acme: Workspace, bob: Person) -> Document:
    """A letter of Bob's."""
    with acme.acting(bob) as by:
        return made(by, make_account(by))


@pytest.fixture
def stranger(app: Flask, acme: Workspace) -> HostClient:
    """Somebody outside, at Acme's address."""
    return visitor(app, acme)


def linked(person: Person, paper: Document, **more: object) -> str:
    """The path of a link just made."""
    with person.workspace.acting(person) as by:
        fresh = make_link(*find_document(paper.id, by), by, **more)  # type: ignore[arg-type]
        return "/d/" + fresh.url.rpartition("/")[2]


def only(session: Session) -> DocumentLink:
    return session.scalars(select(DocumentLink)).one()


def test_whoever_has_the_address_fetches_the_document_without_signing_in(
    acme: Workspace, bob: Person, paper: Document, stranger: HostClient
) -> None:
    path = linked(bob, paper)
    page = stranger.get(path)
    assert page.status_code == 200
    assert "Your visit" in page.text
    head, _main, rest = page.text.partition("</header>")
    assert "Acme Ltd" in head
    assert "Zuke" not in head.partition("<body")[2]
    assert 'class="bare-foot"' in rest
    assert "Fence" not in page.text
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    answer = stranger.get(f"{path}/pdf")
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_its_page_is_headed_by_the_logo_that_the_document_has(
    acme: Workspace, alice: Person, stranger: HostClient
) -> None:
    with acme.acting(alice) as by:
        plain = made(by, make_account(by))
        save_letterhead(by, Head(logo=picture()))
        with_logo = made(by, make_account(by))
    shown = 'class="brand firm-brand"><img src="data:image/png;base64,'
    assert shown in stranger.get(linked(alice, with_logo)).text
    assert shown not in stranger.get(linked(alice, plain)).text


def test_of_the_address_the_digest_alone_is_kept(
    acme: Workspace, bob: Person, paper: Document
) -> None:
    secret = linked(bob, paper).rpartition("/")[2]
    assert len(secret) >= 22  # 128 bits.
    with acme.scope() as session:
        assert only(session).digest == digest(secret)


def test_the_page_speaks_the_language_of_the_document(
    acme: Workspace, bob: Person, stranger: HostClient
) -> None:
    with acme.acting(bob) as by:
        chinese = made(by, make_account(by), letter("您好", language="zh-CN"))
    assert "下载" in stranger.get(linked(bob, chinese)).text


@pytest.mark.parametrize(
    "end",
    [
        "revoked",
        "expired",
        "record deleted",
        "file deleted",
        "file removed for good",
        "module switched off",
    ],
)
def test_a_link_that_has_ended_says_so_and_gives_nothing(
    acme: Workspace,
    bob: Person,
    paper: Document,
    stranger: HostClient,
    end: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = linked(bob, paper, days=7)
    later = clock.now()
    with acme.acting(bob) as by:
        document, record_type, record = find_document(paper.id, by)
        if end == "revoked":
            revoke_link(only(by.session), document, record_type, record, by)
        elif end == "record deleted":
            perform(record_type, "delete", record, by=by)
        elif end == "file deleted":
            file = by.session.get_one(File, document.file_id)
            delete_file(Found(file, record_type, record), by)
        elif end == "file removed for good":
            by.session.execute(delete(File).where(File.id == document.file_id))
        elif end == "module switched off":
            monkeypatch.setattr(TenantFacts, "allows", lambda _self, _module: False)
        else:
            later += timedelta(days=7, seconds=1)
    with time_machine.travel(later, tick=False):
        for one in (path, f"{path}/pdf"):
            answer = stranger.get(one)
            assert answer.status_code == 410
            assert "This link has ended" in answer.text
            assert b"%PDF" not in answer.data
            assert "Your visit" not in answer.text
    with acme.scope() as session:
        assert only(session).views == 0


def test_an_address_that_never_was_is_not_there(
    app: Flask, acme: Workspace, globex: Workspace, bob: Person, paper: Document
) -> None:
    path = linked(bob, paper)
    assert visitor(app, globex).get(path).status_code == 404
    assert visitor(app, globex).get(f"{path}/pdf").status_code == 404
    stranger = visitor(app, acme)
    for secret in ("x", "a" * 43, "a" * 4_000, "..%2f"):
        assert stranger.get(f"/d/{secret}").status_code == 404
    with acme.scope() as session:
        assert only(session).views == 0


def test_views_from_outside_are_counted_and_the_first_is_told(
    acme: Workspace, bob: Person, paper: Document, stranger: HostClient
) -> None:
    path = linked(bob, paper)
    bob.client.get(path)  # A colleague looks.
    stranger.head(path)
    stranger.get(path)
    stranger.get(path)
    with acme.scope() as session:
        link = only(session)
        assert link.views == 2
        assert link.first_viewed_at is not None
        verbs = session.scalars(select(Event.verb).order_by(Event.id)).all()
        assert verbs.count(OPENED) == 1
        assert verbs.count(LINKED) == 1
    page = bob.client.get(f"/accounts/{paper.record_id}").text
    assert "“Your visit” was opened by its public link for the first time" in page
    assert "made a public link to “Your visit”" in page
    assert "Opened 2 times" in bob.client.get(f"/documents/{paper.id}").text


def test_a_link_that_counts_nothing_keeps_nothing_of_its_visitors(
    acme: Workspace, bob: Person, paper: Document, stranger: HostClient
) -> None:
    stranger.get(linked(bob, paper, counts=False))
    with acme.scope() as session:
        link = only(session)
        assert (link.views, link.first_viewed_at) == (0, None)
        assert OPENED not in session.scalars(select(Event.verb)).all()


def test_whoever_asks_too_often_waits(
    bob: Person, paper: Document, stranger: HostClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.documents.routes import links as routes
    from app.identity.limits import Limit

    monkeypatch.setattr(routes, "OPENED", Limit("document-link:address", 3, 60))
    path = linked(bob, paper)
    with time_machine.travel(clock.now(), tick=False):
        assert [stranger.get(path).status_code for _try in range(4)] == [200, 200, 200, 429]
        assert "Retry-After" in stranger.get("/d/guess").headers


def test_a_link_is_made_shown_once_with_its_code_and_revoked_by_hand(
    acme: Workspace, bob: Person, paper: Document, stranger: HostClient
) -> None:
    url = f"/documents/{paper.id}"
    shown = bob.client.post(f"{url}/links", data={"days": "7", "counts": "1"})
    assert "data-copy=" in shown.text
    assert "<svg" in shown.text
    path = "/d/" + shown.text.partition("/d/")[2].partition("<")[0]
    assert stranger.get(path).status_code == 200
    page = bob.client.get(url).text
    assert path not in page
    with acme.scope() as session:
        link_id = only(session).id
    assert bob.client.post(f"{url}/links/{link_id}/revoke").headers["Location"] == url
    assert stranger.get(path).status_code == 410
    with acme.scope() as session:
        assert UNLINKED in session.scalars(select(Event.verb)).all()
    assert "Link revoked" in bob.client.get(url).text
    assert bob.client.post(f"{url}/links", data={"days": "999"}).status_code == 422


def test_who_may_not_share_makes_no_link(
    acme: Workspace, bob: Person, dora: Person, paper: Document
) -> None:
    assert dora.client.post(f"/documents/{paper.id}/links").status_code == 403
    with acme.acting(dora) as by, pytest.raises(NotPermitted):
        make_link(*find_document(paper.id, by), by)
    assert "Make a public link" not in dora.client.get(f"/documents/{paper.id}").text


def test_a_document_has_only_so_many_links(
    acme: Workspace, bob: Person, paper: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "MOST", 1)
    linked(bob, paper)
    with pytest.raises(Refused):
        linked(bob, paper)


def test_programs_make_list_and_revoke_links(
    acme: Workspace, bob: Person, dora: Person, paper: Document, program: Programs
) -> None:
    api, place = program(bob), f"documents/{paper.id}/links"
    fresh = api.post(place, {"days": 7})
    assert fresh.status_code == 201
    assert fresh.json["url"].startswith("http://acme.zuke.test/d/")
    (told,) = api.get(place).json["data"]
    assert "url" not in told
    assert told["is_open"] is True
    for wrong in ({"days": 0}, {"days": "x"}, {"days": True}, {"days": 10**9}):
        assert api.post(place, wrong).status_code == 422
    assert program(dora).post(place, {}).status_code == 403
    assert program(dora).delete(f"{place}/{told['id']}").status_code == 403
    assert api.delete(f"{place}/{told['id']}").status_code == 204
    assert api.get(place).json["data"][0]["is_open"] is False
