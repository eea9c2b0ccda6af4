/** What a test wants to say in an aggregate report; the rest is the same everywhere. */
export interface Written {
  readonly orgName?: string;
  readonly reportId?: string;
  readonly domain?: string;
  readonly records?: readonly WrittenRecord[];
}

export interface WrittenRecord {
  readonly sourceIp?: string;
  readonly count?: number | string;
  readonly dkim?: string;
  readonly spf?: string;
  readonly headerFrom?: string;
}

/** A well-made aggregate report of RFC 7489 about 2026-03-01. Values are written as they are, without escaping. */
export function reportXml(written: Written = {}): string {
  return [...reportLines(written, written.records ?? [{}])].join('\n');
}

/** The same line by line, so that a large one need not be held. */
export function* reportLines(written: Written, records: Iterable<WrittenRecord>): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>';
  yield '<feedback><version>1.0</version><report_metadata>';
  yield `<org_name>${written.orgName ?? 'Example Mail'}</org_name><email>dmarc@example.net</email>`;
  yield `<report_id>${written.reportId ?? 'r-1'}</report_id>`;
  yield '<date_range><begin>1772323200</begin><end>1772409599</end></date_range></report_metadata>';
  yield `<policy_published><domain>${written.domain ?? 'example.com'}</domain><adkim>r</adkim><aspf>s</aspf>`;
  yield '<p>reject</p><sp>none</sp><pct>100</pct></policy_published>';
  for (const {
    sourceIp = '192.0.2.1',
    count = 1,
    dkim = 'pass',
    spf = 'fail',
    headerFrom = 'example.com',
  } of records) {
    yield `<record><row><source_ip>${sourceIp}</source_ip><count>${count}</count><policy_evaluated>`;
    yield `<disposition>none</disposition><dkim>${dkim}</dkim><spf>${spf}</spf></policy_evaluated></row>`;
    yield `<identifiers><header_from>${headerFrom}</header_from></identifiers><auth_results>`;
    yield `<dkim><domain>example.com</domain><selector>s1</selector><result>${dkim}</result></dkim>`;
    yield `<spf><domain>bounce.example.com</domain><scope>mfrom</scope><result>${spf}</result></spf></auth_results></record>`;
  }
  yield '</feedback>';
}
