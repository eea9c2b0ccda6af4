-- Sums that answer for large domains and for all domains together (docs/decisions/0014-sums-and-leaders.md).

-- A column, since an index cannot look up an expression that may throw, as a subtraction may, under row-level security.
ALTER TABLE rollup_source ADD COLUMN failed bigint NOT NULL GENERATED ALWAYS AS (messages - dmarc_pass) STORED;
-- The largest of a day first, for store/leading-sources.ts. Most sources send one or two messages a day and would only
-- make the first of them large.
CREATE INDEX rollup_source_largest ON rollup_source (tenant_id, domain_id, day, messages) WHERE messages >= 8;
CREATE INDEX rollup_source_failing ON rollup_source (tenant_id, domain_id, day, failed) WHERE failed >= 1;

-- Counts by domain, in messages.
CREATE TABLE rollup_domain (
  tenant_id    integer NOT NULL,
  domain_id    integer NOT NULL,
  day          date NOT NULL,
  messages     bigint NOT NULL,
  dmarc_pass   bigint NOT NULL,
  dkim_aligned bigint NOT NULL,
  spf_aligned  bigint NOT NULL,
  quarantined  bigint NOT NULL,
  rejected     bigint NOT NULL,
  PRIMARY KEY (tenant_id, domain_id, day)
) WITH (fillfactor = 70);
CREATE INDEX rollup_domain_by_day ON rollup_domain (tenant_id, day);

-- Counts of all domains together by reporter and result, in messages: the sum over the stripes. Each writer takes a
-- stripe of its own (store/rollups.ts), or all would wait for each other. One stripe alone may be below 0.
CREATE TABLE rollup_tenant (
  tenant_id   integer NOT NULL,
  day         date NOT NULL,
  reporter_id integer NOT NULL,
  disposition text NOT NULL,
  dkim        boolean NOT NULL,
  spf         boolean NOT NULL,
  stripe      smallint NOT NULL,
  messages    bigint NOT NULL,
  PRIMARY KEY (tenant_id, day, reporter_id, disposition, dkim, spf, stripe)
) WITH (fillfactor = 70);

DO $wall$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['rollup_domain', 'rollup_tenant']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant_wall ON %I USING (tenant_id = (SELECT current_tenant()))
      WITH CHECK (tenant_id = (SELECT current_tenant()))', t);
  END LOOP;
END
$wall$;

-- What is stored already, tenant by tenant: an owner may be bound by the policies too.
DO $fill$
DECLARE
  one integer;
BEGIN
  FOR one IN SELECT id FROM tenant
  LOOP
    PERFORM set_config('dmarc_ops.tenant', one::text, true);
    INSERT INTO rollup_domain
      SELECT tenant_id, domain_id, day, SUM(messages), COALESCE(SUM(messages) FILTER (WHERE dkim OR spf), 0),
        COALESCE(SUM(messages) FILTER (WHERE dkim), 0), COALESCE(SUM(messages) FILTER (WHERE spf), 0),
        COALESCE(SUM(messages) FILTER (WHERE disposition = 'quarantine'), 0),
        COALESCE(SUM(messages) FILTER (WHERE disposition = 'reject'), 0)
      FROM rollup_result WHERE tenant_id = one GROUP BY 1, 2, 3;
    INSERT INTO rollup_tenant
      SELECT tenant_id, day, reporter_id, disposition, dkim, spf, 0, SUM(messages)
      FROM rollup_result WHERE tenant_id = one GROUP BY 1, 2, 3, 4, 5, 6;
  END LOOP;
  PERFORM set_config('dmarc_ops.tenant', '', true);
END
$fill$;
