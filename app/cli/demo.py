"""`zuke demo`: the whole service on this machine, with two workspaces to look around in."""

import http.client
import shutil
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from types import FrameType

from app.cli.demo_state import (
    DATABASE,
    FILES,
    STATE,
    DemoState,
    demo_urls,
    load_state,
    new_secret,
)
from app.cli.errors import CommandError
from app.cli.ports import DEFAULT_PORT, port_problem
from app.cli.postgres.places import ROOT
from app.cli.processes import Processes
from app.cli.tether import tethered
from config.machine import child_environment

NAME = "demo"
HELP = "Run the whole service here, with two workspaces to look around in."

READY_WITHIN = 90.0
ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

WELCOME = """
Zuke 租客 is ready. Press Ctrl-C to stop.

  Service     http://localhost:{port}/
  北风贸易    http://beifeng.localhost:{port}/      owner@beifeng.example
  Harbor      http://harbor.localhost:{port}/       owner@harbor.example
  Operator    http://localhost:{port}/operator      operator@zuke.example
  Mail sent   http://localhost:{port}/operator/mail
  Stripe      http://127.0.0.1:{stripe_port}/clock moves the demo's time; nobody is charged
  Mail in     smtp://127.0.0.1:{mail_in_port} to one's address of Settings, Mail in

  Password of all: demo-Zuke-2026
  Each workspace also has manager@, rep@, agent@, marketer@ and viewer@.
  Logs are in {logs}
"""


class _Stopped(Exception):
    """The user or the system asked the demo to end."""


def configure(parser: ArgumentParser) -> None:
    """Declare the port, a new beginning, and the account of the database."""
    parser.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, help="port of the service (8000)"
    )
    parser.add_argument("--reset", action="store_true", help="throw the demo's data away first")
    parser.add_argument("--as", dest="account", help="as root: account PostgreSQL runs under")


def run(args: Namespace) -> int:
    """Start everything, say where it is, and stay in front until asked to end."""
    _refuse_used_port(args.port)
    processes = Processes(STATE / "logs")
    for ending in ENDINGS:
        signal.signal(ending, _stop)
    with suppress(_Stopped), _database(args) as (app_url, owner_url):
        try:
            _serve(_state(args), app_url, owner_url, processes)
        finally:
            # A second Ctrl-C must not leave programs behind; stopping has a time limit.
            for ending in ENDINGS:
                signal.signal(ending, signal.SIG_IGN)
            print("Stopping…", file=sys.stderr, flush=True)
            processes.stop()
    return 0


def _serve(state: DemoState, app_url: str, owner_url: str, processes: Processes) -> None:
    """Prepare the data, start the programs, and watch them until somebody ends the demo."""
    web = child_environment(
        **state.environment(app_url), DATABASE_OWNER_URL=None, PYTHONPATH=str(ROOT)
    )
    owner = {**web, "DATABASE_OWNER_URL": owner_url}
    FILES.mkdir(parents=True, exist_ok=True)
    print("Preparing the workspaces…", file=sys.stderr, flush=True)
    _prepare(owner)
    state.save()
    processes.start("mail", ["-m", "app.cli", "mailsink", "--port", str(state.mail_port)], owner)
    mail_in = ["-m", "app.cli", "mail-in", "--port", str(state.mail_in_port)]
    processes.start("mail-in", mail_in, web)
    notify = f"http://localhost:{state.port}/webhooks/stripe"
    stripe = ["--port", str(state.stripe_port), "--file", str(FILES / "stripe.json")]
    stripe = ["-m", "app.cli", "stripe-standin", *stripe, "--notify", notify]
    processes.start("stripe", stripe, web)
    gunicorn = ["-m", "gunicorn", "--chdir", str(ROOT), "-c", str(ROOT / "config/gunicorn.py")]
    processes.start("web", [*gunicorn, "--bind", f"127.0.0.1:{state.port}", "wsgi:app"], web)
    processes.start("worker", ["-m", "app.cli", "worker", "--owner"], owner)
    _wait_until_ready(state.port, processes)
    print(
        WELCOME.format(
            port=state.port,
            stripe_port=state.stripe_port,
            mail_in_port=state.mail_in_port,
            logs=processes.logs,
        ),
        flush=True,
    )
    while True:
        processes.check()
        time.sleep(0.5)


def _prepare(environment: dict[str, str]) -> None:
    """Migrate and make the workspaces; what went wrong is shown, since it has no log."""
    done = subprocess.run(
        tethered(["-m", "app.cli.demo_setup"]),
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    if "OperationalError" in done.stderr:
        reason = next((line for line in lines if "OperationalError" in line), lines[-1])
        raise CommandError(f"The database did not serve us: {reason.split(': ', 1)[-1]}")
    sys.stderr.write(done.stderr)
    raise CommandError("The demo's workspaces could not be prepared.")


@contextmanager
def _database(args: Namespace) -> Iterator[tuple[str, str]]:
    """Give the application's and the owner's URL; stop the server at the end if it is ours."""
    given = demo_urls()
    if given:
        if args.reset:
            raise CommandError(
                "--reset throws away only a database of our own: drop and create yours by hand."
            )
        yield given
        return
    from app.cli.postgres.databases import bootstrap, drop_database
    from app.cli.postgres.server import ensure_running

    server = ensure_running(account=args.account)
    try:
        if args.reset:
            drop_database(server.superuser_url, DATABASE)
            shutil.rmtree(FILES, ignore_errors=True)
        urls = bootstrap(server.superuser_url, DATABASE)
        yield urls.app, urls.owner
    finally:
        server.stop()


def _state(args: Namespace) -> DemoState:
    """Return this run's state, with the secret of the last run so that sign-ins survive."""
    before = load_state()
    return DemoState(
        secret_key=before.secret_key if before and not args.reset else new_secret(),
        port=args.port,
        mail_port=_free_port(),
        mail_in_port=_free_port(),
        stripe_port=_free_port(),
        account=args.account,
        own_server=demo_urls() is None,
    )


def _wait_until_ready(port: int, processes: Processes) -> None:
    """Return once the service answers that it is ready."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        processes.check()
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as web:
                web.request("GET", "/readyz")
                if web.getresponse().status == http.HTTPStatus.OK:
                    return
        except OSError:
            # Nobody listens yet.
            pass
        time.sleep(0.1)
    raise CommandError(f"The service did not get ready; see {processes.log('web')}.")


def _refuse_used_port(port: int) -> None:
    """Answer with a sentence before anything is started when the port cannot be had."""
    problem = port_problem(port)
    if problem:
        raise CommandError(problem)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _port(text: str) -> int:
    """Read a port number for argparse."""
    number = int(text)
    if not 0 < number < 65536:
        raise ValueError
    return number


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise _Stopped
