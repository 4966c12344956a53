"""Putting the application together: database, shell, routes, edge; each part hands itself over."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from app import modules
from app.automation import wiring as automation
from app.billing import wiring as billing
from app.founding import jobs as founding
from app.front import wiring as front
from app.handover import wiring as handover
from app.home import wiring as home
from app.identity import wiring as identity
from app.jobs import registry as jobs
from app.kernel import clock, language
from app.leaving import wiring as leaving
from app.mail.send import send_mail
from app.operator import wiring as operator
from app.ops import wiring as ops
from app.records import wiring as records
from app.reports import wiring as reports
from app.request import serve
from app.samples import wiring as samples
from app.web import routes as web
from app.web.access import declared_access
from app.web.assets import STATIC, asset, icon
from app.web.forgery import protect_forms
from app.web.headers import send_headers
from app.web.shell import Shell
from app.web.uploads import UploadRequest
from app.web.visit import keep_visits
from config.logging import configure_logging
from config.settings import Settings
from tenants.database import connect_app

FORM_MEMORY = 2 * 1024 * 1024  # Bytes of form fields kept in memory.
FORM_PARTS = 1000


class UndeclaredRoute(RuntimeError):
    """A route without a declaration of who may call it; the service does not start with one."""


def assemble(settings: Settings, *, for_jobs: bool = False) -> Flask:
    """The application with everything that `settings` decides."""
    configure_logging(settings)
    clock.follow(settings.moved_clock)
    app = Flask("app", static_folder=None, template_folder="web/templates")
    app.request_class = UploadRequest
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.earlier_keys),
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        MAX_FORM_MEMORY_SIZE=FORM_MEMORY,
        MAX_FORM_PARTS=FORM_PARTS,
    )
    app.extensions["settings"] = settings
    app.extensions["shell"] = Shell()
    timeout = settings.job_statement_timeout_ms if for_jobs else settings.statement_timeout_ms
    connect_app(app, settings, statement_timeout_ms=timeout)
    _templates(app)
    keep_visits(app, settings)
    protect_forms(app)
    send_headers(app, settings)
    serve(app, settings)
    _parts(app, settings)
    _demand_declarations(app)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(STATIC),
        prefix="static/",
        max_age=31_536_000,
        immutable_file_test=_is_hashed,
    )
    _trust_proxies(app, settings)
    return app


def _trust_proxies(app: Flask, settings: Settings) -> None:
    """Take the visitor's address and scheme from our own proxies, the host from the client."""
    hops = settings.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=0, x_port=0, x_prefix=0
        )


def _templates(app: Flask) -> None:
    """What every template may call, translated by the catalogues loaded at start-up."""
    environment = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals.update(
        _=language.gettext,
        gettext=language.gettext,
        ngettext=language.ngettext,
        icon=icon,
        asset=asset,
    )
    environment.globals["labelled"] = language.labelled
    environment.filters["listed"] = language.listed


def _parts(app: Flask, settings: Settings) -> None:
    """Let each layer hand over its routes and what it shows around every page."""
    registry = modules.install_record_types()
    app.register_blueprint(web.blueprint)
    jobs.connect(app, jobs.Registry((*modules.JOBS, *founding.JOBS)))
    ops.wire(app, settings)
    operator.wire(app, settings)
    front.wire(app)
    identity.wire(app, send_mail)
    records.wire(app, registry, modules.MODULES)
    reports.wire(app, modules.MODULES)
    handover.wire(app)
    leaving.wire(app)
    samples.wire(app)
    billing.wire(app)
    automation.wire(app)
    home.wire(app)
    for module in modules.MODULES:
        for blueprint in module.blueprints:
            app.register_blueprint(blueprint)


def _demand_declarations(app: Flask) -> None:
    """Raise UndeclaredRoute when a route does not say who may call it."""
    silent = [name for name, route in app.view_functions.items() if declared_access(route) is None]
    if silent:
        raise UndeclaredRoute(f"Routes without @access: {', '.join(sorted(silent))}.")


def _is_hashed(path: str, _url: str) -> bool:
    """True for built files, whose names change with their content."""
    return "/dist/" in path and not path.endswith("manifest.json")
