import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generate, generateTo, type GenerateOptions } from '../../../src/core/sample/generate.js';
import { parseScenario, type Scenario } from '../../../src/core/sample/scenario.js';

const folder = new URL('../../../scenarios/', import.meta.url);
const scenario = (name: string): Scenario => parseScenario(readFileSync(new URL(name, folder), 'utf8'));

/** So many files of a scenario tell what is to be told; the largest has hundreds of thousands. */
const MOST_FILES = 3_000;

function fingerprint(from: Scenario, options: GenerateOptions): string {
  return printed(from, options).sha;
}

/** The hash of so many first files, and their names. */
function printed(
  from: Scenario,
  options: GenerateOptions,
  count = MOST_FILES,
): { readonly sha: string; readonly names: readonly string[] } {
  const sha = createHash('sha256');
  const names: string[] = [];
  for (const { name, bytes } of generate(from, options).files) {
    sha.update(name).update('\0').update(bytes);
    if (names.push(name) >= count) break;
  }
  return { sha: sha.digest('hex'), names };
}

const SMALL = parseScenario(`
name: small
start: 2026-01-01
days: 4
domains: { example.com: { p: none } }
senders: [{ name: office, kind: own, domain: example.com, addresses: 192.0.2.0/30, perDay: 100, weekend: 1 }]
reporters:
  - { name: A, domain: a.example, share: 0.5 }
  - { name: B, domain: b.example, share: 0.5, hours: 48, container: plain }
`);

describe('generating', () => {
  it.each(readdirSync(folder))(
    '%s twice with a seed gives the same bytes, in files with names of their own in order of delivery',
    (name) => {
      const file = scenario(name);

      const { sha, names } = printed(file, { seed: 7 });

      expect(fingerprint(file, { seed: 7 })).toBe(sha);
      const days = names.map((one) => one.slice(0, 10));
      expect(new Set(names).size).toBe(names.length);
      expect(days).toEqual([...days].sort());
    },
  );

  it.each(readdirSync(folder))('%s with another seed gives other bytes from the first files on', (name) => {
    const file = scenario(name);

    expect(printed(file, { seed: 8 }, 50).sha).not.toBe(printed(file, { seed: 7 }, 50).sha);
  });

  it('takes a seed as a number or as the same text', () => {
    expect(fingerprint(SMALL, { seed: '7' })).toBe(fingerprint(SMALL, { seed: 7 }));
  });

  it('makes files one by one, as they are asked for', () => {
    const long = { ...SMALL, days: 3_660 };

    const [first] = generate(long, { seed: 1 }).files;

    expect(first?.name).toBe('2026-01-02/a.example!example.com!1767225600!1767311999.xml.gz');
  });

  it('ends on another day when asked to, with the same weekdays rule and the same number of days', () => {
    const generation = generate(SMALL, { seed: 1, endDay: '2026-03-10' });
    const names = [...generation.files].map((file) => file.name);

    expect(generation.truth()).toMatchObject({ firstDay: '2026-03-07', lastDay: '2026-03-10' });
    expect(names[0]).toContain('2026-03-08/a.example!example.com!');
    expect(Object.keys(generation.truth().domains['example.com'] ?? {})).toEqual([
      '2026-03-07',
      '2026-03-08',
      '2026-03-09',
      '2026-03-10',
    ]);
  });

  it('refuses an end day that is no date', () => {
    expect(() => generate(SMALL, { seed: 1, endDay: 'yesterday' })).toThrow(
      '"yesterday" is no date such as 2026-01-31.',
    );
  });

  it('knows the truth after the last file, not before', () => {
    const generation = generate(SMALL, { seed: 1 });

    expect(() => generation.truth()).toThrow('after the last file');
    const files = [...generation.files];
    expect(generation.truth().files).toBe(files.length);
  });

  it('leaves a part alone when another part of the scenario changes', () => {
    const plain = [...generate(SMALL, { seed: 1 }).files].filter(({ name }) => name.includes('a.example'));
    const more = { ...SMALL, reporters: SMALL.reporters.slice(0, 1) };

    expect([...generate(more, { seed: 1 }).files]).toEqual(plain);
  });

  it('writes reports into a folder of their own, and the truth beside it', async () => {
    const written = new Map<string, Uint8Array>();

    const truth = await generateTo(
      (name, bytes) => {
        written.set(name, bytes);
        return Promise.resolve();
      },
      SMALL,
      { seed: 1 },
    );

    expect([...written.keys()].filter((name) => !name.startsWith('reports/2026-01-0'))).toEqual([
      'truth.json',
    ]);
    expect(JSON.parse(Buffer.from(written.get('truth.json')!).toString('utf8'))).toEqual(truth);
  });
});
