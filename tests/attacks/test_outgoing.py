"""Calls to addresses that a tenant gives: none of them reaches what stands inside."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.kernel.outgoing import Line, Unfit, Unreachable, call, read_target
from app.kernel.outgoing.targets import is_public

PUBLIC = "93.184.216.34"

# No address of these may be called, however it is spelt.
NUMBERS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "0",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "169.254.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.254",
    "168.63.129.16",
    "192.0.0.1",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "2130706433",
    "3232235777",
    "0x7f000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.0x1",
    "127.000.000.001",
    "0x0a.0x00.0x00.0x01",
    "127.0.0.1.",
    "127.0.0.1..",
    "127。0。0。1",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::a00:1]",
    "[64:ff9b::5db8:d822]",
    "[64:ff9b:1::1]",
    "[2002:7f00:1::]",
    "[2002:a00:1::1]",
    "[2001:0:7f00:1::]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[fc00::1]",
    "[fd00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fe80::1%25eth0]",
    "[fec0::1]",
    "[ff02::1]",
    "[100::1]",
    "[5f00::1]",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "acme.localhost",
    "ｌｏｃａｌｈｏｓｔ",
    "inside",
    "db",
    "",
    ".",
]
WHOLE = [
    "http://127.0.0.1@example.com/",
    "http://example.com@127.0.0.1/",
    "http://user:@example.com/",
    "http://example.com\\@127.0.0.1/",
    "http://127.0.0.1\\.example.com/",
    "http://example.com:22/",
    "http://example.com:25/",
    "http://example.com:110/",
    "http://example.com:1433/",
    "http://example.com:2375/",
    "http://example.com:3306/",
    "http://example.com:5432/",
    "http://example.com:6379/",
    "http://example.com:9200/",
    "http://example.com:11211/",
    "http://example.com:27017/",
    "http://example.com:0/",
    "http://example.com:65536/",
    "http://example.com:-1/",
    "http://example.com:1024/",
    "https://example.com:99999999999/",
    "file:///etc/passwd",
    "gopher://example.com/_x",
    "ftp://example.com/",
    "dict://example.com:6379/info",
    "ldap://example.com/",
    "javascript:alert(1)",
    "data:text/plain,x",
    "//example.com/",
    "example.com",
    "/etc/passwd",
    "http:///etc/passwd",
    "http://",
    "http://exa mple.com/",
    "http://example.com/\r\nHost: inside",
    "http://example.com/\tx",
    "http://example.com/\x00",
    "http://[::1/",
    "http://[::1]x/",
    "http://%31%32%37.0.0.1/",
    "http://" + "a" * 2000 + ".example/",
    "http://xn--a.example/",
    "http://-a.example/",
    "http://a_b.example/",
    "",
]


class Seen:
    """A server on this machine that must see nothing, and the answers it would give."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.connections = 0
        self.answer: tuple[int, dict[str, str], bytes] = (200, {}, b"fine")
        seen = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                seen.requests.append((self.command, self.path, dict(self.headers), body))
                status, headers, text = seen.answer
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST  # noqa: N815 - http.server names it.

            def log_message(self, *_words: Any) -> None: ...

        class Server(ThreadingHTTPServer):
            def get_request(self) -> Any:
                found = super().get_request()
                seen.connections += 1
                return found

            def handle_error(self, *_what: Any) -> None: ...

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def seen() -> Iterator[Seen]:
    made = Seen()
    yield made
    made.server.shutdown()
    made.server.server_close()


class Names:
    """A name server that answers as it was told, in turn, and counts how often it was asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, _port: int, _seconds: float) -> Sequence[str]:
        self.asked.append(host)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


class Dialled:
    """Connects every number to the server of this machine, and remembers which were asked for."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.numbers: list[str] = []

    def __call__(self, number: str, _port: int, seconds: float) -> socket.socket:
        self.numbers.append(number)
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds)


def never(number: str, port: int, _seconds: float) -> socket.socket:
    raise AssertionError(f"A connection to {number}:{port} was tried.")


@pytest.mark.parametrize("host", NUMBERS)
def test_no_spelling_of_an_inner_address_is_called(host: str, seen: Seen) -> None:
    for url in (f"http://{host}:{seen.port}/", f"https://{host}/", f"http://{host}/"):
        with pytest.raises(Unreachable) as refused:
            call(Line(dial=never), "POST", url, {}, b"{}")
        assert refused.value.reason == "address"
    assert seen.connections == 0


@pytest.mark.parametrize("url", WHOLE)
def test_no_odd_address_is_called(url: str) -> None:
    asked = Names([PUBLIC])
    with pytest.raises(Unreachable) as refused:
        call(Line(resolve=asked, dial=never), "POST", url, {}, b"{}")
    assert (refused.value.reason, asked.asked) == ("address", [])
    with pytest.raises(Unfit):
        read_target(url)


def test_the_corpus_is_large_enough() -> None:
    assert len({*NUMBERS, *WHOLE}) >= 80


@pytest.mark.parametrize("number", ["127.0.0.1", "10.0.0.8", "::1", "fd00::1", "169.254.169.254"])
def test_a_name_that_leads_inside_is_not_called(number: str, seen: Seen) -> None:
    names = Names([number])
    with pytest.raises(Unreachable) as refused:
        call(Line(resolve=names, dial=never), "POST", "http://a.example/", {}, b"")
    assert refused.value.reason == "address"
    # One inner number among public ones is enough.
    with pytest.raises(Unreachable):
        call(
            Line(resolve=Names([PUBLIC, number]), dial=never), "POST", "http://a.example/", {}, b""
        )
    assert seen.connections == 0


def test_a_name_that_is_unknown_is_told_as_one_that_leads_inside() -> None:
    for numbers in ([], ["10.0.0.1"]):
        with pytest.raises(Unreachable) as refused:
            call(Line(resolve=Names(numbers), dial=never), "POST", "http://a.example/", {}, b"")
        assert refused.value.reason == "address"


def test_a_name_is_looked_up_once_and_what_was_judged_is_called(seen: Seen) -> None:
    names, dialled = Names([PUBLIC], ["127.0.0.1"]), Dialled(seen.port)
    call(Line(resolve=names, dial=dialled), "POST", "http://rebinding.example/a?b=c", {}, b"{}")
    assert (names.asked, dialled.numbers) == (["rebinding.example"], [PUBLIC])
    with pytest.raises(Unreachable):
        call(Line(resolve=names, dial=never), "POST", "http://rebinding.example/", {}, b"{}")


def test_the_host_is_named_and_nothing_else_of_ours(seen: Seen) -> None:
    dialled = Dialled(seen.port)
    line = Line(resolve=Names([PUBLIC]), dial=dialled)
    call(line, "POST", "http://Bücher.example:8080/ä b".replace(" ", "%20"), {"X-A": "b"}, b"{}")
    (_method, path, headers, body) = seen.requests[0]
    assert (path, body) == ("/%C3%A4%20b", b"{}")
    assert headers == {
        "Host": "xn--bcher-kva.example:8080",
        "Accept-Encoding": "identity",
        "Content-Length": "2",
        "Connection": "close",
        "X-A": "b",
    }


@pytest.mark.parametrize("to", ["http://127.0.0.1:1/", "https://example.com/", "/elsewhere"])
def test_no_redirect_is_followed(to: str, seen: Seen) -> None:
    seen.answer = (302, {"Location": to}, b"")
    names = Names([PUBLIC])
    heard = call(Line(resolve=names, dial=Dialled(seen.port)), "POST", "http://a.example/", {}, b"")
    assert (heard.status, len(names.asked), seen.connections) == (302, 1, 1)


def test_no_proxy_of_the_environment_is_asked(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{seen.port}")
    dialled: list[str] = []

    def dial(number: str, _port: int, _seconds: float) -> socket.socket:
        dialled.append(number)
        raise ConnectionRefusedError

    with pytest.raises(Unreachable) as refused:
        call(Line(resolve=Names([PUBLIC]), dial=dial), "POST", "http://a.example/", {}, b"")
    assert (refused.value.reason, dialled, seen.connections) == ("connection", [PUBLIC], 0)


def test_no_more_than_a_part_of_an_endless_answer_is_read(seen: Seen) -> None:
    seen.answer = (200, {}, b"x" * 5_000_000)
    heard = call(
        Line(resolve=Names([PUBLIC]), dial=Dialled(seen.port)), "POST", "http://a.example/", {}, b""
    )
    assert len(heard.body) == 100_000


class Slow:
    """A server that says what it is told, byte by byte, and then nothing; it never hangs up."""

    def __init__(self, words: bytes, every: float) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._serve, args=(words, every), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.over.set()
        self.thread.join()

    def _serve(self, words: bytes, every: float) -> None:
        with self.listener:
            line, _from = self.listener.accept()
        with line:
            try:
                for one in words:
                    line.sendall(bytes([one]))
                    if self.over.wait(every):
                        return
            except OSError:
                return
            self.over.wait()


@pytest.mark.parametrize("words", [b"", b"HTTP/1.1 200 OK\r\n" + b"x-a: b\r\n" * 10_000])
def test_nobody_holds_a_call_for_longer_than_it_may_take(words: bytes) -> None:
    slow = Slow(words, 0.05)
    line = Line(resolve=Names([PUBLIC]), dial=Dialled(slow.port), seconds=0.4)
    with pytest.raises(Unreachable) as refused:
        call(line, "POST", "http://a.example/", {}, b"")
    slow.stop()
    assert refused.value.reason == "time"


def test_a_look_up_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = threading.Event()

    def look_up(*_what: Any, **_how: Any) -> list[Any]:
        waiting.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(Unreachable) as refused:
        call(Line(dial=never, seconds=0.2), "POST", "http://a.example/", {}, b"")
    waiting.set()
    assert refused.value.reason == "address"


def test_this_machine_is_called_where_the_settings_allow_it(seen: Seen) -> None:
    heard = call(Line(allow_loopback=True), "POST", f"http://127.0.0.1:{seen.port}/", {}, b"{}")
    assert (heard.status, heard.body) == (200, b"fine")
    with pytest.raises(Unreachable):
        call(Line(allow_loopback=True, dial=never), "POST", "http://10.0.0.1/", {}, b"{}")


def test_a_certificate_of_another_host_is_refused() -> None:
    # Nobody signed this machine's answer for that name: the handshake fails, nothing is sent.
    slow = Slow(b"no TLS here", 0.0)
    line = Line(resolve=Names([PUBLIC]), dial=Dialled(slow.port), seconds=2)
    with pytest.raises(Unreachable) as refused:
        call(line, "POST", "https://a.example/", {}, b"")
    slow.stop()
    assert refused.value.reason in ("connection", "time")


@pytest.mark.parametrize("number", [PUBLIC, "1.1.1.1", "2606:4700:4700::1111", "8.8.8.8"])
def test_public_numbers_are_public(number: str) -> None:
    assert is_public(number)
