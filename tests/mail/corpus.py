"""Mails as the world sends them: real shapes of many programs, broken ones, and those made to harm.

Each says what has to become of it when it comes to Bob's own address.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

BOB, FRANK, WANG = "bob@acme.example", "frank@fence.example", "wang@beifeng.example"
XSS = (
    "<script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)>"
    '<a href="javascript:alert(1)">go</a><iframe src="https://evil.example"></iframe>'
    '<form action="https://evil.example"><input name=p></form><base href="https://evil.example">'
    '<meta http-equiv=refresh content="0;url=https://evil.example"><p style="background:url(//e)">'
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></math>"
    '<b onclick="alert(1)" style="position:fixed;color:red">Hello Bob</b>'
)


@dataclass(frozen=True)
class Case:
    """One mail: its bytes, what becomes of it, and what of it must or must not be shown."""

    name: str
    make: Callable[[], bytes]
    fate: str = "stored"
    why: str | None = None
    direction: str = "in"
    subject: str | None = None
    shows: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def plain(
    body: str = "Hello Bob",
    *,
    sender: str = f"Frank Fence <{FRANK}>",
    to: str = BOB,
    subject: str = "Fences",
    **headers: str,
) -> Callable[[], bytes]:
    def made() -> bytes:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, to, subject
        mail["Message-ID"] = "<one@fence.example>"
        for name, value in headers.items():
            del mail[name.replace("_", "-")]
            mail[name.replace("_", "-")] = value
        mail.set_content(body)
        return mail.as_bytes()

    return made


def raw(text: str | bytes) -> Callable[[], bytes]:
    content = text.encode() if isinstance(text, str) else text
    return lambda: content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def forwarded(
    block: str, note: str = "", subject: str = "Fwd: Fences", **headers: str
) -> Callable[[], bytes]:
    """A mail that Bob forwards to his own address."""
    return plain(
        f"{note}\n\n{block}",
        sender=f"Bob Baker <{BOB}>",
        to="acme+me@in.zuke.test",
        subject=subject,
        **headers,
    )


def in_charset(charset: str, label: str | None = None) -> Callable[[], bytes]:
    """A Chinese mail of one encoding, in base64, under the name that programs give it."""
    body = base64.b64encode("您好，围栏的报价请查收。龘".encode(charset)).decode()
    name = base64.b64encode("王小明".encode(charset)).decode()
    subject = base64.b64encode("围栏报价".encode(charset)).decode()
    label = label or charset
    return raw(
        f"From: =?{label}?B?{name}?= <{FRANK}>\nTo: {BOB}\nSubject: =?{label}?B?{subject}?=\n"
        f"Message-ID: <cn@fence.example>\nContent-Type: text/plain; charset={label}\n"
        f"Content-Transfer-Encoding: base64\n\n{body}\n"
    )


def claims(charset: str, body: bytes) -> Callable[[], bytes]:
    """A mail whose body claims to be of an encoding."""
    head = (
        f"From: {FRANK}\nTo: {BOB}\nSubject: Fences\nMessage-ID: <cl@fence.example>\n"
        f"Content-Type: text/plain; charset={charset}\n"
        "Content-Transfer-Encoding: base64\n\n"
    )
    return raw(head.encode() + base64.encodebytes(body))


def html_only(html: str) -> Callable[[], bytes]:
    def made() -> bytes:
        mail = MIMEText(html, "html", "utf-8")
        mail["From"], mail["To"], mail["Subject"] = FRANK, BOB, "Fences"
        mail["Message-ID"] = "<html@fence.example>"
        return mail.as_bytes()

    return made


def with_files(*names: str, kind: str = "mixed") -> Callable[[], bytes]:
    def made() -> bytes:
        mail = MIMEMultipart(kind)
        mail["From"], mail["To"], mail["Subject"] = FRANK, BOB, "Fences"
        mail["Message-ID"] = "<files@fence.example>"
        mail.attach(MIMEText("See the file", "plain", "utf-8"))
        for name in names:
            part = MIMEApplication(b"content of a file", "octet-stream")
            part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
            mail.attach(part)
        return mail.as_bytes()

    return made


def nested(depth: int) -> Callable[[], bytes]:
    def made() -> bytes:
        top = "\n".join(
            f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}"
            for level in range(depth)
        )
        head = f"From: {FRANK}\nTo: {BOB}\nSubject: Deep\nMessage-ID: <deep@fence.example>\n"
        return f"{head}{top}\nContent-Type: text/plain\n\nDeep below\n".encode()

    return made


def calendar() -> bytes:
    mail = MIMEMultipart("alternative")
    mail["From"], mail["To"], mail["Subject"] = FRANK, BOB, "Invitation: Fences"
    mail["Message-ID"] = "<cal@fence.example>"
    mail.attach(MIMEText("Let us meet", "plain", "utf-8"))
    event = MIMEText("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "calendar", "utf-8")
    event.set_param("method", "REQUEST")
    mail.attach(event)
    return mail.as_bytes()


def mail_in_mail() -> bytes:
    inner = EmailMessage()
    inner["From"], inner["To"], inner["Subject"] = "x@y.example", BOB, "Inner"
    inner.set_content("Inside")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = FRANK, BOB, "Fences"
    mail["Message-ID"] = "<outer@fence.example>"
    mail.set_content("See the mail")
    mail.add_attachment(inner)
    return mail.as_bytes()


GMAIL = f"""---------- Forwarded message ---------
From: Frank Fence <{FRANK}>
Date: Fri, Nov 20, 2026 at 9:30 AM
Subject: Fences
To: Bob Baker <{BOB}>

Green ones please."""
OUTLOOK = f"""________________________________
From: Frank Fence <{FRANK}>
Sent: Friday, November 20, 2026 9:30 AM
To: Bob Baker <{BOB}>
Subject: Fences

Green ones please."""
OUTLOOK_OLD = f"""-----Original Message-----
From: Frank Fence [mailto:{FRANK}]
Sent: Friday, November 20, 2026 9:30 AM
To: Bob Baker
Subject: Fences

Green ones please."""
APPLE = f"""> Begin forwarded message:
>
> From: Frank Fence <{FRANK}>
> Subject: Fences
> Date: 20 November 2026 at 09:30:00 GMT
> To: Bob Baker <{BOB}>
>
> Green ones please."""
QQ = f"""------------------ 原始邮件 ------------------
发件人: "王小明" <{FRANK}>;
发送时间: 2026年11月20日(星期五) 上午9:30
收件人: "Bob"<{BOB}>;
主题: 围栏

请报绿色围栏的价。"""
NETEASE = f"""---- 转发的邮件 ----
| 发件人 | 王小明<{FRANK}> |
| 发件人： | 王小明<{FRANK}> |
日期： 2026年11月20日 09:30
收件人： {BOB}
主题： 围栏

请报绿色围栏的价。"""
FOXMAIL = f"""

发件人： 王小明
发件人： 王小明 <{FRANK}>
发送时间： 2026-11-20 09:30
收件人： Bob
主题： 围栏

请报绿色围栏的价。"""
OUTLOOK_CN = f"""________________________________
发件人: 王小明 <{FRANK}>
发送时间: 2026年11月20日 9:30
收件人: Bob Baker <{BOB}>
主题: 围栏

请报绿色围栏的价。"""
WRITES = f"Bob Baker <{BOB}>"

CORPUS = (
    Case("plain", plain(), subject="Fences", shows=("Hello Bob",)),
    Case("hidden copy of Bob's own", plain(sender=WRITES, to=FRANK), direction="out"),
    Case("copy to a customer", plain(sender=WRITES, to="x@y.example", Cc=FRANK), direction="out"),
    Case("forwarded by Gmail", forwarded(GMAIL), subject="Fences", shows=("Green ones",)),
    Case("forwarded by Outlook", forwarded(OUTLOOK), subject="Fences", shows=("Green ones",)),
    Case("forwarded by an old Outlook", forwarded(OUTLOOK_OLD), subject="Fences"),
    Case("forwarded by Apple", forwarded(APPLE), subject="Fences", shows=("Green ones",)),
    Case("forwarded by QQ", forwarded(QQ), subject="围栏", shows=("请报绿色",)),
    Case("forwarded by 163", forwarded(NETEASE), subject="围栏", shows=("请报绿色",)),
    Case("forwarded by Foxmail", forwarded(FOXMAIL), subject="围栏", shows=("请报绿色",)),
    Case("forwarded by a Chinese Outlook", forwarded(OUTLOOK_CN), subject="围栏"),
    Case(
        "people written oddly",
        raw(
            f"From: Frank Fence <{FRANK}>,\nTo: {BOB}, , x (a, b) <x@fence.example>,\n"
            "Subject: Fences\nMessage-ID: <odd@fence.example>\n\nHello Bob"
        ),
        shows=("Hello Bob",),
    ),
    Case("forwarded with a note", forwarded(GMAIL, "Please call him"), shows=("call him",)),
    Case("GB18030", in_charset("gb18030"), subject="围栏报价", shows=("围栏的报价",)),
    Case("GB2312 that is GBK", in_charset("gb18030", "gb2312"), shows=("龘",)),
    Case(
        "Big5",
        raw(
            f"From: {FRANK}\nTo: {BOB}\nSubject: Fences\nMessage-ID: <b5@fence.example>\n"
            "Content-Type: text/plain; charset=big5\n\n".encode()
            + "圍欄報價".encode("big5")
        ),
        shows=("圍欄報價",),
    ),
    Case(
        "UTF-8 without saying so",
        raw(f"From: {FRANK}\nTo: {BOB}\nSubject: 围栏\nMessage-ID: <u@fence.example>\n\n您好"),
        subject="围栏",
        shows=("您好",),
    ),
    Case("an encoding that there is not", in_charset("utf-8", "x-unknown"), shows=("您好",)),
    Case(
        "quoted-printable",
        raw(
            f"From: {FRANK}\nTo: {BOB}\nSubject: =?utf-8?q?F=C3=A9nces?=\n"
            "Message-ID: <qp@fence.example>\nContent-Type: text/plain; charset=utf-8\n"
            "Content-Transfer-Encoding: quoted-printable\n\nGr=C3=BCn=\n blau"
        ),
        subject="Fénces",
        shows=("Grün blau",),
    ),
    Case("HTML alone", html_only("<p>Hello <b>Bob</b></p><p>Bye</p>"), shows=("Hello Bob",)),
    Case(
        "scripts", html_only(XSS), shows=("Hello Bob",), hides=("alert(", "onerror", "evil.example")
    ),
    Case(
        "script in the subject", plain(subject="<script>alert(1)</script>"), hides=("<script>al",)
    ),
    Case(
        "script in a name",
        plain(sender=f'"<img src=x onerror=1>" <{FRANK}>'),
        hides=("<img src=x",),
    ),
    Case("files", with_files("报价.pdf", "plan.dwg"), files=("报价.pdf", "plan.dwg")),
    Case("a path for a name", with_files("../../etc/passwd"), files=("passwd",)),
    Case("winmail.dat", with_files("winmail.dat"), files=("winmail.dat",)),
    Case("an invitation", calendar, files=("invite.ics",), shows=("Let us meet",)),
    Case("a mail within", mail_in_mail, files=("mail.eml",), hides=("Inside",)),
    Case("no Message-ID", raw(f"From: {FRANK}\nTo: {BOB}\nSubject: Fences\n\nHello Bob")),
    Case(
        "no subject", raw(f"From: {FRANK}\nTo: {BOB}\nMessage-ID: <s@f.example>\n\nHi"), subject=""
    ),
    Case(
        "no body", raw(f"From: {FRANK}\nTo: {BOB}\nSubject: Fences\nMessage-ID: <e@f.example>\n\n")
    ),
    Case("a date of another age", plain(Date="Mon, 1 Jan 1900 00:00:00 +0000")),
    Case("a broken date", plain(Date="yesterday"), shows=("Hello Bob",)),
    Case(
        "a boundary that never comes",
        raw(
            f"From: {FRANK}\nTo: {BOB}\nSubject: Fences\nMessage-ID: <bd@f.example>\n"
            "Content-Type: multipart/mixed; boundary=x\n\n--y\nHello Bob"
        ),
    ),
    Case(
        "broken base64",
        raw(
            f"From: {FRANK}\nTo: {BOB}\nSubject: =?utf-8?B?!!!?=\nMessage-ID: <bb@f.example>\n"
            "Content-Transfer-Encoding: base64\n\nSGVsbG8gQm9i!!!"
        ),
    ),
    Case(
        "ten thousand headers",
        raw(
            f"From: {FRANK}\nTo: {BOB}\nSubject: Fences\nMessage-ID: <th@f.example>\n"
            + "".join(f"X-{n}: a\n" for n in range(10_000))
            + "\nHello Bob"
        ),
    ),
    Case(
        "zero bytes within",
        raw(f"From: {FRANK}\nTo: {BOB}\nSubject: Fen\0ces\nMessage-ID: <z@f.example>\n\nHel\0lo"),
        shows=("Hello",),
    ),
    Case("a sender of nothing but signs", plain(f"From: {'@' * 4900}\nTo: x\n\nHello Bob")),
    Case(
        "recipients of nothing but signs",
        forwarded(GMAIL.replace("To: ", "To: " + ("@" * 4000 + "\n") * 40)),
        shows=("Green ones",),
    ),
    Case("a sender within a thousand brackets", plain("From: " + "(" * 4900 + "\nTo: x")),
    Case("tags that never end", html_only("<p>Hello Bob</p>" + "<br " * 400_000), shows=("Hello",)),
    Case("halves of characters", claims("unicode_escape", b"Hello Bob \\ud800"), shows=("Hello",)),
    Case("halves in seven bits", claims("utf-7", b"Hello Bob +2AA-"), shows=("Hello Bob",)),
    Case("a codec that takes for ever", claims("punycode", b"a" * 300_000 + b"-" + b"b" * 300_000)),
    Case(
        "halves of characters in a name of a file",
        raw(
            f"From: {FRANK}\nTo: {BOB}\nSubject: Fences\nMessage-ID: <h@f.example>\n"
            "Content-Disposition: attachment; filename*=unicode_escape''%5Cud800x.txt\n\nHello"
        ),
        files=("ud800x.txt",),
    ),
    Case(
        "a Message-ID of bytes and zeros",
        raw(
            f"From: {FRANK}\nTo: {BOB}\nSubject: Fences\n".encode()
            + b"Message-ID: <a\xff\0b@f.example>\nIn-Reply-To: <c\xff\0@f.example>\n"
            + b"References: <d\xfe@f.example> <e\0@f.example>\n\nHello Bob"
        ),
        shows=("Hello Bob",),
    ),
    Case("a thousand parts in one another", nested(1000), fate="failed", why="broken"),
    Case("nothing at all", raw(""), fate="failed", why="broken"),
    Case("no sender", raw(f"To: {BOB}\nSubject: Fences\n\nHello"), fate="failed", why="broken"),
    Case("a stranger", plain(sender="eve@evil.example"), fate="skipped", why="unknown"),
    Case("an absence", plain(Auto_Submitted="auto-replied"), fate="skipped", why="automatic"),
    Case("a mailing list", plain(Precedence="list"), fate="skipped", why="list"),
    Case("a mass mail", plain(Precedence="bulk"), fate="skipped", why="automatic"),
    Case(
        "a newsletter",
        plain(List_Id="Fence news <news.fence.example>", Precedence="bulk"),
        fate="skipped",
        why="list",
    ),
    Case(
        "a newsletter that says nothing but its list",
        plain(List_Id="<news.fence.example>", List_Unsubscribe="<https://fence.example/u>"),
        fate="skipped",
        why="list",
    ),
    Case(
        "one written to one person by a program of sellers",
        plain(List_Unsubscribe="<https://fence.example/u>"),
        shows=("Hello Bob",),
    ),
    Case(
        "a newsletter that Bob forwarded",
        forwarded(GMAIL, List_Id="<news.fence.example>", Precedence="list"),
        subject="Fences",
    ),
    Case("the service's own", plain(sender="no-reply@zuke.test"), fate="skipped", why="own"),
    Case(
        "one from an address for mail in",
        plain(sender="acme+x@in.zuke.test"),
        fate="skipped",
        why="own",
    ),
    Case(
        "one that goes around",
        raw(
            "".join("Received: from a by b\n" for _n in range(60))
            + f"From: {FRANK}\nTo: {BOB}\nSubject: Fences\n\nHello"
        ),
        fate="skipped",
        why="loop",
    ),
)
