import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_API } from '../../src/api/settings.js';
import { processPending } from '../../src/core/ingest/process.js';
import { status } from '../../src/core/operations/intake.js';
import { reportXml } from '../support/reports.js';
import { until as eventually } from '../support/until.js';
import { testApi, until, type TestApi } from './support.js';

interface Uploaded {
  readonly code?: string;
  readonly files: readonly {
    readonly name: string;
    readonly sha256: string;
    readonly size: number;
    readonly known: boolean;
    readonly task: string;
    readonly location: string;
  }[];
}

const MEGABYTE = 2 ** 20;
const IDLE_MS = 300;

let api: TestApi;
let analyst: string;

beforeAll(async () => {
  api = await testApi({
    upload: {
      ...DEFAULT_API.upload,
      fileBytes: 4 * MEGABYTE,
      idleMs: IDLE_MS,
      graceMs: 600,
      bytesPerSecond: 1_000,
    },
  });
});
afterAll(() => api.stop());

let tenants = 0;
let tenant: string;
beforeEach(async () => {
  tenants += 1;
  tenant = `tenant ${tenants}`;
  analyst = await api.key('analyst', tenant);
});

function xml(name: string): string {
  return reportXml({ reportId: `${tenant} ${name}` });
}

function send(body: FormData | string | Uint8Array<ArrayBuffer>, path = '/v1/reports'): Promise<Response> {
  return api.ask(path, { method: 'POST', key: analyst, body });
}

function form(
  files: readonly (readonly [name: string, bytes: string | Uint8Array<ArrayBuffer>])[],
): FormData {
  const made = new FormData();
  for (const [name, bytes] of files) made.append('file', new Blob([bytes]), name);
  return made;
}

async function counted(): Promise<number> {
  const context = await api.context(tenant);
  return eventually('all is read', async () => {
    await processPending(context);
    const { aggregate, pending, failed } = await status.run(context, {});
    expect(failed).toBe(0);
    return pending === 0 ? aggregate : null;
  });
}

/** Spooled files that this process has open; they have no name any more. */
function spooled(): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${descriptor}`);
      return /\/dmarc-ops-[0-9a-f-]{36}/u.test(target) ? [target] : [];
    } catch {
      return [];
    }
  });
}

/** A request of which as much is sent as a test wants. */
async function began(lines: readonly string[], key = analyst, port = api.api.port): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(
    ['POST /v1/reports HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${key}`, ...lines, '', ''].join(
      '\r\n',
    ),
  );
  return socket;
}

async function answerOn(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    text += chunk.toString();
    if (text.includes('\r\n\r\n') && text.trimEnd().endsWith('}')) break;
  }
  return text;
}

function part(name: string, body: string | Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(
      `--b\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
    ),
    Buffer.from(body),
    Buffer.from('\r\n'),
  ]);
}

const MULTIPART = 'Content-Type: multipart/form-data; boundary=b';

it('takes 200 files in one request, and names each', async () => {
  const files = Array.from({ length: 200 }, (_, n) => [`report-${n}.xml`, xml(`${n}`)] as const);

  const response = await send(form(files));

  expect(response.status).toBe(202);
  const uploaded = (await response.json()) as Uploaded;
  expect(uploaded.files.map(({ name }) => name)).toEqual(files.map(([name]) => name));
  const [first] = uploaded.files;
  expect(first).toMatchObject({
    sha256: createHash('sha256').update(files[0]![1]).digest('hex'),
    size: files[0]![1].length,
    known: false,
  });
  expect(first?.location).toBe(`/v1/tasks/${first?.task}`);
  expect(await counted()).toBe(200);
});

it('takes one file as the body, in any container, and knows it when it comes again', async () => {
  const body = new Uint8Array(gzipSync(xml('raw')));

  const first = await send(body, '/v1/reports?name=google.xml.gz');
  const again = await send(body);

  const { files } = (await first.json()) as Uploaded;
  expect(files).toMatchObject([{ name: 'google.xml.gz', known: false }]);
  expect(first.headers.get('location')).toBe(files[0]?.location);
  expect(((await again.json()) as Uploaded).files).toMatchObject([{ known: true, task: files[0]?.task }]);
  expect(await counted()).toBe(1);
  const task = await (await api.ask(files[0]?.location ?? '', { key: analyst })).json();
  expect(task).toMatchObject({ id: files[0]?.task, state: 'done', name: 'google.xml.gz', source: 'upload' });
});

it('says of a file that is too large which ones before it are kept', async () => {
  const large = new Uint8Array(randomBytes(5 * MEGABYTE));

  const response = await send(
    form([
      ['a.xml', xml('a')],
      ['b.xml', xml('b')],
      ['large.bin', large],
      ['c.xml', xml('c')],
    ]),
  );

  expect(response.status).toBe(413);
  const problem = (await response.json()) as Uploaded;
  expect(problem.code).toBe('file-too-large');
  expect(problem.files.map(({ name }) => name)).toEqual(['a.xml', 'b.xml']);
  expect(await counted()).toBe(2);
  expect(spooled()).toEqual([]);
});

it('takes a raw body of the largest size and refuses one byte more', async () => {
  const most = new Uint8Array(randomBytes(4 * MEGABYTE));
  const more = new Uint8Array(randomBytes(4 * MEGABYTE + 1));

  expect((await send(most)).status).toBe(202);
  expect((await send(more)).status).toBe(413);
  expect(spooled()).toEqual([]);
});

it('takes no more files than allowed', async () => {
  const response = await send(
    form(Array.from({ length: 201 }, (_, n) => [`${n}.xml`, xml(`many ${n}`)] as const)),
  );

  expect(response.status).toBe(413);
  const problem = (await response.json()) as Uploaded;
  expect(problem.code).toBe('too-many-files');
  expect(await counted()).toBe(problem.files.length);
});

it('keeps what was whole when a client breaks off, and leaves no file behind', async () => {
  const socket = await began([MULTIPART, 'Content-Length: 100000000', 'X-Request-Id: broken-off']);
  socket.write(part('whole.xml', xml('whole')));
  socket.write(part('large.bin', randomBytes(2 * MEGABYTE)).subarray(0, MEGABYTE + 500_000));
  await until(() => spooled().length > 0);
  socket.destroy();

  await until(() =>
    api.lines.some(({ message, facts }) => message === 'request' && facts['request'] === 'broken-off'),
  );
  await until(() => spooled().length === 0);
  // The request is over for its client before what was whole is stored.
  const kept = await eventually('what was whole is counted', async () => (await counted()) || null);
  expect(kept).toBe(1);
});

it('lets a silent client go, and tells it', async () => {
  const socket = await began([MULTIPART, 'Content-Length: 100000']);
  socket.write(part('whole.xml', xml('before silence')));
  socket.write('--b\r\nContent-Disposition: form-data; name="file"; filename="half.xml"\r\n\r\nhalf');

  const answer = await answerOn(socket);

  expect(answer).toContain('408');
  expect(answer).toContain('body-too-slow');
  expect(answer).toContain('whole.xml');
  expect(answer).not.toContain('half.xml');
});

it('lets a client go that trickles', async () => {
  const socket = await began(['Content-Type: application/xml', 'Content-Length: 100000']);
  const timer = setInterval(() => socket.write('x'), 50);
  try {
    expect(await answerOn(socket)).toContain('body-too-slow');
  } finally {
    clearInterval(timer);
    socket.destroy();
  }
});

it('lets an upload go that lasts too long, however fast it comes, and tells what is kept', async () => {
  const bounded = await testApi({ upload: { ...DEFAULT_API.upload, withinMs: 500 } });
  const key = await bounded.key('analyst');
  const socket = await began([MULTIPART, 'Content-Length: 100000000'], key, bounded.api.port);
  socket.write(part('whole.xml', xml('whole')));
  const filling = setInterval(() => socket.write(part('more.xml', xml('more'))), 20);
  try {
    const answer = await answerOn(socket);

    expect(answer).toContain('408 Request Timeout');
    expect(answer).toMatch(
      /"code":"body-too-late".*longer than 0.5 seconds|longer than 0.5 seconds.*"body-too-late"/u,
    );
    expect(answer).toContain('"name":"whole.xml"');
  } finally {
    clearInterval(filling);
    socket.destroy();
    await bounded.stop();
  }
});

describe('places', () => {
  let patient: TestApi;
  let sockets: Socket[] = [];
  afterEach(async () => {
    sockets.forEach((socket) => socket.destroy());
    sockets = [];
    await patient.stop();
  });

  /** Uploads that have a place and bring nothing more, of one key. */
  async function stalled(key: string, count: number): Promise<Socket[]> {
    const begun = await Promise.all(
      Array.from({ length: count }, () => began(['Content-Length: 100000'], key, patient.api.port)),
    );
    sockets.push(...begun);
    return begun;
  }

  /** Takes both places of a key: an attempt that is refused shows it, and one that is not may have been in the way. */
  async function taken(key: string): Promise<void> {
    await until(async () => {
      await stalled(key, 2);
      // The attempt would be first, and take a place, if it came at once.
      await patient.ask('/v1/status', { key });
      return (await attempt(key, 'third')) === 503;
    });
  }

  async function attempt(key: string, name: string): Promise<number> {
    return (await patient.ask('/v1/reports', { method: 'POST', key, body: xml(name) })).status;
  }

  it('are few for one key, so that another one uploads meanwhile, and no try of the hour is lost', async () => {
    patient = await testApi({ uploadsPerHour: 40 });
    const [greedy, other] = [await patient.key('analyst', 'greedy'), await patient.key('analyst', 'other')];
    await taken(greedy);
    for (let n = 0; n < 40; n += 1) expect(await attempt(greedy, 'third')).toBe(503);

    const refused = await patient.ask('/v1/reports', { method: 'POST', key: greedy, body: xml('more') });

    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await refused.json()).toMatchObject({ status: 503, code: 'uploads-busy' });
    for (const name of ['a', 'b', 'c', 'd']) expect(await attempt(other, name)).toBe(202);
    expect((await patient.ask('/v1/status', { key: greedy })).status).toBe(200);
    sockets.forEach((socket) => socket.destroy());
    await until(async () => (await attempt(greedy, 'after')) === 202);
  });

  it('are fewer for one tenant than there are, with however many keys', async () => {
    patient = await testApi();
    for (let n = 0; n < 3; n += 1) await taken(await patient.key('analyst', 'greedy'));
    const fourth = await patient.key('analyst', 'greedy');

    const refused = await patient.ask('/v1/reports', { method: 'POST', key: fourth, body: xml('fourth') });

    expect(await refused.json()).toMatchObject({
      status: 503,
      code: 'uploads-busy',
      detail: expect.stringContaining('your workspace'),
    });
    expect(await attempt(await patient.key('analyst', 'other'), 'other')).toBe(202);
  });

  it('are bounded for all together', async () => {
    patient = await testApi();
    for (let n = 0; n < 4; n += 1) {
      await taken(await patient.key('analyst', `tenant ${n}`));
    }
    const late = await patient.key('analyst', 'late');

    expect(await attempt(late, 'late')).toBe(503);

    sockets.forEach((socket) => socket.destroy());
    await until(async () => (await attempt(late, 'after')) === 202);
  });

  it('are not held by slow ones when others find none', async () => {
    patient = await testApi({ upload: { ...DEFAULT_API.upload, graceMs: 200, bytesPerSecond: 1 } });
    const trickling = setInterval(() => sockets.forEach((socket) => socket.write('x')), 20);
    try {
      for (let n = 0; n < 4; n += 1) await stalled(await patient.key('analyst', `tenant ${n}`), 2);

      // Whoever is looked at first, once there is no place left, gives way to those who wait.
      expect(await Promise.race(sockets.map((socket) => answerOn(socket)))).toContain('body-too-slow');
    } finally {
      clearInterval(trickling);
    }
  });
});

it.each([
  ['no boundary', 'multipart/form-data', 'x', 400, 'multipart-invalid'],
  ['parts that never come', 'multipart/form-data; boundary=b', 'hello', 400, 'multipart-invalid'],
  [
    'a part that does not end',
    'multipart/form-data; boundary=b',
    part('a.xml', 'x').toString().trimEnd(),
    400,
    'multipart-invalid',
  ],
  ['a form of a browser', 'application/x-www-form-urlencoded', 'a=b', 415, 'media-type'],
  ['another multipart', 'multipart/mixed; boundary=b', '--b--', 415, 'media-type'],
  ['no bytes', 'application/xml', '', 400, 'upload-empty'],
  ['no files', 'multipart/form-data; boundary=b', '--b--\r\n', 400, 'upload-empty'],
])('refuses %s', async (_what, type, body, expected, code) => {
  const response = await api.ask('/v1/reports', {
    method: 'POST',
    key: analyst,
    body,
    headers: { 'Content-Type': type },
  });

  expect(await response.json()).toMatchObject({ status: expected, code });
  expect(spooled()).toEqual([]);
});

it('refuses a viewer before the body is read', async () => {
  const socket = await began(
    ['Content-Type: application/xml', 'Content-Length: 100000'],
    await api.key('viewer', tenant),
  );

  expect(await answerOn(socket)).toContain('not-allowed');
  socket.destroy();
});

it('writes who uploaded how many files into the audit', async () => {
  await send(
    form([
      ['a.xml', xml('audited a')],
      ['b.xml', xml('audited b')],
    ]),
  );

  const admin = await api.key('admin', tenant);
  const { items } = (await (await api.ask('/v1/audit', { key: admin })).json()) as {
    items: { operation: string; input: object }[];
  };

  expect(items).toMatchObject([{ operation: 'upload', input: { files: 2, known: 0 } }]);
});
