import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claim, domains } from '../../../src/core/operations/domains.js';
import { problems } from '../../../src/core/operations/intake.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { reprocess } from '../../../src/core/operations/reprocess.js';
import { report, reports } from '../../../src/core/operations/reports.js';
import { timeline } from '../../../src/core/operations/series.js';
import { rotateSigningKey } from '../../../src/core/operations/sessions.js';
import { source, sources } from '../../../src/core/operations/sources.js';
import { summary } from '../../../src/core/operations/summary.js';
import { redrive } from '../../../src/core/operations/tasks.js';
import { testSystem, type TestSystem } from '../../support/context.js';
import { reportXml } from '../../support/reports.js';
import { takeIn } from '../../support/samples.js';
import { asking } from './asking.js';

let system: TestSystem;
let context: Context;

beforeAll(async () => {
  system = await testSystem();
  context = await system.context();
  await takeIn(
    context,
    reportXml({ records: [{ sourceIp: '192.0.2.1' }, { sourceIp: '2001:db8::1', count: 2 }] }),
  );
});
afterAll(() => system.close());

it.each([
  { operation: redrive, field: 'all' },
  { operation: reprocess, field: 'failed' },
  { operation: rotateSigningKey, field: 'forget' },
])('yes and no are no texts: $field of $operation.name', ({ operation: { input }, field }) => {
  for (const value of ['false', 'true', 'no', 1, 0])
    expect(input.safeParse({ [field]: value }).success).toBe(false);
  expect(input.safeParse({ [field]: true }).success).toBe(true);
});

const period = { from: '2026-02-20', to: '2026-03-10' };

describe('a tampered cursor is refused, whatever it holds', () => {
  it.each(
    [
      [1.5, '192.0.2.1'],
      [-1, '192.0.2.1'],
      [5, 'abc'],
      [5, 'fe80::1%eth0'],
      [5, '192.0.2.0/24'],
      ['5', '192.0.2.1'],
      [5, null],
    ].map((place) => [place]),
  )('of sources: %j', async (place) => {
    await expect(asking(sources, { cursor: cursorOf(place) }, context)).rejects.toMatchObject({
      code: 'cursor-invalid',
    });
  });

  it.each(
    [
      ['abc', 1],
      ['2026-02-30', 1],
      ['0000-01-01', 1],
      ['2026-03-01', 1.5],
      ['2026-03-01', 1e300],
    ].map((place) => [place]),
  )('of reports: %j', async (place) => {
    await expect(asking(reports, { cursor: cursorOf(place) }, context)).rejects.toMatchObject({
      code: 'cursor-invalid',
    });
  });

  it('of domains, problems and records', async () => {
    for (const [operation, given] of [
      [domains, { cursor: cursorOf(['\0']) }],
      [problems, { cursor: cursorOf([1.5, 1, 1]) }],
      [problems, { cursor: cursorOf([1, 1, 2 ** 40]) }],
      [report, { report: 'r-1', cursor: cursorOf([2 ** 40]) }],
    ] as const)
      await expect(operation.run(context, operation.input.parse(given) as never)).rejects.toMatchObject({
        code: 'cursor-invalid',
      });
  });
});

describe('a source', () => {
  it.each([
    ['::ffff:192.0.2.1', '192.0.2.1', 1],
    ['::FFFF:c000:0201', '192.0.2.1', 1],
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1', 2],
    ['::ffff:192.0.2.0/120', '192.0.2.0/24', 1],
    ['2001:0db8::/032', '2001:db8::/32', 2],
  ])('written as %s is %s, as the store keeps it', async (written, canonical, messages) => {
    const found = await asking(source, { source: written, ...period }, context);

    expect(found).toMatchObject({ source: canonical, figures: { messages } });
  });

  it.each(['fe80::1%eth0', 'fe80::1%eth0/64', '192.0.2.1\0', '192.0.2.1/', '192.0.2.1/33', '::1/129', '/24'])(
    'cannot be %j',
    (written) => {
      expect(source.input.safeParse({ source: written }).success).toBe(false);
    },
  );
});

describe('what PostgreSQL cannot hold', () => {
  it('is refused in names, codes and report ids with one sentence', () => {
    for (const [operation, given] of [
      [summary, { domain: 'exam\0ple.com' }],
      [summary, { reporter: 'Example\0Mail' }],
      [report, { report: 'r-\0' }],
      [problems, { code: 'count\0negative' }],
      [claim, { domain: 'exam\u009bple.com' }],
    ] as const)
      expect(operation.input.safeParse(given).error?.issues).toHaveLength(1);
  });

  it.each(['0000-01-01', '1969-12-31', '9999-01-01', '9999-12-31'])('is refused as a day: %s', (day) => {
    expect(timeline.input.safeParse({ from: day, to: day }).success).toBe(false);
  });

  it('is not in the period of the days that can be asked about', async () => {
    for (const day of ['1970-01-01', '9998-12-31'])
      expect((await asking(summary, { from: day, to: day }, context)).figures.messages).toBe(0);
  });
});

function cursorOf(place: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}
