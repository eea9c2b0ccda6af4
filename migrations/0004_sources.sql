-- What brings reports by itself (mailboxes, folders), and how each fares. Settings and secrets are not here: they
-- are in the configuration of the processes that run the sources.

CREATE TABLE source_state (
  tenant_id       integer NOT NULL REFERENCES tenant,
  -- As configured.
  name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  kind            text NOT NULL,
  place           text NOT NULL,
  last_contact_at timestamptz,
  -- When it last brought something that was not there before.
  last_report_at  timestamptz,
  -- Found at its place and not taken yet.
  waiting         bigint NOT NULL DEFAULT 0,
  -- Documents it brought; those that were there before count as known.
  taken           bigint NOT NULL DEFAULT 0,
  known           bigint NOT NULL DEFAULT 0,
  failed          bigint NOT NULL DEFAULT 0,
  -- The latest of them: [{name, code, message, at}], newest first.
  failures        jsonb NOT NULL DEFAULT '[]',
  trouble_code    text,
  trouble_message text,
  trouble_since   timestamptz,
  -- What the source itself wants to know after a restart.
  memory          jsonb,
  -- How often somebody asked it to look now, and up to which of these it has looked.
  asked           bigint NOT NULL DEFAULT 0,
  answered        bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, name)
) WITH (fillfactor = 50); -- It is the same row that changes all the time.

ALTER TABLE source_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE source_state FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON source_state USING (tenant_id = (SELECT current_tenant()))
  WITH CHECK (tenant_id = (SELECT current_tenant()));
