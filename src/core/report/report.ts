/**
 * What a report is. These types are the union of the old and the new standards: RFC 7489 and RFC 9990
 * (aggregate), RFC 6591 and RFC 9991 (failure), RFC 8460 (SMTP TLS). Every field of every one is kept, and
 * a value outside its standard is kept as it was written, in lower case where the standard's own words are.
 *
 * Glossary
 * - reporter: the receiver that sent the report (org_name), not the sender of the mail reported on.
 * - domain: where the DMARC record was found (policy_published/domain); the key of all figures.
 * - record: one row of an aggregate report: a source, a count, what was decided and why.
 * - source: the IP address that handed over the messages.
 * - aligned: DKIM or SPF passed for a domain that agrees with the From header (policy_evaluated dkim / spf).
 * - DMARC pass: aligned by DKIM or by SPF.
 * - disposition: what the receiver did: none, pass, quarantine, reject.
 * - envelope from / header from: RFC 5321 MAIL FROM domain / RFC 5322 From domain.
 */

export interface Reporter {
  readonly orgName: string | null;
  readonly email: string | null;
  readonly extraContactInfo: string | null;
  /** Software that made the report (RFC 9990). */
  readonly generator: string | null;
}

/** The DMARC record as the reporter saw it. Words in lower case; null where the report says nothing. */
export interface PublishedPolicy {
  /** Lower case, without trailing dot. */
  readonly domain: string | null;
  readonly versionPublished: string | null;
  readonly p: string | null;
  readonly sp: string | null;
  readonly np: string | null;
  readonly adkim: string | null;
  readonly aspf: string | null;
  /** 0 to 100 (RFC 7489 only). */
  readonly pct: number | null;
  readonly fo: string | null;
  /** `y` or `n` (RFC 9990). */
  readonly testing: string | null;
  /** `psl` or `treewalk` (RFC 9990). */
  readonly discoveryMethod: string | null;
}

export interface OverrideReason {
  readonly type: string | null;
  readonly comment: string | null;
}

export interface DkimResult {
  readonly domain: string | null;
  readonly selector: string | null;
  readonly result: string | null;
  readonly humanResult: string | null;
}

export interface SpfResult {
  readonly domain: string | null;
  /** `mfrom` or `helo`. */
  readonly scope: string | null;
  readonly result: string | null;
  readonly humanResult: string | null;
}

/** An element that no standard names, kept as XML text. */
export interface Extension {
  readonly name: string;
  readonly xml: string;
}

export interface ReportRecord {
  /** Canonical text of the address (RFC 5952 for IPv6; IPv4-mapped as IPv4); null where the report has none. */
  readonly sourceIp: string | null;
  /** Messages: a whole number from 0 to 2^53 − 1, which all records of one report together keep to as well. */
  readonly count: number;
  readonly disposition: string | null;
  /** policy_evaluated/dkim and spf, lower case: `pass`, `fail`, or what else was written. */
  readonly dkim: string | null;
  readonly spf: string | null;
  readonly reasons: readonly OverrideReason[];
  readonly headerFrom: string | null;
  readonly envelopeFrom: string | null;
  readonly envelopeTo: string | null;
  readonly authResults: { readonly dkim: readonly DkimResult[]; readonly spf: readonly SpfResult[] };
  /** Absent where there are none. */
  readonly extensions?: readonly Extension[];
}

/** An aggregate report without its records, which are read as a stream. */
export interface AggregateReport {
  readonly reporter: Reporter;
  readonly reportId: string | null;
  /** As written (`1.0`); says nothing of which standard was followed. */
  readonly version: string | null;
  /** XML namespace of the root element, '' where there is none. */
  readonly namespace: string;
  readonly domain: string | null;
  /** ISO 8601 in UTC, whole seconds. */
  readonly begin: string | null;
  readonly end: string | null;
  readonly errors: readonly string[];
  readonly policy: PublishedPolicy;
  /** Language of free text, by element name, where a lang attribute says it (RFC 9990). Absent where none does. */
  readonly languages?: Readonly<Record<string, string>>;
  /** Absent where there are none. */
  readonly extensions?: readonly Extension[];
}

/** Figures of an aggregate report, in messages but for `records`. */
export interface Totals {
  readonly records: number;
  readonly messages: number;
  readonly dmarcPass: number;
  readonly dkimAligned: number;
  readonly spfAligned: number;
}

export interface TlsFailure {
  /** RFC 8460 §4.3, such as `certificate-expired`. */
  readonly resultType: string | null;
  readonly sendingMtaIp: string | null;
  readonly receivingMxHostname: string | null;
  readonly receivingMxHelo: string | null;
  readonly receivingIp: string | null;
  /** Sessions. */
  readonly failedSessionCount: number;
  readonly additionalInformation: string | null;
  readonly failureReasonCode: string | null;
}

export interface TlsPolicyResult {
  /** `tlsa`, `sts` or `no-policy-found`. */
  readonly policyType: string | null;
  readonly policyString: readonly string[];
  readonly policyDomain: string | null;
  readonly mxHost: readonly string[];
  /** Sessions. */
  readonly successfulSessionCount: number;
  readonly failedSessionCount: number;
  readonly failureDetails: readonly TlsFailure[];
}

/** RFC 8460. */
export interface TlsReport {
  readonly organizationName: string | null;
  readonly begin: string | null;
  readonly end: string | null;
  readonly contactInfo: string | null;
  readonly reportId: string | null;
  readonly policies: readonly TlsPolicyResult[];
}

/** RFC 5965, RFC 6591, RFC 9991. Personal parts are redacted unless they were asked for. */
export interface FailureReport {
  /** `auth-failure`, `abuse`, … in lower case. */
  readonly feedbackType: string | null;
  readonly userAgent: string | null;
  readonly version: string | null;
  /** `dmarc`, `dkim`, `spf`, … in lower case (RFC 6591 §3.1, RFC 9991). */
  readonly authFailure: string | null;
  readonly deliveryResult: string | null;
  readonly identityAlignment: string | null;
  readonly arrivalDate: string | null;
  readonly sourceIp: string | null;
  readonly sourcePort: number | null;
  readonly reportingMta: string | null;
  readonly reportedDomain: readonly string[];
  readonly reportedUri: readonly string[];
  readonly originalEnvelopeId: string | null;
  readonly originalMailFrom: string | null;
  readonly originalRcptTo: readonly string[];
  readonly authenticationResults: readonly string[];
  readonly dkimDomain: string | null;
  readonly dkimIdentity: string | null;
  readonly dkimSelector: string | null;
  readonly dkimSelectorDns: string | null;
  readonly dkimAdspDns: string | null;
  readonly dkimCanonicalizedHeader: string | null;
  readonly dkimCanonicalizedBody: string | null;
  readonly spfDns: string | null;
  /** How many messages this report stands for (RFC 5965 §3.2). */
  readonly incidents: number;
  /** Domain of the From header of the reported message, else reportedDomain: the key of figures. */
  readonly domain: string | null;
  /** Header of the reported message, in its order. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** Body of the reported message; null when redacted or absent. */
  readonly body: string | null;
  /** Whether personal parts were replaced. */
  readonly redacted: boolean;
  /** Fields that no standard names. */
  readonly otherFields: readonly { readonly name: string; readonly value: string }[];
}

/** Something odd about a document: a repair, a guess, or a part left out. A fact that people can list. */
export interface Problem {
  /** Stable name such as `count-negative`. */
  readonly code: string;
  /** One sentence that says what was found and what was made of it. */
  readonly message: string;
  /** Place in the document, such as `record 3 row/count`; null for the whole. */
  readonly where: string | null;
}

/** Why a document could not be read. */
export interface ReadError {
  readonly code: string;
  readonly message: string;
}

interface DocumentFacts {
  /** Path inside the container, such as `a.zip/b.xml`; null when the file itself is the document. */
  readonly member: string | null;
  /**
   * Of the document's own bytes (unpacked), lower-case hex. Of a failure report: of the mail that it is, with the
   * number of the report where a mail holds several; stored without its personal parts, it keeps that of the original.
   */
  readonly sha256: string;
  readonly problems: readonly Problem[];
}

/** One document found in some bytes, after it was read to its end. */
export type ReadDocument = DocumentFacts &
  (
    | {
        readonly kind: 'aggregate';
        readonly report: AggregateReport;
        readonly totals: Totals;
        readonly error: null;
      }
    | {
        readonly kind: 'failure';
        readonly report: FailureReport;
        readonly totals: null;
        readonly error: null;
      }
    | { readonly kind: 'smtp-tls'; readonly report: TlsReport; readonly totals: null; readonly error: null }
    | { readonly kind: 'unreadable'; readonly report: null; readonly totals: null; readonly error: ReadError }
  );

/**
 * What reading yields, in order. For every document: batches of records (aggregate only), then `document`.
 * `discard` takes back all records since the last `document`: the strict reading failed half-way, and the
 * lenient one starts again.
 */
export type ReadEvent =
  | { readonly type: 'records'; readonly records: readonly ReportRecord[] }
  | { readonly type: 'discard' }
  | { readonly type: 'document'; readonly document: ReadDocument };
