import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { perform } from '../../src/core/operations/perform.js';
import { userCreate, userRole } from '../../src/core/operations/users.js';
import { answerTo, ask, nextSeen, type Side } from '../support/chat/side.js';
import { openTown, type Town } from '../support/chat/town.js';
import { commandLine } from '../support/command-line.js';
import { takeIn } from '../support/samples.js';
import { reportXml } from '../support/reports.js';
import { until } from '../support/until.js';

/** The day of `reportXml`. */
const QUESTION = 'summary example.com 2026-03-01';
const FIGURE = /\b12,345 messages\b/u;

let town: Town;

beforeAll(async () => {
  town = await openTown();
  await takeIn(town.admin, reportXml({ records: [{ count: 12_345 }] }));
  await town.start();
});
afterAll(() => town.close());

const platforms = ['slack', 'teams', 'discord'] as const;

async function create(email: string, role: 'viewer' | 'analyst' | 'admin'): Promise<void> {
  await perform(userCreate, town.admin, { email, role });
}

async function codeFor(email: string, ...more: readonly string[]): Promise<string> {
  const ended = await commandLine(['link-code', email, ...more, '--json'], {
    environment: { DATABASE_URL: town.system.url },
  });
  expect(ended.errors).toBe('');
  return (JSON.parse(ended.output) as { readonly code: string }).code;
}

describe.each(platforms)('a new workspace of %s', (name) => {
  const side = (): Side => town[name];

  it('is bound by a code of the command line, and what was refused before is carried out then', async () => {
    const email = `chief.${name}@example.com`;
    await create(email, 'admin');
    const chief = side().user('chief');

    const refused = await ask(chief, QUESTION);
    const before = new Set(chief.seen().map(({ key }) => key));
    await chief.type(`link ${await codeFor(email, '--binds')}`);
    const linked = await nextSeen(chief, before, /Linked/u);
    const answer = await nextSeen(chief, before, FIGURE);

    expect(refused.text).toContain('This workspace is not connected yet');
    expect(refused.text).not.toMatch(FIGURE);
    expect(linked.text).toContain('This workspace is bound');
    expect(answer.text).toContain('Summary of example.com');
  });

  it('takes the code once, and no other code that was guessed', async () => {
    const email = `second.${name}@example.com`;
    await create(email, 'viewer');
    const [second, thief] = [side().user('second'), side().user('thief')];
    const code = await codeFor(email);
    await ask(second, QUESTION);

    const before = new Set(second.seen().map(({ key }) => key));
    await second.type(`link ${code}`);
    await nextSeen(second, before, FIGURE);
    const stolen = await ask(thief, `link ${code}`);
    const guessed = await ask(thief, `link ${code.slice(0, -4)}abcd`);

    expect(stolen.text).toContain('This code is not good here');
    expect(guessed.text).toContain('This code is not good here');
    expect((await ask(thief, QUESTION)).text).toContain('Not linked yet');
  });

  it('takes a role from the database at each question, and says who can grant one', async () => {
    const viewer = await town.member(side(), 'viewer', 'viewer');
    const email = `viewer.${name}@members.example`;

    const refused = await ask(viewer, `claim ${name}.example`);
    await perform(userRole, town.admin, { email, role: 'admin' });
    const done = await ask(viewer, `claim ${name}.example`);
    await perform(userRole, town.admin, { email, role: 'viewer' });
    const again = await ask(viewer, `release ${name}.example`);

    expect(refused.text).toContain(`chief.${name}@example.com`);
    expect(done.text).toContain(`${name}.example is claimed`);
    expect(again.text).toContain(`chief.${name}@example.com`);
  });

  it('keeps no secret of what was typed, and nothing of what was answered', async () => {
    const { db, tenant } = town.admin;

    // An answer is seen a moment before it is noted.
    const rows = await until('all is answered', async () => {
      const found = await db.within(tenant, (session) =>
        session.rows<{ words: string | null; reply: unknown; state: string }>(
          `SELECT words, reply, state FROM chat_request WHERE platform = '${name}'`,
        ),
      );
      return found.some(({ state }) => state === 'received') ? null : found;
    });

    const open = rows.filter(({ state }) => state !== 'waiting-for-link');
    expect(open.length).toBeGreaterThan(3);
    expect(open.filter(({ words, reply }) => words !== null || reply !== null)).toEqual([]);
    expect(JSON.stringify(rows)).not.toContain('dml_');
    expect(town.service().told()).not.toContain('dml_');
  });
});

describe.each(['slack', 'teams'] as const)('where %s vouches for addresses', (name) => {
  it('a user is linked at their first question, and nobody else is', async () => {
    await create(`known@${name}.example`, 'viewer');
    const [known, stranger] = [town[name].user('known'), town[name].user('stranger')];

    const answer = await answerTo(known, () => known.type(QUESTION));
    const refused = await answerTo(stranger, () => stranger.type(QUESTION));

    expect(answer.text).toMatch(FIGURE);
    expect(refused.text).toContain('Not linked yet');
    expect(refused.text).not.toMatch(FIGURE);
  });
});
