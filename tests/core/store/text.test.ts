import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../../src/core/operations/operation.js';
import { keptName, reporterIds } from '../../../src/core/store/names.js';
import { storable, storableJsonText } from '../../../src/core/store/text.js';
import { testSystem, type TestSystem } from '../../support/context.js';
import { reportXml } from '../../support/reports.js';
import { takeIn } from '../../support/samples.js';

/** What JSON and XML of senders may hold and PostgreSQL may not. */
const ODD = [
  '\0',
  '\ud83d',
  '\ude00',
  'a\ud83d',
  '\ude00\ud83d',
  `${'x'.repeat(299)}😀`,
  '\\u0000',
  '\\ud83d',
];

let system: TestSystem;
let context: Context;
let tenants = 0;

beforeAll(async () => {
  system = await testSystem();
});
afterAll(() => system.close());
beforeEach(async () => {
  tenants += 1;
  context = await system.context(`tenant ${tenants}`);
});

describe('text for PostgreSQL', () => {
  it('has U+FFFD where UTF-8 or PostgreSQL has nothing', () => {
    expect(storable('a\0b\ud83dc\ude00d😀')).toBe('a\ufffdb\ufffdc\ufffdd😀');
  });

  it('is given back by PostgreSQL as it was sent', async () => {
    const texts = ODD.map(storable);

    const row = await context.db.within(context.tenant, (session) =>
      session.row<{ texts: string[] }>('SELECT $1::text[] AS texts', [texts]),
    );

    expect(row.texts).toEqual(texts);
  });

  it('is taken as JSONB, with everything that can be kept', async () => {
    const json = storableJsonText(JSON.stringify({ odd: ODD, tab: '\t\u0001', '\ud83d': 1 }));

    const row = await context.db.within(context.tenant, (session) =>
      session.row<{ value: unknown }>('SELECT $1::jsonb AS value', [json]),
    );

    expect(row.value).toEqual({ odd: ODD.map(storable), tab: '\t\u0001', '\ufffd': 1 });
  });
});

describe('a name', () => {
  it('is found by what it was stored as', async () => {
    const names = ODD.map((name) => keptName(name, '(unknown)'));

    const ids = await context.db.within(context.tenant, (session) =>
      reporterIds(session, context.tenant, names),
    );

    expect(names.map((name) => ids.get(name))).not.toContain(undefined);
    expect(names).toContain('x'.repeat(299));
    expect(keptName('\0 ', '(unknown)')).toBe('(unknown)');
  });
});

describe('a report with odd text', () => {
  it('is stored where an emoji lies across the end of the name of its reporter', async () => {
    const orgName = `${'x'.repeat(299)}😀`;

    const processed = await takeIn(context, reportXml({ orgName }), reportXml({ orgName, reportId: 'r-2' }));

    expect(processed).toMatchObject({ documents: { stored: 2 }, failed: 0 });
  });

  it('is stored where its JSON has halves of surrogate pairs', async () => {
    const report = {
      'organization-name': '\ud83d',
      'report-id': '\ude00',
      'contact-info': `${'x'.repeat(3_999)}😀`,
      'date-range': { 'start-datetime': '2026-03-01T00:00:00Z', 'end-datetime': '2026-03-01T23:59:59Z' },
      policies: [{ policy: { 'policy-domain': '\ud83d.example.com', 'mx-host': ['\ud83d'] } }],
    };

    const processed = await takeIn(context, JSON.stringify(report));

    expect(processed).toMatchObject({ documents: { stored: 1 }, failed: 0 });
  });
});
