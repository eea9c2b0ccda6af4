-- Alerts and digests: rules, what they found, who did what about it, where it is told, and how far each place has heard.

-- Where alerts and digests are told.
CREATE TABLE channel (
  tenant_id     integer NOT NULL REFERENCES tenant,
  id            integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  kind          text NOT NULL CHECK (kind IN ('slack', 'teams', 'discord', 'terminal', 'email', 'webhook',
                  'slack-webhook', 'discord-webhook', 'teams-webhook')),
  -- Of a bot's channel: the bound workspace, and the channel by the platform's id.
  workspace     text,
  address       text,
  -- What the platform needs to speak there, as plain data without secrets.
  destination   jsonb NOT NULL,
  -- URLs and keys that nobody is shown again; NULL for the channels of a bot.
  secret        jsonb,
  -- Whether alerts of rules that name no channel are told here.
  takes_all     boolean NOT NULL DEFAULT true,
  least_severity text NOT NULL DEFAULT 'info' CHECK (least_severity IN ('info', 'warning', 'critical')),
  -- Quiet hours: from and until in local time, in a zone of the IANA database. Critical alerts pass.
  quiet_from    time,
  quiet_until   time,
  zone          text NOT NULL DEFAULT 'UTC',
  -- Nothing is sent while it is parked, and people are told elsewhere why.
  parked_at     timestamptz,
  parked_code   text,
  parked_reason text,
  created_at    timestamptz NOT NULL,
  created_by    text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name),
  CHECK ((quiet_from IS NULL) = (quiet_until IS NULL)),
  FOREIGN KEY (tenant_id, kind, workspace) REFERENCES chat_workspace (tenant_id, platform, workspace) ON DELETE CASCADE
);
CREATE UNIQUE INDEX channel_of_address ON channel (tenant_id, kind, workspace, address) WHERE address IS NOT NULL;

-- What people changed about rules. A built-in rule has the name of its kind and no row until somebody changes it. The
-- row of a domain stands above the row without one, and that above the defaults; NULL leaves what is below.
CREATE TABLE alert_rule (
  tenant_id        integer NOT NULL REFERENCES tenant,
  id               integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  name             text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  kind             text NOT NULL,
  domain_id        integer,
  enabled          boolean,
  thresholds       jsonb NOT NULL DEFAULT '{}',
  severity         text CHECK (severity IN ('info', 'warning', 'critical')),
  channels         integer[],
  cooldown_hours   integer CHECK (cooldown_hours BETWEEN 0 AND 8760),
  -- Not acknowledged after so long: told to these channels too, with a mention.
  escalate_minutes integer CHECK (escalate_minutes BETWEEN 1 AND 10080),
  escalate_to      integer[],
  -- Acknowledged and not resolved after so long: a reminder, again and again.
  remind_minutes   integer CHECK (remind_minutes BETWEEN 1 AND 43200),
  owner_id         integer,
  changed_at       timestamptz NOT NULL,
  changed_by       text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE NULLS NOT DISTINCT (tenant_id, name, domain_id),
  FOREIGN KEY (tenant_id, domain_id) REFERENCES domain ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, owner_id) REFERENCES account
);

CREATE TABLE alert (
  tenant_id       integer NOT NULL REFERENCES tenant,
  id              integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  -- SHA-256 of rule, domain and key facts: one that is not resolved at a time.
  fingerprint     bytea NOT NULL CHECK (length(fingerprint) = 32),
  rule            text NOT NULL,
  kind            text NOT NULL,
  domain_id       integer,
  -- What it is about, such as 'sending' or 'policy': alerts of one domain and cause are told together.
  cause           text NOT NULL,
  severity        text NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
  state           text NOT NULL CHECK (state IN ('open', 'acknowledged', 'resolved')),
  -- Grows with each change that a card shows.
  version         integer NOT NULL DEFAULT 1,
  -- The version of the last change that deserves a message of its own.
  notable_version integer NOT NULL DEFAULT 1,
  -- The alert on whose card this one is told; NULL where it has its own.
  lead_id         integer,
  -- The version of the card of its lead from which on it stands there as it is, in this state and severity.
  shown_since     integer NOT NULL DEFAULT 1,
  -- Source network that it is about; NULL for none.
  sender          cidr,
  -- The last finding, as in core/alert/finding.ts.
  finding         jsonb NOT NULL,
  times_found     integer NOT NULL DEFAULT 1,
  opened_at       timestamptz NOT NULL,
  last_found_at   timestamptz NOT NULL,
  -- Since when evaluations find its cause gone; NULL while it is there.
  clear_since     timestamptz,
  snoozed_until   timestamptz,
  assignee_id     integer,
  -- Who acknowledged and resolved it last: id of the actor, name and time.
  acknowledged_at timestamptz,
  acknowledged_by text,
  resolved_at     timestamptz,
  resolved_by     text,
  -- How often it was escalated since it was opened or reopened.
  escalation      integer NOT NULL DEFAULT 0,
  -- When the clock alone changes it next: escalation, reminder, end of a snooze.
  next_step_at    timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, domain_id) REFERENCES domain,
  FOREIGN KEY (tenant_id, lead_id) REFERENCES alert,
  FOREIGN KEY (tenant_id, assignee_id) REFERENCES account
);
CREATE UNIQUE INDEX alert_not_resolved ON alert (tenant_id, fingerprint) WHERE state <> 'resolved';
CREATE INDEX alert_by_fingerprint ON alert (tenant_id, fingerprint, resolved_at);
CREATE INDEX alert_by_group ON alert (tenant_id, domain_id, cause) WHERE state <> 'resolved';
CREATE INDEX alert_by_age ON alert (tenant_id, opened_at, id);
CREATE INDEX alert_led ON alert (tenant_id, lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX alert_next_step ON alert (tenant_id, next_step_at) WHERE next_step_at IS NOT NULL;

-- Everything that was done to an alert, for good.
CREATE TABLE alert_event (
  tenant_id  integer NOT NULL,
  id         bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  alert_id   integer NOT NULL,
  -- The alert's version after it.
  version    integer NOT NULL,
  at         timestamptz NOT NULL,
  kind       text NOT NULL,
  actor_id   text NOT NULL,
  actor_name text NOT NULL,
  note       text CHECK (length(note) <= 4000),
  details    jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, alert_id) REFERENCES alert
);
CREATE INDEX alert_event_of_alert ON alert_event (tenant_id, alert_id, id);
-- As with the audit: see refuse_change, and store/grants.ts.
CREATE TRIGGER alert_event_stays BEFORE UPDATE OR DELETE ON alert_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER alert_event_is_not_emptied BEFORE TRUNCATE ON alert_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Nothing is told of alerts that match all that is set, while it lasts.
CREATE TABLE suppression (
  tenant_id   integer NOT NULL REFERENCES tenant,
  id          integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  rule        text,
  severity    text CHECK (severity IN ('info', 'warning', 'critical')),
  domain_id   integer,
  sender      cidr,
  reason      text NOT NULL CHECK (length(reason) <= 1000),
  from_at     timestamptz NOT NULL,
  -- NULL for one that recurs until somebody ends it.
  until_at    timestamptz,
  -- RFC 5545, read in the zone; each time it lasts so many minutes.
  rrule       text CHECK (length(rrule) <= 500),
  minutes     integer CHECK (minutes BETWEEN 1 AND 10080),
  zone        text NOT NULL DEFAULT 'UTC',
  created_at  timestamptz NOT NULL,
  created_by  text NOT NULL,
  ended_at    timestamptz,
  ended_by    text,
  PRIMARY KEY (tenant_id, id),
  CHECK ((rrule IS NULL) = (minutes IS NULL)),
  CHECK (rrule IS NOT NULL OR until_at IS NOT NULL),
  FOREIGN KEY (tenant_id, domain_id) REFERENCES domain
);

-- Networks that people said are theirs.
CREATE TABLE known_sender (
  tenant_id integer NOT NULL,
  domain_id integer NOT NULL,
  network   cidr NOT NULL,
  note      text CHECK (length(note) <= 1000),
  since     timestamptz NOT NULL,
  marked_by text NOT NULL,
  PRIMARY KEY (tenant_id, domain_id, network),
  FOREIGN KEY (tenant_id, domain_id) REFERENCES domain ON DELETE CASCADE
);

-- Names under a domain that reports told of, as rules saw them first: 1970-01-01 for those that were there before rules
-- looked at the domain at all.
CREATE TABLE known_name (
  tenant_id  integer NOT NULL,
  domain_id  integer NOT NULL,
  name       text NOT NULL CHECK (length(name) <= 300),
  first_seen date NOT NULL,
  PRIMARY KEY (tenant_id, domain_id, name),
  FOREIGN KEY (tenant_id, domain_id) REFERENCES domain ON DELETE CASCADE
);

-- How far rules have looked at a domain.
CREATE TABLE domain_evaluation (
  tenant_id    integer NOT NULL,
  domain_id    integer NOT NULL,
  -- Names are learned from reports up to this id.
  names_until  bigint NOT NULL,
  evaluated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, domain_id),
  FOREIGN KEY (tenant_id, domain_id) REFERENCES domain ON DELETE CASCADE
);

-- For rules: reports of one reporter about one domain, sessions of a domain, and documents that were odd, which are few.
CREATE INDEX aggregate_report_by_pair ON aggregate_report (tenant_id, domain_id, reporter_id, last_day);
CREATE INDEX tls_result_by_domain ON tls_result (tenant_id, domain_id, begin_at);
CREATE INDEX document_odd ON document (tenant_id, outcome, raw_id) WHERE outcome IN ('unreadable', 'merged');

CREATE TABLE digest_subscription (
  tenant_id  integer NOT NULL REFERENCES tenant,
  id         integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  channel_id integer NOT NULL,
  period     text NOT NULL CHECK (period IN ('daily', 'weekly', 'monthly')),
  -- ISO: Monday is 1. Of weekly ones alone.
  weekday    integer CHECK (weekday BETWEEN 1 AND 7),
  -- Of monthly ones alone; a month without that day takes its last.
  month_day  integer CHECK (month_day BETWEEN 1 AND 31),
  local_time time NOT NULL,
  zone       text NOT NULL,
  -- NULL: all claimed domains, as they are then.
  domains    integer[],
  sections   text[] NOT NULL,
  enabled    boolean NOT NULL DEFAULT true,
  -- When the next one is due.
  next_at    timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, channel_id) REFERENCES channel ON DELETE CASCADE
);
CREATE INDEX digest_subscription_due ON digest_subscription (tenant_id, next_at) WHERE enabled;

-- One digest of a subscription: one a period, whoever makes it.
CREATE TABLE digest (
  tenant_id       integer NOT NULL,
  id              integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  subscription_id integer NOT NULL,
  due_at          timestamptz NOT NULL,
  -- Days that it tells of, both included.
  first_day       date NOT NULL,
  last_day        date NOT NULL,
  version         integer NOT NULL DEFAULT 1,
  content         jsonb NOT NULL,
  made_at         timestamptz NOT NULL,
  -- Until when late reports change it.
  open_until      timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, subscription_id, due_at),
  FOREIGN KEY (tenant_id, subscription_id) REFERENCES digest_subscription ON DELETE CASCADE
);
CREATE INDEX digest_open ON digest (tenant_id, open_until);

-- What else is told: a morning card of what waited in quiet hours, that a channel was parked, and tests of channels.
CREATE TABLE notice (
  tenant_id  integer NOT NULL REFERENCES tenant,
  id         integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  kind       text NOT NULL CHECK (kind IN ('morning', 'parked', 'test')),
  -- The same again is the same notice.
  key        text NOT NULL CHECK (length(key) <= 200),
  content    jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, kind, key)
);

-- How far a channel has heard of an alert, digest or notice. Out of date while it shows less than is wanted.
CREATE TABLE delivery (
  tenant_id       integer NOT NULL,
  id              bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  subject         text NOT NULL CHECK (subject IN ('alert', 'digest', 'notice')),
  subject_id      integer NOT NULL,
  channel_id      integer NOT NULL,
  -- The subject's version and notable version, written with it.
  wanted_version  integer NOT NULL,
  wanted_notable  integer NOT NULL,
  -- The version that the message shows, and the last that a message of its own told of; 0 for none.
  shown_version   integer NOT NULL DEFAULT 0,
  told_version    integer NOT NULL DEFAULT 0,
  -- The posted message, by the platform's ids; NULL until it is known.
  ref             jsonb,
  -- When a message was begun to be posted that may be there, though no reference was saved.
  begun_at        timestamptz,
  -- When it has to be looked at; NULL where nothing is to be done.
  next_at         timestamptz,
  attempts        integer NOT NULL DEFAULT 0,
  leased_until    timestamptz,
  -- How often somebody took it: whoever holds the lease has the last number.
  takes           integer NOT NULL DEFAULT 0,
  -- How often something was gone that may have held it.
  woken           integer NOT NULL DEFAULT 0,
  -- Why nothing is sent now, and why the last try failed.
  held_code       text,
  last_error      text,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, subject, subject_id, channel_id),
  FOREIGN KEY (tenant_id, channel_id) REFERENCES channel ON DELETE CASCADE
) WITH (fillfactor = 70);
CREATE INDEX delivery_due ON delivery (tenant_id, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX delivery_of_channel ON delivery (tenant_id, channel_id, next_at);
CREATE INDEX delivery_held ON delivery (tenant_id, held_code) WHERE held_code IS NOT NULL;

-- Each message that was or was not sent, and why.
CREATE TABLE delivery_log (
  tenant_id  integer NOT NULL,
  id         bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  subject    text NOT NULL,
  subject_id integer NOT NULL,
  -- Kept by name: a channel may be removed. The id outlives another name.
  channel    text NOT NULL,
  channel_id integer NOT NULL,
  version    integer NOT NULL,
  at         timestamptz NOT NULL,
  what       text NOT NULL CHECK (what IN ('posted', 'updated', 'replied', 'held', 'parked', 'failed', 'skipped')),
  code       text,
  detail     text,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX delivery_log_of_subject ON delivery_log (tenant_id, subject, subject_id, id);
CREATE INDEX delivery_log_by_age ON delivery_log (tenant_id, at);
CREATE INDEX delivery_log_quiet ON delivery_log (tenant_id, channel_id, at) WHERE code = 'quiet-hours';

-- Rates that platforms allow, kept by all processes together: the time by which what was taken is used up (GCRA).
-- Keys are digests of destinations; they tell nothing of a tenant.
CREATE TABLE send_budget (
  key     text PRIMARY KEY CHECK (length(key) <= 200),
  used_up timestamptz NOT NULL
);

-- Ticks that people wait for: those that take long are in the queue `tick`.
SELECT {{queue}}.make_queue('tick-soon', '{"policy": "short", "retryLimit": 0, "expireInSeconds": 3600, "retentionMinutes": 60}');

DO $wall$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['channel', 'alert_rule', 'alert', 'alert_event', 'suppression', 'known_sender', 'known_name', 'domain_evaluation',
    'digest_subscription', 'digest', 'notice', 'delivery', 'delivery_log']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant_wall ON %I USING (tenant_id = (SELECT current_tenant()))
      WITH CHECK (tenant_id = (SELECT current_tenant()))', t);
  END LOOP;
END
$wall$;

-- Across tenants: who has something of these to be done: dirty domains, alerts whose time has come, digests,
-- deliveries. Sets one tenant after the other, as waiting_work does.
CREATE FUNCTION tenants_with_alert_work(what text, at timestamptz) RETURNS SETOF integer
  LANGUAGE plpgsql SET search_path = {{schema}}, pg_catalog, pg_temp
  AS $$
DECLARE
  before text := COALESCE(current_setting('dmarc_ops.tenant', true), '');
  t      integer;
  found  boolean;
BEGIN
  FOR t IN SELECT a.id FROM all_tenants() AS a
  LOOP
    PERFORM set_config('dmarc_ops.tenant', t::text, true);
    CASE what
      WHEN 'domains' THEN
        found := EXISTS (SELECT FROM domain d WHERE d.tenant_id = t AND d.claimed_at IS NOT NULL AND d.dirty_since < at);
      WHEN 'steps' THEN
        found := EXISTS (SELECT FROM alert a WHERE a.tenant_id = t AND a.next_step_at <= at);
      WHEN 'digests' THEN
        found := EXISTS (SELECT FROM digest_subscription s WHERE s.tenant_id = t AND s.enabled AND s.next_at <= at);
      WHEN 'deliveries' THEN
        found := EXISTS (SELECT FROM delivery d WHERE d.tenant_id = t AND d.next_at <= at
          AND (d.leased_until IS NULL OR d.leased_until < at));
    END CASE;
    IF found THEN
      RETURN NEXT t;
    END IF;
  END LOOP;
  PERFORM set_config('dmarc_ops.tenant', before, true);
END
$$;

REVOKE ALL ON FUNCTION tenants_with_alert_work(text, timestamptz) FROM PUBLIC;
