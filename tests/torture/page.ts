import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { replaceOwn } from '../bench/own-text.js';

const PAGE = fileURLToPath(new URL('../../docs/torture.md', import.meta.url));
const HEAD = '# Killed on the way\n';

/** Writes the section of one torture into docs/torture.md, and leaves those of others. */
export async function writeSection(owner: 'reports' | 'alerts', text: string): Promise<void> {
  const before = await readFile(PAGE, 'utf8').catch(() => HEAD);
  const page = replaceOwn(before, owner, text);
  await writeFile(PAGE, await format(page, { ...(await resolveConfig(PAGE)), parser: 'markdown' }));
}
