import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandLine, commandLineHere } from '../support/command-line.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dmarc-ops-generate-'));
  await writeFile(join(folder, 'small.yaml'), SCENARIO);
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const SCENARIO = `
name: small
start: 2026-03-01
days: 3
domains: { example.com: { p: none } }
senders: [{ name: own, kind: own, domain: example.com, addresses: 192.0.2.0/28, perDay: 50 }]
reporters: [{ name: Example Mail, domain: reporter.example.net, share: 1 }]
`;

function generate(...words: string[]) {
  return commandLine(['generate', ...words], { folder });
}

/** One checksum over names and contents. */
async function fingerprint(path: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) hash.update(file.slice(path.length)).update(await readFile(file));
  return hash.digest('hex');
}

describe('dmarc-ops generate', () => {
  it('writes reports and the figures of truth.json, the same for the same seed', async () => {
    const first = await generate('--scenario', 'small.yaml', '--seed', '7', '--out', 'a');
    await generate('--scenario', 'small.yaml', '--seed', '7', '--out', 'b');
    await generate('--scenario', 'small.yaml', '--seed', '8', '--out', 'c');

    expect(first).toMatchObject({ code: 0, errors: '' });
    expect(first.output).toBe(
      'Wrote 3 files to a/reports, 2026-03-01 to 2026-03-03, and their figures to a/truth.json.\n',
    );
    const truth = JSON.parse(await readFile(join(folder, 'a/truth.json'), 'utf8')) as object;
    expect(truth).toMatchObject({ scenario: 'small', files: 3, reports: 3 });
    expect(await fingerprint(join(folder, 'a'))).toBe(await fingerprint(join(folder, 'b')));
    expect(await fingerprint(join(folder, 'a'))).not.toBe(await fingerprint(join(folder, 'c')));
  });

  it('ends on the day that is asked for', async () => {
    const ended = await generate('--scenario', 'small.yaml', '--out', 'a', '--end', '2026-06-30');

    expect(ended.output).toContain('2026-06-28 to 2026-06-30');
  });

  it('leaves a folder alone that is not empty, unless people insist', async () => {
    const refused = await generate('--scenario', 'small.yaml', '--out', '.');
    const insisted = await generate('--scenario', 'small.yaml', '--out', '.', '--force');

    expect(refused).toMatchObject({ code: 2, output: '' });
    expect(refused.errors).toBe(
      'dmarc-ops: . is not empty. Choose another folder, or add --force to write into it.\n',
    );
    expect(insisted.code).toBe(0);
  });

  it.each([
    [[], 'generate needs --out. See: dmarc-ops help generate'],
    [['--out', 'a'], 'generate needs --scenario. See: dmarc-ops help generate'],
    [['--out', 'a', '--scenario', 'dmeo'], 'There is no scenario "dmeo". Did you mean demo?'],
    [['--out', 'a', '--scenario', 'small.yaml', '--seed', 'x'], '--seed needs a whole number, not "x".'],
    [['--out', 'a', '--scenario', 'small.yaml', '--end', '2026-02-30'], '--end needs a day such as'],
    [['--out', 'small.yaml', '--scenario', 'small.yaml'], 'small.yaml is a file; --out needs a folder.'],
    [['--out', 'a', '--scenario', 'none.yaml'], 'none.yaml does not exist. Check the path.'],
    [['small.yaml'], 'generate takes options only, not "small.yaml".'],
  ])('answers %j with a sentence and exit code 2', async (words, sentence) => {
    const ended = await commandLineHere([
      'generate',
      ...words.map((word) => (word.endsWith('.yaml') ? join(folder, word) : word)),
    ]);

    expect(ended).toMatchObject({ code: 2, output: '' });
    expect(ended.errors.replaceAll(`${folder}/`, '')).toContain(`dmarc-ops: ${sentence}`);
    expect(ended.errors.split('\n')).toHaveLength(2);
  });

  it('names the place in a scenario that is wrong', async () => {
    await writeFile(join(folder, 'wrong.yaml'), SCENARIO.replace('days: 3', 'days: many'));

    const ended = await generate('--scenario', 'wrong.yaml', '--out', 'a');

    expect(ended.code).toBe(2);
    expect(ended.errors).toMatch(/^dmarc-ops: wrong\.yaml: In the scenario, days is wrong: .*\n$/);
  });
});
