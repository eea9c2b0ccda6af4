import { Writable } from 'node:stream';
import { Output } from '../../../src/cli/output.js';
import type { PrintedDocument } from '../../../src/cli/parse/format.js';
import type { AggregateReport, ReportRecord } from '../../../src/core/report/report.js';

/** An output, and what people would read of it. */
export function collector(): { readonly output: Output; readonly text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { output: new Output(stream), text: () => Buffer.concat(chunks).toString() };
}

/** Its fields are in an order that no contract names. */
export const REPORT: AggregateReport = {
  version: '1.0',
  namespace: '',
  errors: [],
  policy: {
    domain: 'example.com',
    versionPublished: null,
    p: 'none',
    sp: null,
    np: null,
    adkim: null,
    aspf: null,
    pct: null,
    fo: null,
    testing: null,
    discoveryMethod: null,
  },
  end: '2026-03-01T23:59:59Z',
  begin: '2026-03-01T00:00:00Z',
  domain: 'example.com',
  reportId: 'r"1',
  reporter: {
    orgName: '=HYPERLINK("http://example.net")',
    email: null,
    extraContactInfo: null,
    generator: null,
  },
};

export const RECORD: ReportRecord = {
  sourceIp: '2001:db8::1',
  count: 12,
  disposition: 'none',
  dkim: 'pass',
  spf: 'fail',
  reasons: [
    { type: 'forwarded', comment: 'looks, "fine"' },
    { type: null, comment: null },
    { type: 'other', comment: null },
  ],
  headerFrom: 'example.com',
  envelopeFrom: null,
  envelopeTo: null,
  authResults: {
    dkim: [
      { domain: 'example.com', selector: 's1', result: 'pass', humanResult: null },
      { domain: 'example.net', selector: null, result: null, humanResult: null },
    ],
    spf: [{ domain: 'bounce.example.com', scope: 'mfrom', result: 'fail', humanResult: null }],
  },
};

export const AGGREGATE: PrintedDocument = {
  kind: 'aggregate',
  member: 'a.zip/"ä".xml',
  sha256: 'ab'.repeat(32),
  report: REPORT,
  totals: { records: 1, messages: 12, dmarcPass: 12, dkimAligned: 12, spfAligned: 0 },
  problems: [{ code: 'count-negative', message: 'A count of −1.', where: null }],
  error: null,
};

export const UNREADABLE: PrintedDocument = {
  kind: 'unreadable',
  member: null,
  sha256: null,
  report: null,
  totals: null,
  problems: [],
  error: { code: 'xml-cut', message: 'It ends early.' },
};
