import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { Part } from './bench.js';
import type { Figure } from './figure.js';
import { ownText, replaceOwn, sectionOf } from './own-text.js';
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

/**
 * Writes what a bench measured, on what and how, into docs/benchmarks.md. Leaves what others wrote there, and the sections
 * of its own parts that were not measured now.
 */
export async function writePage(
  { script, advice }: PageOwner,
  parts: readonly Part[],
  measured: readonly Measured[],
  facts: readonly (readonly [string, string])[],
  day: string,
): Promise<string> {
  const before = await readFile(PAGE, 'utf8').catch(() => HEAD);
  const sections = parts.flatMap(({ name, how }) => {
    const now = measured.find(({ part }) => part.name === name);
    if (now === undefined) return sectionOf(ownText(before, script), name) ?? [];
    return `## ${name}\n\n${how} Measured on ${day}.\n\n${markdownOf(now.figures)}`;
  });
  const text = `Written by \`npm run ${script}\`; do not edit by hand.

| | |
| --- | --- |
${facts.map(([name, value]) => `| ${name} | ${value} |`).join('\n')}

${sections.join('\n\n')}

${advice}
`;
  const page = replaceOwn(before, script, text);
  await writeFile(PAGE, await format(page, { ...(await resolveConfig(PAGE)), parser: 'markdown' }));
  return PAGE;
}
