-- For one domain "never" and "nobody" stand above what is set for all: 0 minutes, and no owner by intent. Of channels an
-- empty list already says so.
ALTER TABLE alert_rule
  DROP CONSTRAINT alert_rule_escalate_minutes_check,
  DROP CONSTRAINT alert_rule_remind_minutes_check,
  ADD CHECK (escalate_minutes BETWEEN 0 AND 10080),
  ADD CHECK (remind_minutes BETWEEN 0 AND 43200),
  ADD COLUMN owner_nobody boolean NOT NULL DEFAULT false,
  ADD CHECK (NOT owner_nobody OR owner_id IS NULL);
