import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { Part } from './bench.js';
import type { Figure } from './figure.js';
import { replaceOwn } from './own-text.js';
import { markdownOf } from './table.js';

const PAGE = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));
const HEAD = '# Benchmarks\n';

export interface Measured {
  readonly part: Part;
  readonly figures: readonly Figure[];
}

/** A bench with its own text on the page. */
export interface PageOwner {
  /** The script of package.json, which names its text too. */
  readonly script: 'bench' | 'bench:chat';
  /** How it is run, and how long that takes. */
  readonly advice: string;
}

/** Writes what a bench measured, on what and how, into docs/benchmarks.md, and leaves what others wrote there. */
export async function writePage(
  { script, advice }: PageOwner,
  measured: readonly Measured[],
  facts: readonly (readonly [string, string])[],
  day: string,
): Promise<string> {
  const text = `Written by \`npm run ${script}\` on ${day}; do not edit by hand.

| | |
| --- | --- |
${facts.map(([name, value]) => `| ${name} | ${value} |`).join('\n')}

${measured.map(({ part, figures }) => `## ${part.name}\n\n${part.how}\n\n${markdownOf(figures)}`).join('\n\n')}

${advice}
`;
  const before = await readFile(PAGE, 'utf8').catch(() => HEAD);
  const page = replaceOwn(before, script, text);
  await writeFile(PAGE, await format(page, { ...(await resolveConfig(PAGE)), parser: 'markdown' }));
  return PAGE;
}
