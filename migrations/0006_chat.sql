-- Chat: which workspace of a platform belongs to which tenant, who in it is which user, what was asked and is not
-- answered yet, and what channels have set. All of it behind the wall; only a workspace has to find its tenant.

-- A Slack workspace, a Microsoft tenant or a Discord server. It belongs to one tenant: the key is over all of them.
CREATE TABLE chat_workspace (
  tenant_id integer NOT NULL REFERENCES tenant,
  platform  text NOT NULL CHECK (platform IN ('slack', 'teams', 'discord')),
  -- The platform's id.
  workspace text NOT NULL CHECK (length(workspace) BETWEEN 1 AND 200),
  bound_at  timestamptz NOT NULL,
  -- Who bound it: id of an actor, and the name for people.
  bound_by  text NOT NULL,
  bound_by_name text NOT NULL,
  PRIMARY KEY (platform, workspace),
  UNIQUE (tenant_id, platform, workspace)
);

-- Somebody in a workspace, as a user. Their role is the user's, read at each request.
CREATE TABLE chat_person (
  tenant_id  integer NOT NULL,
  platform   text NOT NULL,
  workspace  text NOT NULL,
  person     text NOT NULL CHECK (length(person) BETWEEN 1 AND 200),
  -- As the platform shows it, when they were linked.
  name       text NOT NULL,
  account_id integer NOT NULL,
  -- The platform vouched for the address of the user, or they brought a code.
  how        text NOT NULL CHECK (how IN ('email', 'code')),
  linked_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, platform, workspace, person),
  FOREIGN KEY (tenant_id, platform, workspace) REFERENCES chat_workspace (tenant_id, platform, workspace) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, account_id) REFERENCES account
);
CREATE INDEX chat_person_of_account ON chat_person (tenant_id, account_id);

-- The one code with which a user links themselves, until it ends or is used.
CREATE TABLE link_code (
  tenant_id  integer NOT NULL,
  account_id integer NOT NULL,
  sha256     bytea NOT NULL CHECK (length(sha256) = 32),
  -- Whether it binds the workspace where it is used, too.
  binds      boolean NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, account_id),
  UNIQUE (tenant_id, sha256),
  FOREIGN KEY (tenant_id, account_id) REFERENCES account
);

-- What was asked, from when the platform was told that it was taken until it is answered: another process goes on
-- with it when the lease ends.
CREATE TABLE chat_request (
  tenant_id    integer NOT NULL,
  id           bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  platform     text NOT NULL,
  workspace    text NOT NULL,
  channel      text NOT NULL,
  person       text NOT NULL,
  person_name  text NOT NULL,
  -- The platform's id of the event; the same again is the same request.
  event_id     text NOT NULL,
  -- Words and where the answer goes; emptied when it is answered, for they are people's.
  words        text,
  audience     text NOT NULL CHECK (audience IN ('asker', 'channel')),
  -- How many files came with it; their bytes are with the platform.
  files        integer NOT NULL,
  reply        jsonb,
  state        text NOT NULL CHECK (state IN ('received', 'answered', 'waiting-for-link', 'given-up')),
  received_at  timestamptz NOT NULL,
  leased_until timestamptz NOT NULL,
  -- How often somebody began to work on it.
  attempts     integer NOT NULL DEFAULT 1,
  -- When something that changes things was begun for it: never begun again.
  begun_at     timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, platform, workspace, event_id),
  FOREIGN KEY (tenant_id, platform, workspace) REFERENCES chat_workspace (tenant_id, platform, workspace) ON DELETE CASCADE
);
CREATE INDEX chat_request_open ON chat_request (tenant_id, leased_until) WHERE state = 'received';
CREATE INDEX chat_request_waiting ON chat_request (tenant_id, platform, workspace, person) WHERE state = 'waiting-for-link';
CREATE INDEX chat_request_by_age ON chat_request (tenant_id, received_at);

-- What a channel has set; NULL where it has not.
CREATE TABLE chat_channel (
  tenant_id   integer NOT NULL,
  platform    text NOT NULL,
  workspace   text NOT NULL,
  channel     text NOT NULL CHECK (length(channel) BETWEEN 1 AND 500),
  domain      text,
  -- A name of the IANA time zone database.
  zone        text,
  date_format text CHECK (date_format IN ('iso', 'day-first', 'month-first')),
  changed_at  timestamptz NOT NULL,
  changed_by  text NOT NULL,
  PRIMARY KEY (tenant_id, platform, workspace, channel),
  FOREIGN KEY (tenant_id, platform, workspace) REFERENCES chat_workspace (tenant_id, platform, workspace) ON DELETE CASCADE
);

-- Command lines that are too long for a button of their platform, by their digest.
CREATE TABLE chat_action (
  tenant_id integer NOT NULL REFERENCES tenant,
  id        text NOT NULL,
  command   text NOT NULL CHECK (length(command) <= 4000),
  kept_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

DO $wall$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['chat_workspace', 'chat_person', 'link_code', 'chat_request', 'chat_channel', 'chat_action']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant_wall ON %I USING (tenant_id = (SELECT current_tenant()))
      WITH CHECK (tenant_id = (SELECT current_tenant()))', t);
  END LOOP;
END
$wall$;

-- Across tenants: the tenant of a workspace, for whoever names it, as with the address at sign-in.
CREATE POLICY looked_up ON chat_workspace FOR SELECT
  USING (platform || ' ' || workspace = NULLIF(current_setting('dmarc_ops.looked_up_workspace', true), ''));

CREATE FUNCTION tenant_of_chat_workspace(wanted_platform text, wanted_workspace text) RETURNS integer
  LANGUAGE plpgsql SET search_path = {{schema}}, pg_catalog, pg_temp
  AS $$
DECLARE
  found integer;
BEGIN
  PERFORM set_config('dmarc_ops.looked_up_workspace', wanted_platform || ' ' || wanted_workspace, true);
  SELECT tenant_id INTO found FROM chat_workspace WHERE platform = wanted_platform AND workspace = wanted_workspace;
  PERFORM set_config('dmarc_ops.looked_up_workspace', '', true);
  RETURN found;
END
$$;

-- Across tenants: who has requests whose lease has ended. Sets one tenant after the other, as waiting_work does.
CREATE FUNCTION tenants_with_open_chat(at timestamptz) RETURNS SETOF integer
  LANGUAGE plpgsql SET search_path = {{schema}}, pg_catalog, pg_temp
  AS $$
DECLARE
  before text := COALESCE(current_setting('dmarc_ops.tenant', true), '');
  t      integer;
BEGIN
  FOR t IN SELECT a.id FROM all_tenants() AS a
  LOOP
    PERFORM set_config('dmarc_ops.tenant', t::text, true);
    IF EXISTS (SELECT FROM chat_request r WHERE r.tenant_id = t AND r.state = 'received' AND r.leased_until < at) THEN
      RETURN NEXT t;
    END IF;
  END LOOP;
  PERFORM set_config('dmarc_ops.tenant', before, true);
END
$$;

REVOKE ALL ON FUNCTION tenant_of_chat_workspace(text, text), tenants_with_open_chat(timestamptz) FROM PUBLIC;
