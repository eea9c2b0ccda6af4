/** A process that serves Discord, on the database of its first argument; answers say its name. Says `ready` and runs on. */
import type { Answer, ChatRequest, Inbound } from '../../../src/bot/platform.js';
import { startDiscord } from '../../../src/bot/discord/platform.js';
import { COMMANDS } from '../../../src/bot/registry.js';
import { createLeadership } from '../../../src/core/operations/lead.js';
import { openDatabase } from '../../../src/core/store/database.js';

const [url = '', name = '', token = '', api = '', cdn = ''] = process.argv.slice(2);
const db = await openDatabase({ connection: url });
const log = { info: () => {}, warn: () => {}, error: console.error, child: () => log };

const answerTo = (request: ChatRequest): Answer => ({
  card: {
    title: name,
    tone: 'good',
    verdict: `${name} answers ${request.text}`,
    parts: [],
    advice: null,
    buttons: [],
    form: null,
    footer: null,
  },
  audience: 'asker',
  file: null,
  share: null,
  askedBy: null,
});
const inbound: Inbound = {
  take: (request) => {
    setImmediate(() => void platform.answer(request.reply, answerTo(request)).catch(console.error));
    return Promise.resolve('taken');
  },
  keep: () => Promise.resolve(),
  complete: () => Promise.resolve([]),
  home: () => Promise.reject(new Error('not asked')),
  welcome: () => Promise.reject(new Error('not asked')),
};
const platform = await startDiscord(
  { token, api, cdn },
  {
    inbound,
    log,
    draw: () => Promise.resolve(null),
    commands: COMMANDS,
    now: () => new Date(),
    leadership: createLeadership(db, log),
  },
);
process.once('SIGTERM', () => {
  void platform.stop(5_000).then(() => db.close());
});
process.stdout.write('ready\n');
