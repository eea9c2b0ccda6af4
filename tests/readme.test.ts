import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { configTable } from '../src/config.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** Prettier pads the columns of Markdown tables; the words are what counts. */
const words = (markdown: string) => markdown.replaceAll(/[\s-]+/gu, ' ').trim();

it('the README names every setting as the configuration knows it', () => {
  const [, table = ''] = /<!-- configuration:[^>]*-->([^]*?)<!-- \/configuration -->/u.exec(readme) ?? [];

  expect(words(table)).toBe(words(configTable()));
});

it('every file that the README links to is there', () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/gu)].map(([, path]) => path ?? '');

  const missing = links.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)));
  expect(links.length).toBeGreaterThan(5);
  expect(missing).toEqual([]);
});
