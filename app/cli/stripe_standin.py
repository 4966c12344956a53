"""`zuke stripe-standin`: Stripe's stand-in on this machine, with our plans, for the demo."""

from __future__ import annotations

import signal
from argparse import ArgumentParser, Namespace
from pathlib import Path
from threading import Thread

from app.cli.errors import CommandError

NAME = "stripe-standin"
HELP = "Stand in for Stripe on this machine; nobody is charged."


def configure(parser: ArgumentParser) -> None:
    """Declare where to listen, where to keep the state, and whom to tell what happens."""
    parser.add_argument("--port", type=int, default=8026, help="port to listen at (8026)")
    parser.add_argument("--file", type=Path, help="file of its state; without one it forgets")
    parser.add_argument("--notify", metavar="URL", help="where notices go")


def run(args: Namespace) -> int:
    """Listen until asked to end."""
    from app.demo.stripe.hooks import Deliveries
    from app.demo.stripe.server import serve
    from app.demo.stripe.world import World
    from config.settings import command_settings
    from tenants.billing.catalogue import sync_plans
    from tenants.billing.gateway import Gateway

    settings = command_settings()
    if not settings.stripe_secret_key or not settings.stripe_webhook_secret:
        raise CommandError("STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET are missing.")
    world = World(file=args.file, clock=settings.moved_clock)
    world.load()
    world.tell_time()
    try:
        server, _standin = serve(world, settings.stripe_secret_key, port=args.port)
    except OSError as error:
        raise CommandError(f"Port {args.port} can't be had: {error.strerror}.") from error
    endings = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, endings)  # Before the threads begin.
    Thread(target=server.serve_forever, daemon=True).start()
    here = settings.model_copy(update={"stripe_api_base": world.secret["base_url"]})
    sync_plans(Gateway(here))
    deliveries = Deliveries(args.notify or "", settings.stripe_webhook_secret, world.now)
    if args.notify:
        deliveries.start()
        world.heard = deliveries.hear
    print(f"Standing in for Stripe at {world.secret['base_url']}.", flush=True)
    signal.sigwait(endings)
    deliveries.stop()
    server.shutdown()
    return 0
