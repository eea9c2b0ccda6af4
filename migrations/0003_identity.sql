-- Identity: who may sign in, with what, and what they did. Secrets are kept as SHA-256 or bcrypt alone, but for the
-- keys that access tokens are signed with, which the service has to read.
-- Every table belongs to a tenant and lies behind the same wall; tokens and keys name their tenant themselves, so
-- that they are looked up inside it. Only an address at sign-in has to find its tenant (sign_in_name).

CREATE TABLE account (
  tenant_id       integer NOT NULL REFERENCES tenant,
  id              integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  -- Case-folded.
  email           text NOT NULL CHECK (email = lower(email) AND length(email) <= 254),
  name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  role            text NOT NULL CHECK (role IN ('viewer', 'analyst', 'admin')),
  -- bcrypt; NULL until the person set one.
  password_hash   text,
  created_at      timestamptz NOT NULL,
  created_by      text NOT NULL,
  last_sign_in_at timestamptz,
  disabled_at     timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, email)
);

-- Addresses are unique over all tenants, and tell the tenant at sign-in: by their SHA-256, so that the table names
-- nobody.
CREATE TABLE sign_in_name (
  digest     bytea PRIMARY KEY CHECK (length(digest) = 32),
  tenant_id  integer NOT NULL,
  account_id integer NOT NULL,
  FOREIGN KEY (tenant_id, account_id) REFERENCES account
);

-- The one code with which a person may set the password, until it ends or is used.
CREATE TABLE setup_code (
  tenant_id  integer NOT NULL,
  account_id integer NOT NULL,
  sha256     bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, account_id),
  UNIQUE (tenant_id, sha256),
  FOREIGN KEY (tenant_id, account_id) REFERENCES account
);

-- What access tokens are signed with (HMAC-SHA-256). The newest signs; those retired are still believed while
-- tokens of theirs may live.
CREATE TABLE signing_key (
  tenant_id  integer NOT NULL REFERENCES tenant,
  id         uuid NOT NULL,
  secret     bytea NOT NULL CHECK (length(secret) = 32),
  created_at timestamptz NOT NULL,
  retired_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX signing_key_in_use ON signing_key (tenant_id) WHERE retired_at IS NULL;

-- One sign-in and all tokens that came of it: revoked, none of them is worth anything.
CREATE TABLE session (
  tenant_id  integer NOT NULL,
  id         uuid NOT NULL,
  account_id integer NOT NULL,
  started_at timestamptz NOT NULL,
  -- When the last of its refresh tokens ends.
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  revoked_by text CHECK (revoked_by IN ('sign-out', 'sign-out-all', 'reuse', 'password', 'disabled')),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES account
);
CREATE INDEX session_of_account ON session (tenant_id, account_id) WHERE revoked_at IS NULL;

CREATE TABLE refresh_token (
  tenant_id  integer NOT NULL,
  sha256     bytea NOT NULL,
  session_id uuid NOT NULL,
  expires_at timestamptz NOT NULL,
  -- Used once; whoever brings it again has a copy.
  used_at    timestamptz,
  PRIMARY KEY (tenant_id, sha256),
  FOREIGN KEY (tenant_id, session_id) REFERENCES session ON DELETE CASCADE
);
CREATE INDEX refresh_token_of_session ON refresh_token (tenant_id, session_id);

CREATE TABLE api_key (
  tenant_id    integer NOT NULL REFERENCES tenant,
  id           integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  sha256       bytea NOT NULL CHECK (length(sha256) = 32),
  name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  role         text NOT NULL CHECK (role IN ('viewer', 'analyst', 'admin')),
  -- Whose key it is; NULL: the local operator's. It may never do more than they may, and nothing once they are disabled.
  account_id   integer,
  created_at   timestamptz NOT NULL,
  created_by   text NOT NULL,
  expires_at   timestamptz,
  revoked_at   timestamptz,
  last_used_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, sha256),
  FOREIGN KEY (tenant_id, account_id) REFERENCES account
);
CREATE UNIQUE INDEX api_key_by_name ON api_key (tenant_id, lower(name)) WHERE revoked_at IS NULL;

-- Who changed what, and when. Rows are added and read, never changed: see the trigger, and store/grants.ts.
CREATE TABLE audit (
  tenant_id  integer NOT NULL REFERENCES tenant,
  id         bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  at         timestamptz NOT NULL,
  actor_id   text NOT NULL,
  actor_name text NOT NULL,
  operation  text NOT NULL,
  -- Input without its secrets, and what the operation says of the change.
  input      jsonb NOT NULL,
  -- 'done', or the code of what stood in the way.
  outcome    text NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_by_actor ON audit (tenant_id, actor_id, id);
CREATE INDEX audit_by_operation ON audit (tenant_id, operation, id);

-- Binds the owner too, who has every right on the table.
CREATE FUNCTION refuse_change() RETURNS trigger
  LANGUAGE plpgsql
  AS $$ BEGIN RAISE EXCEPTION 'lines of the audit are never changed' USING ERRCODE = 'insufficient_privilege'; END $$;
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Counters of tries by what is tried, as rate-limiter-flexible keeps them (its column order). Of no tenant: a sign-in
-- has none yet. Keys hold digests. Not logged: after a crash of PostgreSQL everybody begins at nought.
CREATE UNLOGGED TABLE rate_limit (
  key    varchar(255) PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  -- Unix time in milliseconds.
  expire bigint
);
CREATE INDEX rate_limit_by_end ON rate_limit (expire);

DO $wall$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['account', 'sign_in_name', 'setup_code', 'signing_key', 'session', 'refresh_token', 'api_key', 'audit']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant_wall ON %I USING (tenant_id = (SELECT current_tenant()))
      WITH CHECK (tenant_id = (SELECT current_tenant()))', t);
  END LOOP;
END
$wall$;

-- Across tenants: the tenant of an address, for whoever knows the address. The policy lets exactly that row through;
-- a function of the owner would find nothing where one role does everything and is bound by the wall itself.
CREATE POLICY looked_up ON sign_in_name FOR SELECT
  USING (digest = decode(NULLIF(current_setting('dmarc_ops.looked_up', true), ''), 'hex'));

CREATE FUNCTION tenant_of_sign_in_name(wanted bytea) RETURNS integer
  LANGUAGE plpgsql SET search_path = {{schema}}, pg_catalog, pg_temp
  AS $$
DECLARE
  found integer;
BEGIN
  PERFORM set_config('dmarc_ops.looked_up', encode(wanted, 'hex'), true);
  SELECT tenant_id INTO found FROM sign_in_name WHERE digest = wanted;
  PERFORM set_config('dmarc_ops.looked_up', '', true);
  RETURN found;
END
$$;

REVOKE ALL ON FUNCTION refuse_change(), tenant_of_sign_in_name(bytea) FROM PUBLIC;
