/**
 * Where an element of an aggregate report may stand: the union of RFC 7489 Appendix C, RFC 9990 and what older
 * drafts and real reporters write (`identities`, a count directly in the record, …). A place is one position in
 * this tree; a position from FIRST_LEAF on holds text.
 */
export const AT = {
  /** Before the root, or in an element that wraps it. */
  outside: 0,
  /** In an element that is not known at its place: kept as an extension. */
  foreign: 1,
  feedback: 2,
  metadata: 3,
  dateRange: 4,
  policy: 5,
  record: 6,
  row: 7,
  evaluated: 8,
  reason: 9,
  identifiers: 10,
  authResults: 11,
  dkim: 12,
  spf: 13,
  extensions: 14,
  version: 15,
  orgName: 16,
  email: 17,
  extraContactInfo: 18,
  reportId: 19,
  error: 20,
  generator: 21,
  begin: 22,
  end: 23,
  policyDomain: 24,
  versionPublished: 25,
  p: 26,
  sp: 27,
  np: 28,
  adkim: 29,
  aspf: 30,
  pct: 31,
  fo: 32,
  testing: 33,
  discoveryMethod: 34,
  sourceIp: 35,
  count: 36,
  disposition: 37,
  evaluatedDkim: 38,
  evaluatedSpf: 39,
  reasonType: 40,
  reasonComment: 41,
  headerFrom: 42,
  envelopeFrom: 43,
  envelopeTo: 44,
  dkimDomain: 45,
  dkimSelector: 46,
  dkimResult: 47,
  dkimHumanResult: 48,
  spfDomain: 49,
  spfScope: 50,
  spfResult: 51,
  spfHumanResult: 52,
} as const;

export const FIRST_LEAF = AT.version;
const POSITIONS = 64;

type Children = Readonly<Record<string, number>>;

const DATES: Children = { begin: AT.begin, end: AT.end };
const IDENTITIES: Children = {
  header_from: AT.headerFrom,
  envelope_from: AT.envelopeFrom,
  envelope_to: AT.envelopeTo,
};
const EVALUATED: Children = {
  disposition: AT.disposition,
  dkim: AT.evaluatedDkim,
  spf: AT.evaluatedSpf,
  reason: AT.reason,
};
const ROW: Children = { source_ip: AT.sourceIp, count: AT.count, policy_evaluated: AT.evaluated };
const RECORD_PARTS: Children = {
  identifiers: AT.identifiers,
  identities: AT.identifiers,
  auth_results: AT.authResults,
};

const TREE: readonly (readonly [parent: number, children: Children])[] = [
  [AT.outside, { feedback: AT.feedback }],
  [
    AT.feedback,
    {
      version: AT.version,
      report_metadata: AT.metadata,
      policy_published: AT.policy,
      record: AT.record,
      extension: AT.extensions,
      extensions: AT.extensions,
    },
  ],
  [
    AT.metadata,
    {
      org_name: AT.orgName,
      email: AT.email,
      extra_contact_info: AT.extraContactInfo,
      report_id: AT.reportId,
      date_range: AT.dateRange,
      error: AT.error,
      generator: AT.generator,
    },
  ],
  [AT.dateRange, DATES],
  [
    AT.policy,
    {
      domain: AT.policyDomain,
      version_published: AT.versionPublished,
      p: AT.p,
      sp: AT.sp,
      np: AT.np,
      adkim: AT.adkim,
      aspf: AT.aspf,
      pct: AT.pct,
      fo: AT.fo,
      testing: AT.testing,
      discovery_method: AT.discoveryMethod,
    },
  ],
  [AT.record, { row: AT.row, ...RECORD_PARTS, extension: AT.extensions, extensions: AT.extensions }],
  [AT.row, ROW],
  [AT.evaluated, EVALUATED],
  [AT.reason, { type: AT.reasonType, comment: AT.reasonComment }],
  [AT.identifiers, IDENTITIES],
  [AT.authResults, { dkim: AT.dkim, spf: AT.spf }],
  [
    AT.dkim,
    {
      domain: AT.dkimDomain,
      selector: AT.dkimSelector,
      result: AT.dkimResult,
      human_result: AT.dkimHumanResult,
    },
  ],
  [
    AT.spf,
    { domain: AT.spfDomain, scope: AT.spfScope, result: AT.spfResult, human_result: AT.spfHumanResult },
  ],
  // Not where they belong, but clear all the same.
  [AT.feedback, { date_range: AT.dateRange }],
  [AT.metadata, DATES],
  [AT.record, { ...ROW, ...IDENTITIES }],
  [AT.row, { ...RECORD_PARTS, ...IDENTITIES }],
];

/** Element names in the order of their codes; code 0 is every name that no standard has. */
export const NAMES: readonly string[] = [
  '',
  ...new Set(TREE.flatMap(([, children]) => Object.keys(children))),
];

const CODES: ReadonlyMap<string, number> = new Map(NAMES.map((name, code) => [name, code]));
const PATHS: string[] = [];
const TABLE = compile();

/** Code of a local element name; 0 where it is not known. */
export function codeOf(name: string): number {
  return CODES.get(name) ?? 0;
}

/** Position of an element with this code below a position; AT.foreign where it has no place there. */
export function below(position: number, code: number): number {
  return TABLE[position * POSITIONS + code] ?? AT.foreign;
}

/** Path of a position below the root or below its record, such as `row/count`, for people. */
export function pathOf(position: number): string {
  return PATHS[position] ?? '';
}

function compile(): Uint8Array {
  const table = new Uint8Array(POSITIONS * POSITIONS).fill(AT.foreign);
  for (const [parent, children] of TREE) {
    const prefix = parent === AT.feedback || parent === AT.record ? '' : `${PATHS[parent] ?? ''}/`;
    for (const [name, position] of Object.entries(children)) {
      table[parent * POSITIONS + (CODES.get(name) ?? 0)] = position;
      PATHS[position] ??= parent === AT.outside ? '' : `${prefix}${name}`;
    }
  }
  // An element that wraps the report is looked through.
  for (let code = 0; code < NAMES.length; code += 1) {
    if (table[code] === AT.foreign) table[code] = AT.outside;
  }
  return table;
}
