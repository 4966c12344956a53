"""Who may do what in the database: the facts that the isolation of workspaces rests on."""

from psycopg2.extensions import cursor

from app.cli.diagnosis.finding import Finding, fail, ok, warn

FIX = "Run `zuke doctor --fix --superuser-url URL`, or app/cli/postgres/*.sql as a superuser."

# What each role must be: superuser, passes row security, inherits, makes roles, signs in.
FLAGS = {
    "zuke_app": {"super": False, "bypassrls": False, "inherit": False, "createrole": False},
    "zuke_owner": {"super": False, "bypassrls": False, "createrole": True},
    "zuke_tenant": {"super": False, "bypassrls": False, "canlogin": False, "createrole": False},
}


def roles(database: cursor) -> Finding:
    """Compare the attributes of our roles with what they must be."""
    database.execute(
        "SELECT rolname, rolsuper, rolbypassrls, rolinherit, rolcreaterole, rolcanlogin"
        " FROM pg_roles WHERE rolname = ANY(%s)",
        (list(FLAGS),),
    )
    columns = ("super", "bypassrls", "inherit", "createrole", "canlogin")
    found = {row[0]: dict(zip(columns, row[1:], strict=True)) for row in database.fetchall()}
    wrong = [f"{name} is missing" for name in FLAGS if name not in found]
    wrong += [
        f"{name} {'must' if wanted else 'must not'} have {flag.upper()}"
        for name, flags in FLAGS.items()
        for flag, wanted in flags.items()
        if name in found and found[name][flag] is not wanted
    ]
    if wrong:
        return fail("roles", f"{'; '.join(wrong)}.", FIX)
    return ok("roles", "The roles have the attributes that isolation rests on.")


def login(database: cursor) -> Finding:
    """Tell whether the application signs in as the login without rights of its own."""
    database.execute(
        "SELECT rolname, rolsuper OR rolbypassrls OR rolinherit OR EXISTS"
        " (SELECT FROM pg_namespace WHERE nspowner = r.oid)"
        " FROM pg_roles AS r WHERE rolname = current_user"
    )
    row = database.fetchone()
    name, strong = (str(row[0]), bool(row[1])) if row else ("", True)
    if strong:
        return fail(
            "application login",
            f"The application signs in as {name}, which has rights of its own.",
            "Set DATABASE_URL to the login zuke_app.",
        )
    return ok("application login", f"The application signs in as {name}, which owns nothing.")


def public_schema(database: cursor) -> Finding:
    """Tell whether schema public is closed and empty."""
    database.execute(
        "SELECT has_schema_privilege('public', 'public', 'CREATE')"
        " OR has_schema_privilege('public', 'public', 'USAGE'),"
        " (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace)"
    )
    row = database.fetchone()
    opened, tables = (bool(row[0]), int(row[1])) if row else (True, 0)
    if opened:
        return fail("public", "Everybody may use schema public.", FIX)
    if tables:
        return warn("public", f"Schema public holds {tables} relations.", "Look whose they are.")
    return ok("public", "Schema public is closed and empty.")


def functions(database: cursor) -> Finding:
    """Tell whether functions that walk out of a tenant's role are open to everybody."""
    database.execute(
        "SELECT DISTINCT proname FROM pg_proc"
        " WHERE proname ~ '^(query_to_xml|table_to_xml|schema_to_xml|database_to_xml"
        "|cursor_to_xml|lo_|pg_read_|dblink)'"
        " AND has_function_privilege('public', oid, 'EXECUTE') ORDER BY proname"
    )
    opened = [str(row[0]) for row in database.fetchall()]
    if opened:
        # Managed servers give nobody the right to close them: the service runs, and says so.
        return warn("functions", f"Everybody may call {', '.join(opened)}.", FIX)
    return ok("functions", "Functions that would walk out of a workspace are closed.")


RIGHTS = (roles, login, public_schema, functions)
