import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { nextSeen, type ChatUser } from '../support/chat/side.js';
import { openTown, type Town } from '../support/chat/town.js';
import { reportXml } from '../support/reports.js';
import { takeIn } from '../support/samples.js';
import { until } from '../support/until.js';

const QUESTION = 'summary example.com 2026-03-01';
const FIGURE = /\b12,345 messages\b/u;
/** Read by the question, and by nothing before it. */
const READ = 'dmarc_ops.rollup_result';
/** Written by the change, and by nothing before it. */
const CHANGED = 'dmarc_ops.domain';

let town: Town;
let watcher: pg.Client;

beforeAll(async () => {
  town = await openTown();
  await takeIn(town.admin, reportXml({ records: [{ count: 12_345 }] }));
  await town.start();
  watcher = new pg.Client(town.system.url);
  await watcher.connect();
});
afterAll(async () => {
  await watcher.end();
  await town.close();
});

/** Requests that are not answered yet, and how often each was begun. */
async function open(): Promise<{ platform: string; words: string; begun: boolean }[]> {
  const { rows } = await watcher.query<{ platform: string; words: string; begun: boolean }>(
    `SELECT platform, words, begun_at IS NOT NULL AS begun FROM dmarc_ops.chat_request WHERE state = 'received' ORDER BY 1, 2`,
  );
  return rows;
}

/** Sessions of the service that wait for what the watcher holds. */
async function waiting(): Promise<number> {
  await watcher.query('SELECT pg_stat_clear_snapshot()');
  const { rows } = await watcher.query<{ count: string }>(
    `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return Number(rows[0]?.count);
}

/** How often a domain was claimed, as the audit has it. */
async function claims(domain: string): Promise<number> {
  const { rows } = await watcher.query<{ count: string }>(
    `SELECT COUNT(*) FROM dmarc_ops.audit WHERE operation = 'claim' AND outcome = 'done' AND input ->> 'domain' = $1`,
    [domain],
  );
  return Number(rows[0]?.count);
}

describe('the service is killed after it took requests and before it answered them', () => {
  it('each is answered once after the restart; what changes things is not done twice, and that is said', async () => {
    const asked: { readonly name: string; readonly asker: ChatUser; readonly claimer: ChatUser }[] = [];
    for (const side of town.sides)
      asked.push({
        name: side.name,
        asker: await town.member(side, 'asker', 'viewer'),
        claimer: await town.member(side, 'claimer', 'admin'),
      });
    await until('all is answered', async () => ((await open()).length === 0 ? true : null));
    const before = new Map(
      asked.flatMap(({ asker, claimer }) =>
        [asker, claimer].map((user) => [user, new Set(user.seen().map(({ key }) => key))] as const),
      ),
    );
    await watcher.query('BEGIN');
    await watcher.query(`LOCK TABLE ${READ} IN ACCESS EXCLUSIVE MODE`);
    await watcher.query(`LOCK TABLE ${CHANGED} IN SHARE MODE`);

    const told = await Promise.all(
      asked.flatMap(({ name, asker, claimer }) => [
        asker.type(QUESTION),
        claimer.type(`claim ${name}.example`),
      ]),
    );
    // The rules of the service may wait for the same locks.
    const left = await until('all of it is in the middle', async () => {
      const requests = await open();
      const isBegun = requests.filter(({ begun }) => begun).length === asked.length;
      return isBegun && (await waiting()) >= told.length ? requests : null;
    });
    await town.service().kill();
    await watcher.query('ROLLBACK');

    // Acknowledged, and none answered.
    expect(told).toEqual(told.map(() => 200));
    expect(left.map(({ platform, begun }) => `${platform} ${begun}`)).toEqual([
      'discord true',
      'discord false',
      'slack true',
      'slack false',
      'teams true',
      'teams false',
    ]);
    for (const [user, seen] of before) expect(user.seen().filter(({ key }) => !seen.has(key))).toEqual([]);

    // Its lease ends by itself; the clock of the database is not waited for.
    await watcher.query(`UPDATE dmarc_ops.chat_request SET leased_until = now() WHERE state = 'received'`);
    await town.start();
    for (const { asker, claimer, name } of asked) {
      const answer = await nextSeen(asker, before.get(asker) ?? new Set());
      const word = await nextSeen(claimer, before.get(claimer) ?? new Set());

      expect([name, answer.text]).toEqual([name, expect.stringMatching(FIGURE)]);
      expect([name, word.text]).toEqual([
        name,
        expect.stringContaining('claim was interrupted when the service was restarted'),
      ]);
    }
    await until('all is answered', async () => ((await open()).length === 0 ? true : null));

    // What platforms send again, because nobody heard them being told, is the same request.
    for (const { asker, claimer } of asked) for (const user of [asker, claimer]) await user.again();
    await until('all is answered', async () => ((await open()).length === 0 ? true : null));
    for (const { asker, claimer, name } of asked) {
      for (const user of [asker, claimer])
        expect(user.seen().filter(({ key }) => !before.get(user)?.has(key))).toHaveLength(1);
      expect(await claims(`${name}.example`)).toBe(0);
    }
  });

  it('and goes on as before: what was interrupted is done when it is asked again', async () => {
    for (const side of town.sides) {
      const admin = await town.member(side, 'next', 'admin');
      const before = new Set(admin.seen().map(({ key }) => key));

      await admin.type(`claim ${side.name}.example`);
      const { text } = await nextSeen(admin, before);

      expect(text).toContain(`${side.name}.example is claimed`);
      expect(await claims(`${side.name}.example`)).toBe(1);
    }
  });
});
