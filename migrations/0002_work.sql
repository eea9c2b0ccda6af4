-- Work: the tasks that read what came in, attempts, dead letters, retention.
-- The tables of pg-boss stand in {{queue}}, made before this by store/queue-schema.ts. They get the wall here: a job
-- belongs to the tenant that its data names; one without (a tick) to nobody, and is seen where no tenant is set.

-- What people look a document up by: the id of the job that reads it, through all retries and redrives.
ALTER TABLE raw_document
  ADD COLUMN task_id    uuid NOT NULL DEFAULT gen_random_uuid(),
  -- When retention took the bytes away; the hash stays, so that a resend is still known.
  ADD COLUMN removed_at timestamptz;
-- The tenant last: see the key of the hash.
CREATE UNIQUE INDEX raw_document_by_task ON raw_document (task_id, tenant_id);
CREATE INDEX raw_document_failed ON raw_document (id, tenant_id) WHERE state = 'failed';

-- The transaction that began the last attempt: it is under way for as long as pg_xact_status says so.
ALTER TABLE raw_attempt
  ADD COLUMN holder     xid8,
  ADD COLUMN not_before timestamptz;

-- Messages of an aggregate report as the document says, so that what became of a task can be told later.
ALTER TABLE document ADD COLUMN messages bigint NOT NULL DEFAULT 0;

-- Days after which things go; NULL keeps them.
CREATE TABLE retention (
  tenant_id      integer PRIMARY KEY REFERENCES tenant,
  records_days   integer CHECK (records_days BETWEEN 1 AND 36500),
  raw_days       integer CHECK (raw_days BETWEEN 1 AND 36500),
  failure_days   integer CHECK (failure_days BETWEEN 1 AND 36500),
  changed_at     timestamptz NOT NULL,
  changed_by     text NOT NULL,
  -- Records of days before this one are gone. Never goes back, though the setting may: their figures stand in the
  -- rollups alone, which must not be made anew from what is left.
  expired_before date
);

-- Reports that retention took away, by identity: a resend in another form must not count again.
CREATE TABLE expired_report (
  tenant_id integer NOT NULL REFERENCES tenant,
  identity  bytea NOT NULL,
  PRIMARY KEY (tenant_id, identity)
);

-- How retention finds what is old.
CREATE INDEX raw_document_by_age ON raw_document (received_at, tenant_id) WHERE removed_at IS NULL;

DO $wall$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['retention', 'expired_report']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant_wall ON %I USING (tenant_id = (SELECT current_tenant()))
      WITH CHECK (tenant_id = (SELECT current_tenant()))', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['job', 'archive']
  LOOP
    EXECUTE format('ALTER TABLE {{queue}}.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE {{queue}}.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant_wall ON {{queue}}.%I
      USING (COALESCE((data ->> ''tenant'')::integer, 0) = (SELECT COALESCE({{schema}}.current_tenant(), 0)))', t);
  END LOOP;
END
$wall$;

-- pg-boss sorts all that waits for every fetch; with this it reads what it takes. One tenant's work is found among
-- that of the others.
CREATE INDEX job_waiting ON {{queue}}.job (COALESCE((data ->> 'tenant')::integer, 0), priority DESC, created_on, id)
  WHERE state < 'active';

-- Makes a queue with pg-boss's own function, and its partition gets the wall: partitions are reached through their
-- parent alone, and the policy is for an owner who is bound by it. For migrations.
CREATE FUNCTION {{queue}}.make_queue(queue_name text, options json) RETURNS void
  LANGUAGE plpgsql
  AS $$
DECLARE
  part text;
BEGIN
  PERFORM {{queue}}.create_queue(queue_name, options);
  SELECT partition_name INTO part FROM {{queue}}.queue WHERE name = queue_name;
  EXECUTE format('ALTER TABLE {{queue}}.%I ENABLE ROW LEVEL SECURITY', part);
  EXECUTE format('ALTER TABLE {{queue}}.%I FORCE ROW LEVEL SECURITY', part);
  EXECUTE format('CREATE POLICY tenant_wall ON {{queue}}.%I
    USING (COALESCE((data ->> ''tenant'')::integer, 0) = (SELECT COALESCE({{schema}}.current_tenant(), 0)))', part);
  -- Every job is changed twice: room for that on its page, and less to clean up.
  EXECUTE format('ALTER TABLE {{queue}}.%I SET (fillfactor = 60)', part);
END
$$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {{queue}} FROM PUBLIC;

-- Ten years: a document waits for as long as it must, and a dead letter until somebody looks.
SELECT {{queue}}.make_queue('dead', '{"policy": "standard", "retryLimit": 0, "retentionMinutes": 5256000}');
SELECT {{queue}}.make_queue(name, '{"policy": "standard", "retryLimit": 3, "retryDelay": 5, "retryBackoff": true,
  "expireInSeconds": 3600, "retentionMinutes": 5256000, "deadLetter": "dead"}')
FROM unnest(ARRAY['read', 'read-large']) AS name;
-- One tick of a name waits at most; a late one is as good as its successor.
SELECT {{queue}}.make_queue('tick', '{"policy": "short", "retryLimit": 0, "expireInSeconds": 3600, "retentionMinutes": 60}');

-- Across tenants: whose work waits in which queue; tenant 0 is nobody, that is, the system. Sets one tenant after the
-- other, as whoever calls it may do too, so that it works where the owner itself is bound by the policies, and sets
-- back what was set.
CREATE FUNCTION waiting_work(queues text[]) RETURNS TABLE (queue text, tenant integer)
  LANGUAGE plpgsql SET search_path = {{schema}}, pg_catalog, pg_temp
  AS $$
DECLARE
  before text := COALESCE(current_setting('dmarc_ops.tenant', true), '');
BEGIN
  FOR tenant IN SELECT 0 UNION ALL SELECT t.id FROM all_tenants() AS t
  LOOP
    PERFORM set_config('dmarc_ops.tenant', CASE tenant WHEN 0 THEN '' ELSE tenant::text END, true);
    FOREACH queue IN ARRAY queues
    LOOP
      IF EXISTS (SELECT FROM {{queue}}.job j WHERE j.name = queue AND j.state < 'active' AND j.start_after < now()) THEN
        RETURN NEXT;
      END IF;
    END LOOP;
  END LOOP;
  PERFORM set_config('dmarc_ops.tenant', before, true);
END
$$;

-- Across tenants: drops the partitions of months whose records every tenant has let go. Gives their names.
CREATE FUNCTION drop_expired_months() RETURNS SETOF text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = {{schema}}, pg_catalog, pg_temp
  AS $$
DECLARE
  before text := COALESCE(current_setting('dmarc_ops.tenant', true), '');
  t      integer;
  mine   date;
  oldest date := 'infinity';
  part   text;
BEGIN
  FOR t IN SELECT a.id FROM all_tenants() AS a
  LOOP
    PERFORM set_config('dmarc_ops.tenant', t::text, true);
    SELECT r.expired_before INTO mine FROM retention r WHERE r.tenant_id = t;
    oldest := LEAST(oldest, COALESCE(mine, '-infinity'));
  END LOOP;
  PERFORM set_config('dmarc_ops.tenant', before, true);
  FOR part IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = '{{schema}}.record'::regclass AND c.relname ~ '^record_\d{4}_\d{2}$'
      AND to_date(substr(c.relname, 8), 'YYYY_MM') + interval '1 month' <= oldest
    ORDER BY 1
  LOOP
    -- Readers and writers of the table are not kept waiting behind us: what is busy now is dropped another day.
    BEGIN
      SET LOCAL lock_timeout = '2s';
      EXECUTE format('DROP TABLE {{schema}}.%I', part);
      RETURN NEXT part;
    EXCEPTION WHEN lock_not_available THEN
      RETURN;
    END;
  END LOOP;
END
$$;

REVOKE ALL ON FUNCTION waiting_work(text[]), drop_expired_months() FROM PUBLIC;
