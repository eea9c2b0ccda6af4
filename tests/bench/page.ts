import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { Part } from './bench.js';
import type { Figure } from './figure.js';
import { markdownOf } from './table.js';

const PAGE = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));

/** Writes docs/benchmarks.md: what was measured, on what and how. */
export async function writePage(
  measured: readonly { readonly part: Part; readonly figures: readonly Figure[] }[],
  facts: readonly (readonly [string, string])[],
  day: string,
): Promise<string> {
  const text = `# Benchmarks

Written by \`npm run bench\` on ${day}; do not edit by hand.

| | |
| --- | --- |
${facts.map(([name, value]) => `| ${name} | ${value} |`).join('\n')}

${measured.map(({ part, figures }) => `## ${part.name}\n\n${part.how}\n\n${markdownOf(figures)}`).join('\n\n')}

## To run it yourself

\`npm run bench\` builds and takes about twenty minutes on two cores, half of them to fill a database with 10 million records; \`--data FOLDER\` keeps that database for the next time, with the small reports that each run adds. \`--only parse\` (or \`ingest\`, \`summary\`, \`start\`, \`api\`, \`workers\`) runs one part, \`--quick\` shows in seconds that it works, \`--check\` ends with exit code 1 when a target is missed. Only a whole run with full sizes writes this page. Nothing else should run meanwhile.
`;
  await writeFile(PAGE, await format(text, { ...(await resolveConfig(PAGE)), parser: 'markdown' }));
  return PAGE;
}
