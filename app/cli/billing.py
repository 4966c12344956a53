"""`zuke billing`: our plans at Stripe, and our books held against Stripe's."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING

from app.cli.errors import CommandError

if TYPE_CHECKING:
    from config.settings import Settings

NAME = "billing"
HELP = "Make our plans at Stripe, or hold our books against Stripe's."


def configure(parser: ArgumentParser) -> None:
    """Declare `sync-plans` and `reconcile`."""
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    sync = verbs.add_parser("sync-plans", help="make products and prices of config/plans.toml")
    sync.set_defaults(work=_sync)
    check = verbs.add_parser("reconcile", help="read every firm anew at Stripe")
    check.add_argument("--json", action="store_true", help="answer in JSON")
    check.set_defaults(work=_reconcile)


def run(args: Namespace) -> int:
    """Do the verb; what can't be done is one sentence and exit code 1."""
    from app.cli.application import command_app
    from tenants.billing.errors import BillingError, NotConfigured, Unreachable

    try:
        app, settings = command_app(for_jobs=True)
        with app.app_context():
            code: int = args.work(settings, args)
    except NotConfigured:
        raise CommandError("STRIPE_SECRET_KEY is missing: give the key of Stripe.") from None
    except Unreachable as error:
        raise CommandError(f"Stripe did not answer: {error}") from error
    except BillingError as error:
        raise CommandError(f"Stripe refused: {error}") from error
    return code


def _sync(settings: Settings, _args: Namespace) -> int:
    from tenants.billing.catalogue import sync_plans
    from tenants.billing.gateway import Gateway

    done = sync_plans(Gateway(settings))
    print("\n".join(done) if done else "Stripe has every plan as config/plans.toml has it.")
    return 0


def _reconcile(settings: Settings, args: Namespace) -> int:
    from app.billing.jobs import reconcile_all
    from app.kernel import clock

    report = reconcile_all(settings, clock.now())
    if args.json:
        print(json.dumps(asdict(report)))
        return 0
    print(f"{report.read} firms read, {len(report.changed)} changed: {', '.join(report.changed)}")
    for line in (*report.wrong, *report.prices):
        print(f"wrong: {line}")
    if report.waiting:
        print(f"{len(report.waiting)} notices waited and are applied again.")
    return 0
