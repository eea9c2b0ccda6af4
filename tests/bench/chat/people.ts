import { linkCode } from '../../../src/core/operations/chat/link-code.js';
import { perform } from '../../../src/core/operations/perform.js';
import { userCreate } from '../../../src/core/operations/users.js';
import { readConfig } from '../../../src/config.js';
import { openSystem } from '../../../src/system.js';
import type { Bench } from '../bench.js';
import type { Side } from './side.js';

/** Makes a user for each person, and gives the codes that link them, by side; the first of a side binds its workspace. */
export async function makePeople(
  bench: Bench,
  dataFolder: string,
  sides: readonly Side[],
  people: number,
): Promise<ReadonlyMap<Side, readonly string[]>> {
  const system = await openSystem({
    config: readConfig({ DATA_DIR: dataFolder, LOG_LEVEL: 'warn' }),
    note: () => {},
  });
  // The folder may have been here before.
  const run = Date.now().toString(36);
  try {
    const codes = new Map<Side, readonly string[]>();
    for (const side of sides) {
      const own: string[] = [];
      for (let person = 0; person < people; person += 1) {
        const email = `${side.name}-${person}-${run}@example.org`;
        await perform(userCreate, system.context, { email, role: 'analyst' });
        const { code } = await perform(linkCode, system.context, { email, binds: person === 0 });
        own.push(code);
      }
      codes.set(side, own);
    }
    bench.postgres = system.db.version;
    return codes;
  } finally {
    await system.close();
  }
}

/** Lets every person bring their code; throws with the answer where one is not linked by it. */
export async function linkPeople(codes: ReadonlyMap<Side, readonly string[]>): Promise<void> {
  for (const [side, own] of codes)
    for (const [person, code] of own.entries()) {
      const { answered } = side.ask(person, `link ${code}`);
      const { content } = await answered;
      if (!/linked/iu.test(content)) throw new Error(`${side.name}: nobody was linked: ${content}`);
    }
}
