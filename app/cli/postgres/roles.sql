-- The roles of the service, once for each server. Run as a superuser, as often as one likes:
-- by the embedded server, by `zuke doctor --fix`, and by compose when it makes its database.
DO $roles$
DECLARE
    -- The group of all tenants, the login that migrates and provisions, the login of web and worker.
    wanted CONSTANT text[][] := ARRAY[
        ['zuke_tenant', 'NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE'],
        ['zuke_owner', 'LOGIN CREATEROLE NOSUPERUSER NOBYPASSRLS NOCREATEDB'],
        -- Members inherit unless told otherwise: NOINHERIT is what makes "no rights of its own" true.
        ['zuke_app', 'LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE']
    ];
    role text[];
BEGIN
    FOREACH role SLICE 1 IN ARRAY wanted LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I %s', role[1], role[2]);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            EXECUTE format('ALTER ROLE %I %s', role[1], role[2]);
        END;
    END LOOP;
    -- The usual path begins with "$user": a tenant's role alone would find its schema by it.
    ALTER ROLE zuke_app SET search_path TO pg_catalog;
    -- The owner creates each tenant's role as a member of the group, which takes its ADMIN OPTION.
    GRANT zuke_tenant TO zuke_owner WITH ADMIN OPTION;
END
$roles$;
