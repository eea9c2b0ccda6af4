import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { readOne } from '../../support/read-all.js';
import { recordXml, reportXml } from './aggregate/document.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const KEPT = 40;
const MEBIBYTE = 1024 * 1024;

/** Mebibytes that documents take once they are read. */
async function taken(document: (number: number) => string | Uint8Array): Promise<number> {
  await readOne(document(-1));
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const kept: unknown[] = [];
  for (let i = 0; i < KEPT; i += 1) kept.push({ ...(await readOne(document(i))), records: [] });
  collectGarbage();
  const mebibytes = (process.memoryUsage().heapUsed - before) / MEBIBYTE;
  expect(kept).toHaveLength(KEPT);
  return mebibytes;
}

describe('the memory that a document takes once it is read', () => {
  const apart = ' '.repeat(65_000);

  it('is that of its own texts, wherever they were cut out', async () => {
    const metadata = (i: number): string =>
      `<org_name>R</org_name><report_id>1</report_id>${`<error>an error of report ${i}</error>${apart}`.repeat(30)}`;

    expect(await taken((i) => reportXml({ metadata: metadata(i) }))).toBeLessThan(5);
  });

  it('is that of its own problems', async () => {
    const odd = (i: number): string => recordXml({ count: `<count>no number of report ${i}</count>` });

    expect(
      await taken((i) =>
        reportXml({ records: `${odd(i)}${apart}`.repeat(20), metadata: '<error>e</error>' }),
      ),
    ).toBeLessThan(5);
  });

  it('is bounded where the report says much beside its records', async () => {
    const much = `<error>${'e'.repeat(3_900)}</error><x>${'x'.repeat(3_900)}</x>`.repeat(100);

    expect(await taken(() => reportXml({ metadata: much }))).toBeLessThan(10);
  });
});
