import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';

/** A headless Chromium that takes pictures of pages, spoken to over its DevTools protocol. */
export interface Browser {
  /** PNG of the element `#shot` of the page at this address, once the page says that it is drawn. */
  shoot(url: string): Promise<Buffer>;
  close(): Promise<void>;
}

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** Wide enough for the widest card; phones and windows of chats show fewer. */
const VIEW = { width: 900, height: 1_200, deviceScaleFactor: 1.25, mobile: false };
/** Pages say by themselves when they are drawn. */
const DRAWN = `Promise.all([document.fonts.ready, window.drawn, ...[...document.images].map((image) => image.decode().catch(() => {}))])
  .then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  .then(() => { const { x, y, width, height } = document.getElementById('shot').getBoundingClientRect(); return { x, y, width, height }; })`;

export async function startBrowser(program: string): Promise<Browser> {
  const folder = await mkdtemp(join(tmpdir(), 'dmarc-ops-cards-'));
  const browser = spawn(
    program,
    // Root has no sandbox; the pages are ours, and nothing of them is fetched from elsewhere.
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--hide-scrollbars',
      '--remote-debugging-port=0',
      `--user-data-dir=${folder}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => browser.once('close', () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    browser.once('error', () =>
      reject(new Error(`${program} does not start. Install Chromium, or set CHROMIUM to its path.`)),
    );
    createInterface(browser.stderr).on('line', (line) => {
      const found = /DevTools listening on (ws:\S+)/u.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  const socket = new WebSocket(address, { maxPayload: 64 * 1024 * 1024 });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));

  const waiting = new Map<number, (reply: Reply) => void>();
  let loaded = () => {};
  let last = 0;
  socket.on('message', (data: Buffer) => {
    const reply = JSON.parse(data.toString()) as Reply;
    if (reply.method === 'Page.loadEventFired') loaded();
    if (reply.id !== undefined) waiting.get(reply.id)?.(reply);
  });
  const call = async (method: string, params: object = {}, sessionId?: string) => {
    const id = (last += 1);
    const reply = await new Promise<Reply>((resolve) => {
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
    waiting.delete(id);
    if (reply.error !== undefined) throw new Error(`${method}: ${reply.error.message}`);
    return reply.result ?? {};
  };

  const { targetId } = await call('Target.createTarget', { url: 'about:blank' });
  const attached = await call('Target.attachToTarget', { targetId, flatten: true });
  const session = String(attached['sessionId']);
  await call('Page.enable', {}, session);
  await call('Emulation.setDeviceMetricsOverride', VIEW, session);

  return {
    async shoot(url) {
      const load = new Promise<void>((resolve) => (loaded = resolve));
      await call('Page.navigate', { url }, session);
      await load;
      const { result, exceptionDetails } = (await call(
        'Runtime.evaluate',
        { expression: DRAWN, awaitPromise: true, returnByValue: true },
        session,
      )) as { result: { value?: Record<string, number> }; exceptionDetails?: unknown };
      if (result.value === undefined)
        throw new Error(`${url} is not drawn: ${JSON.stringify(exceptionDetails)}`);
      const { data } = await call(
        'Page.captureScreenshot',
        { format: 'png', clip: { ...result.value, scale: 1 }, captureBeyondViewport: true },
        session,
      );
      return Buffer.from(String(data), 'base64');
    },
    async close() {
      socket.close();
      browser.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
