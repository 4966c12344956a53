-- What one database of the service needs before its first migration. Run as a superuser in that
-- database after roles.sql, as often as one likes.
DO $database$
DECLARE
    extension text;
    opened regprocedure;
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %I TO zuke_owner', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO zuke_app', current_database());

    -- public is in no search_path and holds no table.
    REVOKE ALL ON SCHEMA public FROM PUBLIC;

    CREATE SCHEMA IF NOT EXISTS ext;
    ALTER SCHEMA ext OWNER TO zuke_owner;
    GRANT USAGE ON SCHEMA ext TO PUBLIC;
    FOREACH extension IN ARRAY ARRAY['pg_trgm', 'btree_gin', 'unaccent', 'citext'] LOOP
        EXECUTE format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA ext', extension);
    END LOOP;

    -- These read whole tables by name, or files of the server, and so would walk out of a tenant's
    -- role or past its search_path.
    FOR opened IN
        SELECT p.oid::regprocedure
        FROM pg_proc AS p
        WHERE p.pronamespace = 'pg_catalog'::regnamespace
          AND p.proname ~ '^(query_to_xml|table_to_xml|schema_to_xml|database_to_xml|cursor_to_xml|lo_|pg_read_)'
          AND has_function_privilege('public', p.oid, 'EXECUTE')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', opened);
    END LOOP;
END
$database$;
