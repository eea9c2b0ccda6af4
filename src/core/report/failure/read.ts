import { addressParser } from 'postal-mime';
import { ipOf } from '../aggregate/ip.js';
import { isoOf } from '../aggregate/dates.js';
import { countOf, domainOf, show } from '../aggregate/values.js';
import type { Limits } from '../limits.js';
import type { ProblemList } from '../problems.js';
import type { FailureReport } from '../report.js';
import { cutText } from '../text.js';
import { readFields, type Field } from './fields.js';
import { readStoredForm } from './stored.js';

/** Characters of a reported message's body that are kept, where it is kept. */
const BODY_LENGTH = 100_000;

/** Dates from here on are none of a mail that was received. */
const LATEST = Date.UTC(2100, 0, 1);

/** Fields that may be there more than once (RFC 5965 §3.3, RFC 6591 §3.2). */
const REPEATED: ReadonlySet<string> = new Set([
  'authentication-results',
  'original-rcpt-to',
  'reported-domain',
  'reported-uri',
  'spf-dns',
]);

/** Fields of RFC 5965 §3, RFC 6591 §3, RFC 6692 §2 and RFC 9991 §4, in the order in which they are written. */
export const FAILURE_FIELDS = [
  'Feedback-Type',
  'User-Agent',
  'Version',
  'Auth-Failure',
  'Delivery-Result',
  'Identity-Alignment',
  'Arrival-Date',
  'Source-IP',
  'Source-Port',
  'Reporting-MTA',
  'Reported-Domain',
  'Reported-URI',
  'Original-Envelope-Id',
  'Original-Mail-From',
  'Original-Rcpt-To',
  'Authentication-Results',
  'DKIM-Domain',
  'DKIM-Identity',
  'DKIM-Selector',
  'DKIM-Selector-DNS',
  'DKIM-ADSP-DNS',
  'DKIM-Canonicalized-Header',
  'DKIM-Canonicalized-Body',
  'SPF-DNS',
  'Incidents',
] as const;

const KNOWN: ReadonlySet<string> = new Set(FAILURE_FIELDS.map((name) => name.toLowerCase()));

/** The parts that a failure report is made of. */
export interface FailureParts {
  /** Of the message/feedback-report part. */
  readonly fields: readonly Field[];
  /** The reported message, or its header alone; null where the report has neither. */
  readonly message: string | null;
}

/** Makes a report of its parts (RFC 5965, RFC 6591, RFC 9991); nothing is redacted yet. Oddities become problems. */
export function readFailure(parts: FailureParts, limits: Limits, problems: ProblemList): FailureReport {
  const stored = readStoredForm(parts.fields);
  const { single, list, others } = sortFields(stored.fields, problems);
  const message = parts.message === null ? null : readFields(parts.message, limits.textLength);
  const headers = message?.fields ?? [];
  const reportedDomain = list('reported-domain').flatMap((domain) => hostOf(domain) ?? []);
  const text = message?.rest.trimEnd() ?? '';
  const body = text === '' ? null : cutText(text, BODY_LENGTH);
  if (body !== null && body.length < text.length)
    problems.add(
      'text-cut',
      `The reported body is longer than ${BODY_LENGTH} characters; cut.`,
      'reported message',
    );
  if (message === null)
    problems.add('message-missing', 'The report carries neither the reported message nor its header.');

  return {
    feedbackType: lower(single('feedback-type')),
    userAgent: single('user-agent'),
    version: single('version'),
    authFailure: lower(single('auth-failure')),
    deliveryResult: lower(single('delivery-result')),
    identityAlignment: alignmentOf(single('identity-alignment')),
    arrivalDate: dateOf(single('arrival-date'), problems),
    sourceIp: addressOf(single('source-ip'), problems),
    sourcePort: portOf(single('source-port'), problems),
    // The type of name in front, nearly always dns (RFC 3464 §2.2.2), says nothing here.
    reportingMta: single('reporting-mta')?.replace(/^dns\s*;\s*/i, '') ?? null,
    reportedDomain,
    reportedUri: list('reported-uri'),
    originalEnvelopeId: single('original-envelope-id'),
    originalMailFrom: pathOf(single('original-mail-from')),
    originalRcptTo: list('original-rcpt-to').flatMap((path) => pathOf(path) ?? []),
    authenticationResults: list('authentication-results'),
    dkimDomain: hostOf(single('dkim-domain') ?? ''),
    dkimIdentity: single('dkim-identity'),
    dkimSelector: single('dkim-selector'),
    dkimSelectorDns: single('dkim-selector-dns'),
    dkimAdspDns: single('dkim-adsp-dns'),
    dkimCanonicalizedHeader: single('dkim-canonicalized-header'),
    dkimCanonicalizedBody: single('dkim-canonicalized-body'),
    spfDns: list('spf-dns').join('\n') || null,
    incidents: incidentsOf(single('incidents'), problems),
    domain: fromDomain(headers) ?? reportedDomain[0] ?? null,
    headers,
    body,
    redacted: stored.redacted,
    otherFields: others,
  };
}

interface SortedFields {
  readonly single: (name: string) => string | null;
  readonly list: (name: string) => string[];
  readonly others: readonly Field[];
}

function sortFields(fields: readonly Field[], problems: ProblemList): SortedFields {
  const values = new Map<string, string[]>();
  const others: Field[] = [];
  for (const field of fields) {
    // Received-Date is what drafts of RFC 5965 called it, and some reporters still do.
    const name = field.name.toLowerCase().replace(/^received-date$/, 'arrival-date');
    const known = values.get(name);
    if (!KNOWN.has(name)) others.push(field);
    else if (!known) values.set(name, field.value === '' ? [] : [field.value]);
    else if (known.length === 0 || REPEATED.has(name))
      known.push(...(field.value === '' ? [] : [field.value]));
    else
      problems.add(
        'field-repeated',
        'A field that may be there once is there again; the first one counts.',
        field.name,
      );
  }
  return {
    single: (name) => values.get(name)?.[0] ?? null,
    list: (name) => values.get(name) ?? [],
    others,
  };
}

/** A domain, also where it is written as part of an address. */
function hostOf(value: string): string | null {
  return domainOf(value.split('@').at(-1) ?? '');
}

/** Domain of the first address in the From header, lower case. */
function fromDomain(headers: readonly Field[]): string | null {
  const from = headers.find((field) => field.name.toLowerCase() === 'from');
  if (!from) return null;
  for (const { address } of addressParser(from.value, { flatten: true })) {
    const domain = address?.includes('@') ? hostOf(address) : null;
    if (domain !== null) return domain;
  }
  return null;
}

/** ISO 8601 in UTC; dates of mail (RFC 5322 §3.3) come with comments and old zone names. */
function dateOf(value: string | null, problems: ProblemList): string | null {
  if (value === null) return null;
  const time = Date.parse(value.replace(/\([^()]*\)/g, ' ').trim());
  const seconds = Math.floor(time / 1000);
  if (time >= 0 && time < LATEST) return isoOf(seconds);
  problems.add('date-invalid', `${show(value)} is no date; left out.`, 'Arrival-Date');
  return null;
}

function addressOf(value: string | null, problems: ProblemList): string | null {
  if (value === null) return null;
  const ip = ipOf(value.replace(/^IPv6:/i, ''));
  if (ip === null) problems.add('ip-invalid', `${show(value)} is no IP address; left out.`, 'Source-IP');
  return ip;
}

/** Comments in comments (RFC 5322 §3.2.2) that are told from the text around them. */
const DEEPEST_COMMENT = 4;

/** The mechanisms that gave no aligned identity, or none; comments go (RFC 9991 §4). */
function alignmentOf(value: string | null): string | null {
  if (value === null) return null;
  let text = value.toLowerCase();
  for (let depth = 0; depth < DEEPEST_COMMENT; depth++) text = text.replace(/\([^()]*\)/g, ' ');
  // What is left of a comment that never ends would be another one when it is read again.
  const words = text.replace(/[()]/g, ' ').split(',');
  return words.flatMap((word) => word.trim() || []).join(', ') || null;
}

function portOf(value: string | null, problems: ProblemList): number | null {
  if (value === null) return null;
  const port = /^\d{1,5}$/.test(value) ? Number(value) : 65_536;
  if (port <= 65_535) return port;
  problems.add('port-invalid', `${show(value)} is no port; left out.`, 'Source-Port');
  return null;
}

function incidentsOf(value: string | null, problems: ProblemList): number {
  if (value === null) return 1;
  return countOf(value, (code, message) => problems.add(code, message, 'Incidents'));
}

/** An address without its angle brackets; `<>`, the sender of bounces, stays as it is. */
function pathOf(value: string | null): string | null {
  if (value === null || value === '<>') return value;
  return value.replace(/^<(.*)>$/, '$1').trim() || null;
}

function lower(value: string | null): string | null {
  return value?.toLowerCase() ?? null;
}
