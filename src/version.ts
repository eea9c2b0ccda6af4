import { readFileSync } from 'node:fs';

/** The version in package.json, which stands above both src and dist. */
export function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version: written } = JSON.parse(text) as { readonly version?: string };
  return written ?? 'unknown';
}
