"""What every visitor must leave behind: a connection that knows no tenant."""

from __future__ import annotations

import psycopg2
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tenants.database import db


def connection_is_bare(app: Flask) -> None:
    """The pooled connection wears no role, has no search path of a tenant and reaches no table."""
    with app.app_context(), db.engine.connect() as connection:
        row = connection.execute(text("SELECT current_user, current_setting('search_path')")).one()
        assert row == ("zuke_app", "pg_catalog")
        with pytest.raises(DBAPIError) as refused:
            connection.execute(text("SELECT * FROM users"))
        assert isinstance(refused.value.orig, psycopg2.errors.UndefinedTable)
