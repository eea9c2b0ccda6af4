import { z } from 'zod';
import { parseRange } from './addresses.js';
import { CONTAINER_NAMES } from './containers.js';
import { ODDITY_NAMES } from './oddities.js';

/** Longest scenario: ten years. */
const MAX_DAYS = 3_660;
/** Most addresses of one sender on one day: all are held in memory. */
const MAX_SOURCES = 1_000_000;
/** Most messages a day of one sender. */
export const MAX_PER_DAY = 1_000_000_000;

const name = z.string().trim().min(1).max(100);
const hostname = z
  .string()
  .regex(
    /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/,
    'a domain in lower case is wanted',
  );
const part = z.number().min(0).max(1);
const day = z.int().min(1).max(MAX_DAYS);
const days = z.int().min(1).max(MAX_DAYS).default(1);
const perDay = z.number().min(0).max(MAX_PER_DAY);
const disposition = z.enum(['none', 'quarantine', 'reject']);
const alignment = z.enum(['r', 's']);

const range = z.string().transform((text, context) => {
  const parsed = parseRange(text);
  if (parsed) return parsed;
  context.addIssue({
    code: 'custom',
    message: `an IP address or a range such as 192.0.2.0/28 is wanted, not "${text}"`,
  });
  return z.NEVER;
});
const ranges = z.preprocess((one) => (Array.isArray(one) ? one : [one]), z.array(range).min(1));

const policy = z.strictObject({
  p: disposition,
  sp: disposition.optional(),
  np: disposition.optional(),
  adkim: alignment.default('r'),
  aspf: alignment.default('r'),
  pct: z.int().min(0).max(100).default(100),
  fo: z.string().max(20).optional(),
  testing: z.enum(['y', 'n']).default('n'),
});

const dkim = z.strictObject({
  domain: hostname,
  selector: name.default('mail'),
  result: z.enum(['pass', 'fail', 'neutral', 'permerror', 'temperror']).default('pass'),
});
const spf = z.strictObject({
  domain: hostname,
  result: z.enum(['pass', 'fail', 'softfail', 'neutral', 'none', 'temperror', 'permerror']).default('pass'),
});

const sender = z.strictObject({
  name,
  kind: z.enum(['own', 'newsletter', 'forwarder', 'spoofer', 'misconfigured']),
  domain: hostname,
  addresses: ranges,
  /** Different addresses used on one day. */
  sources: z.int().min(1).max(MAX_SOURCES).optional(),
  perDay,
  weekend: z.number().min(0).max(100).optional(),
  noise: z.number().min(0).max(2).default(0.1),
  growth: z.number().min(0).max(10).default(1),
  /** Domain of the service that sends, for the kinds that are one. */
  service: hostname.optional(),
  breaksDkim: z.boolean().default(false),
  dkim: z.array(dkim).optional(),
  spf: spf.optional(),
  failures: z.strictObject({ dkim: part.default(0), spf: part.default(0) }).optional(),
  headerFrom: hostname.optional(),
  nonexistent: z.boolean().default(false),
  from: day.default(1),
  until: day.optional(),
});

const reporter = z.strictObject({
  name: name.nullable(),
  domain: hostname,
  share: part,
  standard: z.enum(['rfc7489', 'mixed', 'rfc9990']).default('rfc7489'),
  oddities: z.array(z.enum(ODDITY_NAMES)).default([]),
  container: z.enum(CONTAINER_NAMES).default('gzip'),
  hours: z
    .union([
      z.literal([1, 2, 3, 4, 6, 8, 12, 24]),
      z
        .int()
        .min(48)
        .max(31 * 24)
        .multipleOf(24),
    ])
    .default(24),
  offset: z.int().min(-11).max(11).default(0),
  ends: z.enum(['before-midnight', 'at-midnight']).default('before-midnight'),
  ids: z.enum(['digits', 'hex', 'mail']).default('digits'),
  contact: z.string().max(200).optional(),
  envelopeFrom: z.boolean().default(false),
  envelopeTo: z.boolean().default(false),
  /** Part of forwarded mail that would fail and is let through all the same. */
  forgives: part.default(0),
  domains: z.array(hostname).optional(),
  from: day.default(1),
  until: day.optional(),
});

const windowed = { day, days };
const event = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('spoofing-burst'),
    ...windowed,
    domain: hostname,
    perDay,
    addresses: ranges,
    sources: z.int().min(1).max(MAX_SOURCES).default(50),
    headerFrom: hostname.optional(),
  }),
  z.strictObject({ kind: z.literal('new-sender'), day, sender: name }),
  z.strictObject({ kind: z.literal('sender-gone'), day, sender: name }),
  z.strictObject({ kind: z.literal('dkim-break'), ...windowed, sender: name, share: part.default(1) }),
  z.strictObject({ kind: z.literal('spf-break'), ...windowed, sender: name, share: part.default(1) }),
  z.strictObject({
    kind: z.enum(['volume-spike', 'volume-drop']),
    ...windowed,
    domain: hostname,
    sender: name.optional(),
    factor: z.number().min(0).max(1_000),
  }),
  z.strictObject({ kind: z.literal('reporter-silent'), ...windowed, reporter: hostname }),
  z.strictObject({ kind: z.literal('policy-change'), day, domain: hostname, policy }),
  z.strictObject({
    kind: z.literal('policy-violation'),
    ...windowed,
    domain: hostname,
    reporter: hostname,
    share: part.default(1),
  }),
  z.strictObject({ kind: z.literal('tls-failures'), ...windowed, domain: hostname, share: part }),
  z.strictObject({
    kind: z.literal('unreadable'),
    ...windowed,
    reporter: hostname,
    perDay: z.int().min(1).max(1_000),
  }),
  z.strictObject({
    kind: z.enum(['resend', 'resend-changed']),
    day,
    after: z.int().min(1).max(60).default(1),
    domain: hostname,
    reporter: hostname,
    /** Where it comes in another container than the first time. */
    container: z.enum(CONTAINER_NAMES).optional(),
  }),
]);

const tls = z.strictObject({
  reporter: hostname,
  domain: hostname,
  perDay,
  failures: part.default(0),
  policy: z.enum(['sts', 'tlsa', 'no-policy-found']).default('sts'),
  mx: hostname,
});

const failureReports = z.strictObject({ reporter: hostname, sender: name, perDay });

/** What a scenario file holds; docs/scenarios.md describes it for people. */
export const scenarioSchema = z.strictObject({
  name,
  description: z.string().max(2_000).default(''),
  start: z.iso.date(),
  days: z.int().min(1).max(MAX_DAYS),
  domains: z.record(hostname, policy),
  senders: z.array(sender),
  reporters: z.array(reporter).min(1),
  events: z.array(event).default([]),
  tls: z.array(tls).default([]),
  failures: z.array(failureReports).default([]),
});

export type Scenario = z.output<typeof scenarioSchema>;
export type SenderPlan = Scenario['senders'][number];
export type ReporterPlan = Scenario['reporters'][number];
export type EventPlan = Scenario['events'][number];
export type Policy = Scenario['domains'][string];
export type TlsPlan = Scenario['tls'][number];
export type FailurePlan = Scenario['failures'][number];
