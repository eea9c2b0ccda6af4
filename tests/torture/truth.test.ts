import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../src/core/operations/operation.js';
import { testSystem, type TestSystem } from '../support/context.js';
import { takeIn } from '../support/samples.js';
import { planOf } from './reports.js';
import { differences } from './truth.js';

const TABLES = ['record', 'rollup_source', 'rollup_domain', 'rollup_result', 'rollup_tenant'];

let system: TestSystem;
let context: Context;
let client: pg.Client;

beforeEach(async () => {
  system = await testSystem();
  context = await system.context();
  client = new pg.Client(system.url);
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await system.close();
});

describe('the truth of a torture', () => {
  const { sendings, truth } = planOf(20, 1, ['folder']);

  it('is kept where every report is counted once, however often it came', async () => {
    await takeIn(context, ...sendings.map(({ bytes }) => bytes));

    expect(await differences(client, truth)).toEqual([]);
  });

  it('is missed by each of its numbers where nothing is counted', async () => {
    const found = await differences(client, truth);

    const numbers = Object.values(truth).filter((number) => number > 0).length;
    expect(found).toContain(`reports: messages 0, sent ${truth.messages}`);
    expect(found).toHaveLength(2 * numbers + 4 * (numbers - 2));
  });

  it.each(TABLES)('is missed by an empty %s', async (table) => {
    await takeIn(context, ...sendings.map(({ bytes }) => bytes));
    await client.query(`TRUNCATE dmarc_ops.${table}`);

    const found = await differences(client, truth);

    const place = table === 'record' ? 'records' : table;
    expect(found).toContain(`${place}: messages 0, sent ${truth.messages}`);
    expect(found.every((sentence) => sentence.startsWith(`${place}:`))).toBe(true);
  });
});
