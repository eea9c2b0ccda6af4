-- The store: who sees what, raw documents, what was read from them, and rollups.
-- Every table carries tenant_id and a row-level policy. Grants are made after the migrations (store/grants.ts), on
-- parent tables alone: a partition has its own policies and grants, so a grant on one would leak.
-- Runs with search_path set to the schema. Functions of the owner name pg_temp last: it would come first otherwise,
-- and a temporary table could stand in for one of ours.

-- The tenant of this transaction; NULL where none is set, so that no row matches. After SET LOCAL ends the
-- setting is '' and not NULL, hence NULLIF.
CREATE FUNCTION current_tenant() RETURNS integer
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT NULLIF(current_setting('dmarc_ops.tenant', true), '')::integer $$;

CREATE TABLE tenant (
  id         integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  name       text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 100),
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Domains that reports brought (seen); an admin claims those that alerts and digests shall be about.
CREATE TABLE domain (
  tenant_id      integer NOT NULL REFERENCES tenant,
  id             integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  name           text NOT NULL CHECK (length(name) <= 300),
  first_seen_at  timestamptz NOT NULL,
  last_report_at timestamptz,
  claimed_at     timestamptz,
  claimed_by     text,
  -- Set when new figures arrived and rules have not looked at them yet.
  dirty_since    timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
) WITH (fillfactor = 50); -- Every report changes its domain's row: room for it on the same page.

CREATE TABLE reporter (
  tenant_id integer NOT NULL REFERENCES tenant,
  id        integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  name      text NOT NULL CHECK (length(name) <= 300),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
);

-- What came in, as it came. `pending` is work to do; a crash leaves it so.
CREATE TABLE raw_document (
  tenant_id     integer NOT NULL REFERENCES tenant,
  id            bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  sha256        bytea NOT NULL CHECK (length(sha256) = 32),
  size          bigint NOT NULL,
  -- How the chunks are kept: as they came, or compressed here.
  encoding      text NOT NULL CHECK (encoding IN ('as-is', 'gzip')),
  source        text NOT NULL,
  name          text NOT NULL,
  received_at   timestamptz NOT NULL,
  state         text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'processed', 'failed')),
  processed_at  timestamptz,
  error_code    text,
  error_message text,
  -- Failure reports: the bytes were replaced by their redacted form.
  redacted      boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant_id, id),
  -- The hash first, and no other index that begins with the tenant: checks of foreign keys are planned while the
  -- table is empty, when all such indexes look alike, and must not fall on one of them.
  UNIQUE (sha256, tenant_id)
);
CREATE INDEX raw_document_waiting ON raw_document (id, tenant_id) WHERE state = 'pending';

-- Attempts at reading, committed before each: what kills its reader is not tried for ever. Gone when it was read.
CREATE TABLE raw_attempt (
  tenant_id integer NOT NULL,
  raw_id    bigint NOT NULL,
  attempts  integer NOT NULL,
  PRIMARY KEY (tenant_id, raw_id),
  FOREIGN KEY (tenant_id, raw_id) REFERENCES raw_document ON DELETE CASCADE
);

CREATE TABLE raw_chunk (
  tenant_id integer NOT NULL,
  raw_id    bigint NOT NULL,
  seq       integer NOT NULL,
  data      bytea NOT NULL,
  PRIMARY KEY (tenant_id, raw_id, seq),
  FOREIGN KEY (tenant_id, raw_id) REFERENCES raw_document ON DELETE CASCADE
);
-- The chunks are compressed already; a second try would only cost time.
ALTER TABLE raw_chunk ALTER COLUMN data SET STORAGE EXTERNAL;

-- One logical aggregate report: what a reporter says of a domain and a range under one id.
CREATE TABLE aggregate_report (
  tenant_id    integer NOT NULL,
  id           bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  -- SHA-256 of reporter, report id, domain and range: texts of any length make poor index keys.
  identity     bytea NOT NULL,
  domain_id    integer NOT NULL,
  reporter_id  integer NOT NULL,
  report_id    text,
  begin_at     timestamptz,
  end_at       timestamptz,
  -- UTC days that its records are counted on.
  first_day    date NOT NULL,
  last_day     date NOT NULL,
  -- The AggregateReport as read, without its records.
  header       jsonb NOT NULL,
  records      integer NOT NULL,
  messages     bigint NOT NULL,
  dmarc_pass   bigint NOT NULL,
  dkim_aligned bigint NOT NULL,
  spf_aligned  bigint NOT NULL,
  -- How many different contents came under this identity; above 1 the rows are their union.
  versions     integer NOT NULL DEFAULT 1,
  received_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, identity),
  FOREIGN KEY (tenant_id, domain_id) REFERENCES domain,
  FOREIGN KEY (tenant_id, reporter_id) REFERENCES reporter
);
CREATE INDEX aggregate_report_by_domain ON aggregate_report (tenant_id, domain_id, last_day, id);
CREATE INDEX aggregate_report_by_day ON aggregate_report (tenant_id, last_day, id);
CREATE INDEX aggregate_report_by_reporter ON aggregate_report (tenant_id, reporter_id, last_day);

-- One document found in the raw bytes: a report, or something unreadable.
CREATE TABLE document (
  tenant_id      integer NOT NULL,
  id             bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  raw_id         bigint NOT NULL,
  member         text,
  sha256         bytea NOT NULL,
  kind           text NOT NULL CHECK (kind IN ('aggregate', 'failure', 'smtp-tls', 'unreadable')),
  outcome        text NOT NULL CHECK (outcome IN ('stored', 'duplicate', 'merged', 'unreadable')),
  -- Aggregate reports: which one, and the SHA-256 of the canonical content.
  report_id      bigint,
  content_sha256 bytea,
  error_code     text,
  error_message  text,
  problems       integer NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, raw_id) REFERENCES raw_document ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, report_id) REFERENCES aggregate_report
);
CREATE INDEX document_of_raw ON document (tenant_id, raw_id);
CREATE INDEX document_by_hash ON document (tenant_id, sha256) WHERE kind IN ('failure', 'smtp-tls');
CREATE INDEX document_of_report ON document (tenant_id, report_id) WHERE report_id IS NOT NULL;

-- What was odd about a document, in the order of discovery.
CREATE TABLE problem (
  tenant_id   integer NOT NULL,
  document_id bigint NOT NULL,
  ordinal     integer NOT NULL,
  code        text NOT NULL,
  message     text NOT NULL,
  place       text,
  PRIMARY KEY (tenant_id, document_id, ordinal),
  FOREIGN KEY (tenant_id, document_id) REFERENCES document ON DELETE CASCADE
);
CREATE INDEX problem_by_code ON problem (tenant_id, code, document_id);

-- Rows of aggregate reports. One row per report, ordinal and UTC day: a report of several days has its messages
-- spread over them. No foreign keys here and in the rollups: they would double the cost of a row.
CREATE TABLE record (
  tenant_id     integer NOT NULL,
  domain_id     integer NOT NULL,
  day           date NOT NULL,
  report_id     bigint NOT NULL,
  -- Place in the document, from 1.
  ordinal       integer NOT NULL,
  reporter_id   integer NOT NULL,
  source_ip     inet,
  messages      bigint NOT NULL,
  disposition   text,
  dkim          text,
  spf           text,
  header_from   text,
  envelope_from text,
  envelope_to   text,
  -- {reasons?, dkim?, spf?, extensions?} as in ReportRecord; NULL where all are empty.
  details       jsonb,
  PRIMARY KEY (tenant_id, domain_id, day, report_id, ordinal)
) PARTITION BY RANGE (day);
CREATE TABLE record_default PARTITION OF record DEFAULT;

-- Counts by source, in messages.
CREATE TABLE rollup_source (
  tenant_id    integer NOT NULL,
  domain_id    integer NOT NULL,
  day          date NOT NULL,
  source_ip    inet,
  messages     bigint NOT NULL,
  dmarc_pass   bigint NOT NULL,
  dkim_aligned bigint NOT NULL,
  spf_aligned  bigint NOT NULL,
  quarantined  bigint NOT NULL,
  rejected     bigint NOT NULL,
  UNIQUE NULLS NOT DISTINCT (tenant_id, domain_id, day, source_ip)
);
CREATE INDEX rollup_source_by_ip ON rollup_source (tenant_id, source_ip, day);

-- Counts by reporter and result, in messages. Dispositions outside the standards count as 'other'.
CREATE TABLE rollup_result (
  tenant_id   integer NOT NULL,
  domain_id   integer NOT NULL,
  day         date NOT NULL,
  reporter_id integer NOT NULL,
  disposition text NOT NULL CHECK (disposition IN ('none', 'pass', 'quarantine', 'reject', 'other')),
  dkim        boolean NOT NULL,
  spf         boolean NOT NULL,
  messages    bigint NOT NULL,
  PRIMARY KEY (tenant_id, domain_id, day, reporter_id, disposition, dkim, spf)
);

-- Failure reports (ARF), redacted unless the tenant keeps them as they came.
CREATE TABLE failure_report (
  tenant_id    integer NOT NULL,
  id           bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  document_id  bigint NOT NULL,
  domain_id    integer,
  arrived_at   timestamptz,
  source_ip    inet,
  auth_failure text,
  report       jsonb NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, document_id) REFERENCES document ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, domain_id) REFERENCES domain
);
CREATE INDEX failure_report_of_document ON failure_report (tenant_id, document_id);

-- SMTP TLS reports (RFC 8460), one row a policy.
CREATE TABLE tls_result (
  tenant_id    integer NOT NULL,
  id           bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  document_id  bigint NOT NULL,
  domain_id    integer,
  reporter_id  integer NOT NULL,
  report_id    text,
  begin_at     timestamptz,
  end_at       timestamptz,
  contact_info text,
  policy_type  text,
  -- Sessions.
  successful   bigint NOT NULL,
  failed       bigint NOT NULL,
  policy       jsonb NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, document_id) REFERENCES document ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, domain_id) REFERENCES domain,
  FOREIGN KEY (tenant_id, reporter_id) REFERENCES reporter
);
CREATE INDEX tls_result_of_document ON tls_result (tenant_id, document_id);

-- The wall.
DO $wall$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['domain', 'reporter', 'raw_document', 'raw_attempt', 'raw_chunk', 'aggregate_report', 'document',
    'problem', 'record', 'rollup_source', 'rollup_result', 'failure_report', 'tls_result']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant_wall ON %I USING (tenant_id = (SELECT current_tenant()))
      WITH CHECK (tenant_id = (SELECT current_tenant()))', t);
  END LOOP;
END
$wall$;
-- Not forced: the functions below, which belong to the owner, look across tenants by it.
ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON tenant USING (id = (SELECT current_tenant()));

-- The default partition is reached through its parent alone; the policy is for an owner who is bound by it.
ALTER TABLE record_default ENABLE ROW LEVEL SECURITY;
ALTER TABLE record_default FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON record_default USING (tenant_id = (SELECT current_tenant()));

-- Makes the partition of a month, unless it is there. Bounded, because the runtime role may call it.
CREATE FUNCTION ensure_record_month(month date) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = {{schema}}, pg_catalog, pg_temp
  AS $$
DECLARE
  start date := date_trunc('month', month)::date;
  part  text := 'record_' || to_char(month, 'YYYY_MM');
BEGIN
  IF month < DATE '2010-01-01' OR month > current_date + 3 THEN
    RETURN;
  END IF;
  IF to_regclass(format('{{schema}}.%I', part)) IS NOT NULL THEN
    RETURN;
  END IF;
  -- One at a time: two makers of different months would each wait for the other's lock on the parent.
  -- Who waited asks the table itself: to_regclass may remember that there was none.
  PERFORM pg_advisory_xact_lock(hashtext('dmarc_ops.ensure_record_month'));
  IF EXISTS (SELECT FROM pg_class WHERE relname = part AND relnamespace = '{{schema}}'::regnamespace) THEN
    RETURN;
  END IF;
  -- Attached, not made in place: that would wait for every reader and writer of the table, and all others for it.
  EXECUTE format('CREATE TABLE {{schema}}.%I (LIKE {{schema}}.record INCLUDING ALL)', part);
  EXECUTE format('ALTER TABLE {{schema}}.%I ENABLE ROW LEVEL SECURITY', part);
  EXECUTE format('ALTER TABLE {{schema}}.%I FORCE ROW LEVEL SECURITY', part);
  EXECUTE format('CREATE POLICY tenant_wall ON {{schema}}.%I USING (tenant_id = (SELECT {{schema}}.current_tenant()))', part);
  EXECUTE format('ALTER TABLE {{schema}}.record ATTACH PARTITION {{schema}}.%I FOR VALUES FROM (%L) TO (%L)',
    part, start, (start + interval '1 month')::date);
END
$$;

-- Across tenants: the tenant of a name, made if new.
CREATE FUNCTION ensure_tenant(tenant_name text) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = {{schema}}, pg_catalog, pg_temp
  AS $$
BEGIN
  INSERT INTO tenant (name) VALUES (tenant_name) ON CONFLICT (name) DO NOTHING;
  RETURN (SELECT id FROM tenant WHERE name = tenant_name);
END
$$;

-- Across tenants: all of them, for work that goes round.
CREATE FUNCTION all_tenants() RETURNS TABLE (id integer, name text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {{schema}}, pg_catalog, pg_temp
  AS $$ SELECT id, name FROM tenant ORDER BY id $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {{schema}} FROM PUBLIC;
