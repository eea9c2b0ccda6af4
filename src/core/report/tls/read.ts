import { ipOf } from '../aggregate/ip.js';
import { isoOf, secondsOf } from '../aggregate/dates.js';
import { domainOf, show, textOf } from '../aggregate/values.js';
import { UnpackError } from '../container/unpack-error.js';
import { LimitError, type Limits } from '../limits.js';
import type { ProblemList } from '../problems.js';
import type { TlsFailure, TlsPolicyResult, TlsReport } from '../report.js';
import { Fields, isObject, type JsonObject } from './fields.js';
import { parseJson } from './json.js';

/** RFC 8460 §4.4, `policy-type`. */
const POLICY_TYPES: ReadonlySet<string> = new Set(['tlsa', 'sts', 'no-policy-found']);

/** RFC 8460 §4.3 and the registry it makes (§6.6). */
const RESULT_TYPES: ReadonlySet<string> = new Set([
  'starttls-not-supported',
  'certificate-host-mismatch',
  'certificate-expired',
  'certificate-not-trusted',
  'validation-failure',
  'tlsa-invalid',
  'dnssec-invalid',
  'dane-required',
  'sts-policy-fetch-error',
  'sts-policy-invalid',
  'sts-webpki-invalid',
]);

/** RFC 3339 §5.6, as RFC 8460 §4.1 asks for. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

/**
 * Reads an SMTP TLS report (RFC 8460 §4.4). Values outside the standard are kept and named as problems. Throws
 * UnpackError where the bytes are no such report, LimitError where it is too large.
 */
export function readTls(bytes: Uint8Array, limits: Limits, problems: ProblemList): TlsReport {
  const root = parseJson(bytes, problems);
  if (!isTlsReport(root))
    throw new UnpackError('not-a-report', 'The JSON is not an SMTP TLS report; nothing was taken from it.');
  const fields = new Fields(root, '', problems, limits.textLength);
  const range = fields.object('date-range');
  const policies = fields.objects('policies');
  if (policies.length === 0)
    problems.add('policies-missing', 'The report has no policies, so it says nothing.');
  const counter = countParts(limits);
  return {
    organizationName: required(fields, 'organization-name'),
    begin: dateOf(range, 'start-datetime'),
    end: dateOf(range, 'end-datetime'),
    contactInfo: fields.text('contact-info'),
    reportId: required(fields, 'report-id'),
    policies: policies.map((policy, index) => {
      counter();
      return policyOf(new Fields(policy, `policy ${index + 1}`, problems, limits.textLength), counter);
    }),
  };
}

function isTlsReport(value: unknown): value is JsonObject {
  if (!isObject(value)) return false;
  // One alone could be anything; a report that lacks some of its fields still has two of them.
  const own = ['policies', 'date-range', 'organization-name', 'report-id'];
  return own.filter((key) => Object.hasOwn(value, key)).length >= 2;
}

function policyOf(fields: Fields, counter: () => void): TlsPolicyResult {
  const policy = fields.object('policy');
  const summary = fields.object('summary');
  const type = word(policy, 'policy-type', POLICY_TYPES, 'policy-type-unknown');
  const domain = policy.text('policy-domain');
  if (domain === null) policy.note('policy-domain', 'policy-domain-missing', 'The policy names no domain.');
  const details = fields.objects('failure-details');
  return {
    policyType: type,
    policyString: policy.texts('policy-string'),
    policyDomain: domain === null ? null : domainOf(domain),
    mxHost: policy.texts('mx-host'),
    successfulSessionCount: summary.count('total-successful-session-count'),
    failedSessionCount: summary.count('total-failure-session-count'),
    failureDetails: details.map((detail, index) => {
      counter();
      return failureOf(fields.inside(detail, `failure ${index + 1}`));
    }),
  };
}

function failureOf(fields: Fields): TlsFailure {
  return {
    resultType: word(fields, 'result-type', RESULT_TYPES, 'result-type-unknown'),
    sendingMtaIp: address(fields, 'sending-mta-ip'),
    receivingMxHostname: fields.text('receiving-mx-hostname'),
    receivingMxHelo: fields.text('receiving-mx-helo'),
    receivingIp: address(fields, 'receiving-ip'),
    failedSessionCount: fields.count('failed-session-count'),
    // §4.4 names it additional-information in the schema and additional-info-uri in drafts before it.
    additionalInformation: fields.text('additional-information') ?? fields.text('additional-info-uri'),
    failureReasonCode: fields.text('failure-reason-code') ?? fields.text('failure-error-code'),
  };
}

function required(fields: Fields, key: string): string | null {
  const value = fields.text(key);
  if (value === null) fields.note(key, `${key}-missing`, `The report has no ${key}.`);
  return value;
}

function word(fields: Fields, key: string, known: ReadonlySet<string>, code: string): string | null {
  const value = fields.text(key)?.toLowerCase() ?? null;
  if (value !== null && !known.has(value))
    fields.note(key, code, `${show(value)} is none of RFC 8460; kept as it is.`);
  return value;
}

function address(fields: Fields, key: string): string | null {
  const value = fields.text(key);
  if (value === null) return null;
  const ip = ipOf(value);
  if (ip === null) fields.note(key, 'ip-invalid', `${show(value)} is no IP address; left out.`);
  return ip;
}

function dateOf(fields: Fields, key: string): string | null {
  const value = textOf(fields.text(key) ?? '');
  if (value === null) {
    fields.note(key, 'date-missing', `The report has no ${key}.`);
    return null;
  }
  const seconds = DATE_TIME.test(value)
    ? Math.floor(Date.parse(value) / 1000)
    : secondsOf(value, (code, message) => fields.note(key, code, message));
  if (seconds === null) return null;
  if (!Number.isNaN(seconds)) return isoOf(seconds);
  fields.note(key, 'date-invalid', `${show(value)} is no date; left out.`);
  return null;
}

function countParts(limits: Limits): () => void {
  let parts = 0;
  return () => {
    if (++parts > limits.records)
      throw new LimitError(
        'limit-records',
        `The report has more than ${limits.records} policies and failures.`,
      );
  };
}
