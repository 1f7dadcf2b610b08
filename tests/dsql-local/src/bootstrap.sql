-- What a fresh PostgreSQL needs to look like an Aurora DSQL cluster. Runs at every start; changes nothing that is there.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'admin') THEN
    CREATE ROLE admin LOGIN CREATEROLE;
  END IF;
END $$;
ALTER SCHEMA public OWNER TO admin;
GRANT CREATE, CONNECT ON DATABASE postgres TO admin WITH GRANT OPTION;

-- The stand-in's own tables and functions; sys is what clients see of them.
CREATE SCHEMA IF NOT EXISTS dsql_local;
CREATE SCHEMA IF NOT EXISTS sys;
GRANT USAGE ON SCHEMA sys, dsql_local TO PUBLIC;

CREATE TABLE IF NOT EXISTS dsql_local.jobs (
  job_id text PRIMARY KEY,
  status text NOT NULL DEFAULT 'submitted',
  details text NOT NULL DEFAULT '',
  job_type text NOT NULL,
  class_id oid NOT NULL,
  object_id oid NOT NULL,
  object_name text NOT NULL,
  start_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  update_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- What the worker runs, in one transaction.
  work text NOT NULL
);

CREATE OR REPLACE VIEW sys.jobs AS
  SELECT job_id, status, details, job_type, class_id, object_id, object_name, start_time, update_time
  FROM dsql_local.jobs;

CREATE OR REPLACE VIEW sys.iam_pg_role_mappings AS
  SELECT NULL::text AS iam_oid, NULL::text AS arn, NULL::text AS pg_role_name, NULL::oid AS pg_role_oid WHERE false;
GRANT SELECT ON sys.jobs, sys.iam_pg_role_mappings TO PUBLIC;

-- 128 random bits in base32: 25 characters of five bits, the last one of three.
CREATE OR REPLACE FUNCTION dsql_local.new_job_id() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT string_agg(substr('abcdefghijklmnopqrstuvwxyz234567', 1 + floor(random() * 32)::int, 1), '')
         || substr('aeimquy4', 1 + floor(random() * 8)::int, 1)
  FROM generate_series(1, 25)
$$;

-- The index exists at once but is neither valid nor maintained; the worker builds it anew. A non-unique form stands in
-- for a unique index, since duplicates are the job's failure and not the statement's.
CREATE OR REPLACE FUNCTION dsql_local.create_index_async(definition text, is_unique boolean, target text, keys text[])
RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  relation oid := target::regclass;
  known oid[] := ARRAY(SELECT indexrelid FROM pg_index WHERE indrelid = relation);
  built oid;
  work text;
  id text := dsql_local.new_job_id();
BEGIN
  IF cardinality(known) >= 24 THEN
    RAISE EXCEPTION USING ERRCODE = '54000', MESSAGE = 'more than 24 indexes per table are not allowed';
  END IF;
  PERFORM dsql_local.check_key(relation, ARRAY(
    SELECT attnum FROM pg_attribute WHERE attrelid = relation AND attname = ANY (keys)));
  EXECUTE definition;
  SELECT indexrelid INTO built FROM pg_index WHERE indrelid = relation AND NOT indexrelid = ANY (known);
  IF built IS NULL THEN
    -- IF NOT EXISTS found one: a job that has nothing to do.
    work := '';
    SELECT max(indexrelid) INTO built FROM pg_index WHERE indrelid = relation;
  ELSE
    PERFORM dsql_local.check_key(built, ARRAY(
      SELECT n::int2 FROM generate_series(1, (SELECT indnkeyatts FROM pg_index WHERE indexrelid = built)) n));
    UPDATE pg_index SET indisvalid = false, indisready = false WHERE indexrelid = built;
    work := format('DROP INDEX %s; %s', built::regclass,
                   CASE WHEN is_unique THEN regexp_replace(pg_get_indexdef(built), '^CREATE INDEX', 'CREATE UNIQUE INDEX')
                        ELSE pg_get_indexdef(built) END);
  END IF;
  INSERT INTO dsql_local.jobs (job_id, job_type, class_id, object_id, object_name, work)
  SELECT id, 'INDEX_BUILD', 'pg_class'::regclass, built, n.nspname || '.' || c.relname, work
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = built;
  RETURN id;
END $$;

-- Types that no key can have.
CREATE OR REPLACE FUNCTION dsql_local.check_key(relation oid, columns int2[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  refused text;
BEGIN
  SELECT format_type(a.atttypid, NULL) INTO refused FROM pg_attribute a
  WHERE a.attrelid = relation AND a.attnum = ANY (columns)
    AND a.atttypid IN ('bytea'::regtype, 'json'::regtype, 'jsonb'::regtype, 'interval'::regtype, 'timetz'::regtype)
  ORDER BY a.attnum LIMIT 1;
  IF refused IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = format('datatype %s is not supported in a key', refused);
  END IF;
END $$;

CREATE OR REPLACE FUNCTION dsql_local.validate_async(work text, target text)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  id text := dsql_local.new_job_id();
BEGIN
  INSERT INTO dsql_local.jobs (job_id, job_type, class_id, object_id, object_name, work)
  VALUES (id, 'VALIDATE_CONSTRAINT', 'pg_class'::regclass, target::regclass, target, work);
  RETURN id;
END $$;

CREATE OR REPLACE PROCEDURE sys.wait_for_job(IN job text, OUT succeeded boolean) LANGUAGE plpgsql AS $$
DECLARE
  found_status text;
BEGIN
  IF job !~ '^[a-z2-7]{26}$' THEN
    RAISE EXCEPTION USING ERRCODE = '22P02', MESSAGE = 'Unable to convert text to UUID';
  END IF;
  LOOP
    SELECT status INTO found_status FROM sys.jobs WHERE job_id = job;
    IF found_status IS NULL THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('job %s not found', job);
    END IF;
    EXIT WHEN found_status IN ('completed', 'failed');
    -- A new snapshot; inside a transaction block there is none to be had, and PostgreSQL says so.
    COMMIT;
    PERFORM pg_sleep(0.02);
  END LOOP;
  succeeded := found_status = 'completed';
END $$;

-- Limits of the catalog that PostgreSQL can count better than a proxy.
CREATE OR REPLACE FUNCTION dsql_local.check_schema_limits() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF tg_tag = 'CREATE SCHEMA' AND (SELECT count(*) FROM pg_namespace
      WHERE nspname NOT LIKE 'pg\_%' AND nspname NOT IN ('information_schema', 'public', 'sys', 'dsql_local')) > 10 THEN
    RAISE EXCEPTION USING ERRCODE = '54000', MESSAGE = 'more than 10 schemas not allowed';
  ELSIF tg_tag = 'CREATE TABLE' AND (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'dsql_local')) > 1000 THEN
    RAISE EXCEPTION USING ERRCODE = '54000', MESSAGE = 'creating more than 1000 tables not allowed';
  END IF;
END $$;
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'dsql_local_limits') THEN
    CREATE EVENT TRIGGER dsql_local_limits ON ddl_command_end WHEN TAG IN ('CREATE SCHEMA', 'CREATE TABLE')
      EXECUTE FUNCTION dsql_local.check_schema_limits();
  END IF;
END $$;
