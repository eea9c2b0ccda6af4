import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { signatureOf } from '../../../src/bot/webhook/sign.js';

const page = readFileSync(new URL('../../../docs/webhooks.md', import.meta.url), 'utf8');

type IsGenuine = (header: string | undefined, body: Buffer, secret: string, now?: number) => boolean;

/** What the page tells receivers to do. */
async function example(): Promise<IsGenuine> {
  const [, code = ''] = /<!-- example: run by a test -->\s+```js\n([^]*?)```/u.exec(page) ?? [];
  const module = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    readonly isGenuine: IsGenuine;
  };
  return module.isGenuine;
}

it('the example in the docs takes what is genuine and nothing else', async () => {
  const isGenuine = await example();
  const now = new Date('2026-01-31T09:00:00Z');
  const body = Buffer.from('{"card":"ä"}');
  const header = signatureOf('secret', body, now);

  expect(isGenuine(header, body, 'secret', now.getTime() + 299_000)).toBe(true);
  expect(isGenuine(header, body, 'secret', now.getTime() + 301_000)).toBe(false);
  expect(isGenuine(header, Buffer.from('{"card":"b"}'), 'secret', now.getTime())).toBe(false);
  expect(isGenuine(header, body, 'another', now.getTime())).toBe(false);
  expect(isGenuine(header.replace(/^t=\d/u, 't=2'), body, 'secret', now.getTime())).toBe(false);
  expect(isGenuine(undefined, body, 'secret', now.getTime())).toBe(false);
});
