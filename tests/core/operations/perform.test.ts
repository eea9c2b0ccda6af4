import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { z } from 'zod';
import { audit } from '../../../src/core/operations/audit.js';
import {
  operation,
  OperationError,
  ROLES,
  type Context,
  type Role,
} from '../../../src/core/operations/operation.js';
import { InputError, perform } from '../../../src/core/operations/perform.js';
import { testSystem, type TestSystem } from '../../support/context.js';

let system: TestSystem;
let context: Context;
const as = (role: Role): Context => ({ ...context, actor: { id: `user:${role}`, name: role, role } });

const lines = async () => {
  const { items } = await perform(audit, as('admin'), { limit: 1_000 });
  return items.map(({ actor, operation: name, input, outcome }) => [actor.id, name, input, outcome]);
};

const rename = operation({
  name: 'rename',
  summary: 'Rename a thing',
  role: 'analyst',
  effect: 'changes',
  input: z.object({
    thing: z.string(),
    password: z.string().meta({ writeOnly: true }).optional(),
    tags: z.array(z.string()).optional(),
    blob: z.custom<Buffer>().optional(),
  }),
  run: (_context, { thing }) => {
    if (thing === 'missing') throw new OperationError('thing-unknown', 'There is no such thing.');
    if (thing === 'broken') throw new Error('the password is hunter2');
    return Promise.resolve({ before: 'old' });
  },
  changed: ({ before }) => ({ before }),
});

beforeAll(async () => {
  system = await testSystem();
  context = await system.context();
});
afterAll(() => system.close());

describe('who may', () => {
  it.each(ROLES)('a %s runs what the role allows, and hears which role the rest needs', async (role) => {
    for (const needed of ROLES) {
      const one = operation({ ...rename, name: `for-${needed}`, effect: 'reads', role: needed });
      const outcome = await perform(one, as(role), { thing: 'x' }).then(
        () => 'done',
        (error: OperationError) => [error.code, error.message],
      );

      expect(outcome).toEqual(
        ROLES.indexOf(role) >= ROLES.indexOf(needed)
          ? 'done'
          : [
              'not-allowed',
              `for-${needed} needs the role ${needed}; yours is ${role}. An admin of this workspace can grant it.`,
            ],
      );
    }
  });

  it('only whoever sits at the machine runs what names its files', async () => {
    const local = operation({ ...rename, name: 'local', effect: 'reads', local: true });

    await expect(perform(local, as('admin'), { thing: 'x' })).rejects.toMatchObject({ code: 'local-only' });
    await expect(perform(local, as('admin'), { thing: 'x' }, { local: true })).resolves.toBeDefined();
  });

  it('the role is looked at before the input, so that nothing is learnt by guessing', async () => {
    await expect(perform(rename, as('viewer'), { nonsense: 1 })).rejects.toMatchObject({
      code: 'not-allowed',
    });
  });
});

it('input that the schema does not take is refused with its issues', async () => {
  const refused = perform(rename, as('admin'), { thing: 1 });

  await expect(refused).rejects.toBeInstanceOf(InputError);
  await expect(refused).rejects.toMatchObject({
    code: 'input-invalid',
    issues: [{ path: ['thing'], code: 'invalid_type' }],
  });
});

describe('the audit', () => {
  it('tells what changed, without secrets, and what the operation says of it', async () => {
    await perform(rename, as('admin'), {
      thing: 'lamp',
      password: 'hunter2',
      tags: ['a\0b', 'x'.repeat(1_000)],
      blob: Buffer.from('binary'),
    });

    expect((await lines())[0]).toEqual([
      'user:admin',
      'rename',
      { thing: 'lamp', tags: ['a\u{fffd}b', 'x'.repeat(300)], before: 'old' },
      'done',
    ]);
  });

  it('tells too what was refused, what could not be done, and what nobody foresaw', async () => {
    await perform(rename, as('viewer'), { thing: 'lamp', password: 'hunter2' }).catch(() => {});
    await perform(rename, as('admin'), { thing: 'missing', password: 'hunter2' }).catch(() => {});
    await perform(rename, as('admin'), { thing: 'broken', password: 'hunter2' }).catch(() => {});

    expect((await lines()).slice(0, 3)).toEqual([
      ['user:admin', 'rename', { thing: 'broken' }, 'unexpected'],
      ['user:admin', 'rename', { thing: 'missing' }, 'thing-unknown'],
      ['user:viewer', 'rename', {}, 'not-allowed'],
    ]);
    expect(JSON.stringify(await lines())).not.toContain('hunter2');
  });

  it('says nothing of what only reads', async () => {
    const before = await lines();

    await perform(operation({ ...rename, effect: 'reads' }), as('admin'), { thing: 'x' });

    expect(await lines()).toEqual(before);
  });

  it('is filtered by actor, operation and days, and paged', async () => {
    const first = await perform(audit, as('admin'), { limit: 1 });
    const second = await perform(audit, as('admin'), { limit: 1, cursor: first.next ?? '' });

    expect(second.items[0]?.id).toBeLessThan(first.items[0]?.id ?? 0);
    expect((await perform(audit, as('admin'), { actor: 'USER:viewer' })).items).toHaveLength(2);
    expect((await perform(audit, as('admin'), { operation: 'claim' })).items).toEqual([]);
    expect((await perform(audit, as('admin'), { to: '2026-03-14' })).items).toEqual([]);
    expect((await perform(audit, as('admin'), { from: '2026-03-15', to: '2026-03-15' })).items).toHaveLength(
      5,
    );
  });

  it('of another tenant is not seen', async () => {
    const other = await system.context('other');

    expect((await perform(audit, other, {})).items).toEqual([]);
  });

  it('is never changed: neither by the role that serves nor by the owner', async () => {
    const statements = [
      `UPDATE audit SET outcome = 'done'`,
      'DELETE FROM audit',
      'TRUNCATE audit',
      'DROP TABLE audit',
    ];
    for (const sql of statements)
      await expect(context.db.within(context.tenant, (session) => session.run(sql))).rejects.toMatchObject({
        code: 'database-rights',
      });
    const owner = new pg.Client(system.url);
    await owner.connect();
    await owner.query('SET search_path = dmarc_ops');
    for (const sql of statements.slice(0, 3)) await expect(owner.query(sql)).rejects.toThrow('never changed');
    await owner.end();
    expect(await lines()).toHaveLength(5);
  });

  it('that cannot be written does not undo what was done, and stands in the log', async () => {
    const errors: unknown[] = [];
    const failing: Context = {
      ...as('admin'),
      db: { ...context.db, within: () => Promise.reject(new Error('gone')) },
      log: { ...context.log, error: (message, facts) => void errors.push([message, facts]) },
    };

    await expect(perform(rename, failing, { thing: 'lamp', password: 'hunter2' })).resolves.toBeDefined();
    expect(errors).toMatchObject([
      [
        'a line of the audit could not be written',
        { actorId: 'user:admin', operation: 'rename', outcome: 'done' },
      ],
    ]);
    expect(JSON.stringify(errors)).not.toContain('hunter2');
  });
});
