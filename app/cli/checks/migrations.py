"""One head in each history, models equal migrations, and every migration up, down and up again."""

from config.machine import read_machine

DATABASE = "zuke_check"


def problems() -> list[str]:
    """Run both histories in a database that exists for this alone."""
    from sqlalchemy import create_engine

    import app.modules  # noqa: F401 - importing the modules puts their tables into the metadata.
    from app.cli.postgres.databases import create_database, drop_database
    from app.cli.postgres.server import ensure_running
    from app.kernel.model import Base
    from tenants.migrations import check

    superuser_url = read_machine().test_superuser_url
    server = None if superuser_url else ensure_running()
    url = server.superuser_url if server else str(superuser_url)
    try:
        engine = create_engine(create_database(url, DATABASE).owner)
        try:
            return list(check(engine, Base.metadata))
        finally:
            engine.dispose()
            drop_database(url, DATABASE)
    finally:
        if server:
            server.stop()
