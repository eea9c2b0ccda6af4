import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OneWayPost } from '../../../src/bot/one-way.js';
import { Gone, Refused, TryLater } from '../../../src/bot/platform.js';
import { webhookBody, webhookSchema } from '../../../src/bot/webhook/body.js';
import { createCaller } from '../../../src/bot/webhook/call.js';
import { createGate, type Resolve } from '../../../src/bot/webhook/networks.js';
import { webhookSpeaker } from '../../../src/bot/webhook/platform.js';
import { MOST_BYTES, renderBody } from '../../../src/bot/webhook/render.js';
import { ExpectedError } from '../../../src/core/expected-error.js';
import type { Heard } from '../../fakes/http-listener.js';
import { startFakeWebhook, type FakeWebhook } from '../../fakes/webhook/server.js';
import { cardsOf, shapes } from '../support/all-cards.js';
import { acknowledged, alertCard, hookOf, postOf } from '../support/one-way.js';

const NOW = new Date('2026-01-31T09:00:00Z');
const SETTINGS = { networks: ['127.0.0.0/8'], hosts: [] };
const schemaFile = new URL('../../../docs/webhook.schema.json', import.meta.url);
const validate = addFormats.default(new Ajv2020()).compile(webhookSchema() as object);

/** What is wrong with a body by the schema. */
function problemsOf(body: unknown): unknown[] {
  return validate(body) ? [] : (validate.errors ?? []);
}

let fake: FakeWebhook;
beforeEach(async () => {
  fake = await startFakeWebhook();
});
afterEach(() => fake.stop());

interface Given {
  readonly networks?: readonly string[];
  readonly resolve?: Resolve;
  readonly withinMs?: number;
}

function speaker({ networks = SETTINGS.networks, resolve, withinMs }: Given = {}) {
  const now = () => NOW;
  return webhookSpeaker({
    settings: { networks, hosts: [] },
    call: createCaller({ gate: createGate(networks, resolve), now, ...(withinMs && { withinMs }) }),
    now,
  });
}

/** What posting throws. */
async function thrown(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => new Error('nothing was thrown'),
    (error: unknown) => error as Error,
  );
}

describe('a message', () => {
  it('is signed with its time, over the bytes that are sent', async () => {
    await speaker().post(hookOf(fake.url, 'the secret'), postOf());

    const { headers, body } = fake.heard[0] as Heard;
    const seconds = NOW.getTime() / 1_000;
    const digest = createHmac('sha256', 'the secret').update(`${seconds}.${body.toString()}`).digest('hex');
    expect(headers['x-dmarc-ops-signature']).toBe(`t=${seconds},v1=${digest}`);
    expect(headers['content-type']).toBe('application/json');
  });

  it('has an id that is the same for every try and another for every version', async () => {
    await speaker().post(hookOf(fake.url), postOf());
    await speaker().post(hookOf(fake.url), postOf());
    await speaker().post(hookOf(fake.url), acknowledged({}));

    const ids = fake.heard.map(({ headers }) => headers['x-dmarc-ops-delivery']);
    expect(ids).toEqual(['d5-v1', 'd5-v1', 'd5-v3']);
    expect(fake.heard[0]?.body).toEqual(fake.heard[1]?.body);
  });

  it('tells the alert as data, and who changed it last', async () => {
    await speaker().post(hookOf(fake.url), acknowledged({}));

    const body = webhookBody.parse(JSON.parse(fake.heard[0]?.body.toString() ?? ''));
    expect(body).toMatchObject({
      delivery: 'd5-v3',
      subject: 'alert',
      subjectVersion: 3,
      change: { kind: 'acknowledged', by: 'Ada', note: 'we are on it' },
      alert: { id: 17, state: 'acknowledged', domain: 'example.com', finding: { measure: { value: 941 } } },
      card: { commands: [{ label: 'Acknowledge', command: 'acknowledge 17' }, { label: 'Resolve' }] },
    });
  });
});

describe('the schema', () => {
  it('in docs/ is the one of the code', () => {
    expect(JSON.parse(readFileSync(schemaFile, 'utf8'))).toEqual(webhookSchema());
  });

  it.each([
    ['an alert', postOf()],
    ['an acknowledged alert', acknowledged({})],
    ['a digest', postOf({ subject: 'digest', alert: null, change: null })],
    ['a test', postOf({ subject: 'test', alert: null, change: null })],
  ])('holds for %s', (_, post) => {
    const body: unknown = JSON.parse(renderBody(post).toString());

    expect(problemsOf(body)).toEqual([]);
    expect(webhookBody.parse(body)).toEqual(body);
  });

  it.each(shapes)('holds for cards of every command, %s, none of which is too large', (_, given) => {
    for (const { name, card } of cardsOf(given)) {
      const bytes = renderBody(postOf({ subject: 'digest', alert: null, card }));
      const body: unknown = JSON.parse(bytes.toString());

      expect(bytes.length).toBeLessThanOrEqual(MOST_BYTES);
      expect({ name, problems: problemsOf(body) }).toEqual({ name, problems: [] });
    }
  });

  it('tells how many parts would have been too large', () => {
    const row = Array.from({ length: 20 }, () => 'x'.repeat(1_000));
    const columns = row.map(() => ({ name: 'c', align: 'left' as const }));
    const table = {
      type: 'table' as const,
      title: null,
      columns,
      rows: Array.from({ length: 90 }, () => row),
      more: null,
    };

    const body = JSON.parse(renderBody(postOf({ card: alertCard({ parts: [table] }) })).toString()) as {
      card: unknown;
    };

    expect(body.card).toMatchObject({ parts: [], partsLeftOut: 1 });
  });
});

describe('an answer', () => {
  const posting = (post: OneWayPost = postOf()) =>
    thrown(speaker({ withinMs: 300 }).post(hookOf(fake.url), post));

  it.each([200, 202, 204, 299])('of %i is consent', async (status) => {
    fake.next.push({ status });

    expect(await speaker().post(hookOf(fake.url), postOf())).toEqual({ delivery: 'd5-v1' });
  });

  it('that never ends is consent all the same, and is not read to its end', async () => {
    fake.next.push('endless');

    expect(await speaker({ withinMs: 5_000 }).post(hookOf(fake.url), postOf())).toEqual({
      delivery: 'd5-v1',
    });
  });

  it('of 410 means that the channel is gone', async () => {
    fake.next.push({ status: 410 });

    expect(await posting()).toMatchObject({ name: 'Gone', what: 'channel' });
  });

  it.each([
    [429, { 'retry-after': '7' }, 7_000],
    [429, {}, 30_000],
    [429, { 'retry-after': 'soon' }, 30_000],
    [429, { 'retry-after': '99999999' }, 86_400_000],
    [503, { 'retry-after': 'Sat, 31 Jan 2026 09:02:00 GMT' }, 120_000],
  ])('of %i with %o means to come later', async (status, headers, afterMs) => {
    fake.next.push({ status, headers });

    const error = await posting();

    expect(error).toBeInstanceOf(TryLater);
    expect(error).toMatchObject({ afterMs, scope: 'channel' });
  });

  it.each([400, 401, 403, 404, 413, 422])('of %i refuses this message', async (status) => {
    fake.next.push({ status, body: 'secret words of theirs' });

    const error = await posting();

    expect(error).toBeInstanceOf(Refused);
    expect(error.message).toBe(`${fake.host} refused the message (${status}).`);
  });

  it('that redirects is not followed', async () => {
    fake.next.push({ status: 307, headers: { location: `${fake.url}/elsewhere` } });

    expect(await posting()).toBeInstanceOf(Refused);
    expect(fake.heard).toHaveLength(1);
  });

  it.each([
    ['500', { status: 500 }],
    ['503 without a time', { status: 503 }],
    ['408', { status: 408 }],
    ['none in time', 'silent'],
    ['a cut connection', 'cut'],
  ] as const)('that is %s is tried again', async (_, behaviour) => {
    fake.next.push(behaviour);

    const error = await posting();

    expect(error).toBeInstanceOf(ExpectedError);
    expect(error.message.startsWith(`${fake.host} `)).toBe(true);
  });
});

describe('an address', () => {
  it('on a private network is not called, and tried again; the reason names the host alone', async () => {
    const hook = hookOf(fake.url.replace('http:', 'https:').replace('/alerts', '/secret-path?key=s3cret'));

    const error = await thrown(speaker({ networks: [] }).post(hook, postOf()));

    expect(error).toBeInstanceOf(ExpectedError);
    expect(error).not.toBeInstanceOf(Gone);
    expect(error.message).toBe(
      `${fake.host} is at an address that is not public; WEBHOOK_NETWORKS may name its network.`,
    );
    expect(fake.heard).toEqual([]);
  });

  it('is looked at when it is connected to: a name that points elsewhere the next time gets nothing', async () => {
    const answers = ['127.0.0.1', '10.0.0.1'];
    const resolve: Resolve = (_name, done) => done(null, [{ address: answers.shift() ?? '', family: 4 }]);
    const one = speaker({ resolve });
    const hook = hookOf(`http://hooks.example.test:${fake.host.split(':')[1]}/alerts`);

    await one.post(hook, postOf());
    const error = await thrown(one.post(hook, postOf()));

    expect(fake.heard).toHaveLength(1);
    expect(error).toMatchObject({ code: 'webhook-closed' });
  });

  it('that a name has for a moment alone is called when it has another', async () => {
    const answers = ['0.0.0.0', '127.0.0.1'];
    const resolve: Resolve = (_name, done) => done(null, [{ address: answers.shift() ?? '', family: 4 }]);
    const one = speaker({ resolve });
    const hook = hookOf(`http://hooks.example.test:${fake.host.split(':')[1]}/alerts`);

    expect(await thrown(one.post(hook, postOf()))).not.toBeInstanceOf(Gone);
    expect(await one.post(hook, postOf())).toEqual({ delivery: 'd5-v1' });
  });

  it('over http needs a network that is named', async () => {
    const error = await thrown(speaker({ networks: [] }).post(hookOf(fake.url), postOf()));

    expect(error).toMatchObject({ code: 'webhook-closed' });
    expect(error.message).toMatch(/must begin with https/u);
  });

  it('may hold a user and password, which are sent as such and told nobody', async () => {
    const hook = hookOf(fake.url.replace('http://', 'http://ada:s3cret@'));
    fake.next.push({ status: 204 }, { status: 500 });

    await speaker().post(hook, postOf());
    const error = await thrown(speaker().post(hook, postOf()));

    expect(fake.heard[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('ada:s3cret').toString('base64')}`,
    );
    expect(JSON.stringify([error, error.message, error.stack])).not.toMatch(/s3cret|ada/u);
  });

  it('that nobody listens at is tried again, and told by its host', async () => {
    await fake.stop();

    const error = await thrown(speaker().post(hookOf(`${fake.url}/secret-path`), postOf()));
    fake = await startFakeWebhook();

    expect(error).toBeInstanceOf(ExpectedError);
    expect(error.message).toMatch(/cannot be reached \(ECONNREFUSED\)\.$/u);
    expect(error.message).not.toMatch(/secret-path/u);
  });

  it.each([null, {}, { url: 'https://hooks.example.com/' }, { url: 'nonsense', secret: 's' }])(
    'that is missing or half there parks the channel: %o',
    async (secret) => {
      expect(await thrown(speaker().post({ destination: {}, secret }, postOf()))).toBeInstanceOf(Gone);
    },
  );
});
