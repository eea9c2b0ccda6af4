import type { ReportSource, SourceHost } from '../source.js';
import { connect, type Connection } from './connection.js';
import { drain } from './drain.js';
import { findFolders } from './folders.js';
import { checkSettings, placeOf, type MailboxSettings } from './settings.js';
import { MailboxTrouble } from './trouble.js';
import { createBell, waitAfter, type Bell } from './waiting.js';

/** What is under way may come to its end for this long when the service stops. */
const GRACE_MS = 3_000;
/** A connection that lived this long was a good one: the next is made without waiting longer each time. */
const GOOD_MS = 60_000;

/** A mailbox as a source of reports. Throws MailboxTrouble where its settings cannot be used. */
export function imapMailbox(settings: MailboxSettings, chance: () => number = Math.random): ReportSource {
  checkSettings(settings);
  return {
    name: settings.name,
    kind: 'imap',
    place: placeOf(settings),
    once: (host, signal) => withConnection({ settings, host, signal, bell: createBell() }, (look) => look()),
    run: (host, signal) => run(settings, host, signal, chance),
  };
}

interface Work {
  readonly settings: MailboxSettings;
  readonly host: SourceHost;
  readonly signal: AbortSignal;
  readonly bell: Bell;
}

async function run(
  given: MailboxSettings,
  host: SourceHost,
  signal: AbortSignal,
  chance: () => number,
): Promise<void> {
  const bell = createBell();
  host.onAsk(() => bell.ask());
  let used = '';
  const read = async (): Promise<string> => (used = await given.secret.read());
  const settings: MailboxSettings = { ...given, secret: { ...given.secret, read } };
  try {
    for (let failures = 1; !signal.aborted; failures += 1) {
      const begun = host.now().getTime();
      const trouble = await stay({ settings, host, signal, bell }).catch(expectTrouble);
      if (signal.aborted) return;
      if (trouble !== undefined) {
        await host.say({ trouble: { code: trouble.code, message: trouble.message } });
        host.log.warn('a mailbox could not be read', { source: settings.name, code: trouble.code });
      }
      bell.answer();
      if (host.now().getTime() - begun > GOOD_MS) failures = 1;
      const wait = waitAfter(failures, trouble?.again ?? 'soon', settings.pace, chance());
      if (trouble !== undefined && OF_SECRETS.has(trouble.code))
        await restForSecret(given, () => used, wait, bell, signal);
      else await bell.wait(wait, signal);
    }
  } finally {
    bell.look();
    bell.answer();
  }
}

/** What a mailbox can do about itself; anything else is for the host. */
function expectTrouble(error: unknown): MailboxTrouble {
  if (error instanceof MailboxTrouble) return error;
  throw error;
}

/** Looks whenever there is reason to, until the connection is gone or the signal aborts. */
function stay(work: Work): Promise<void> {
  const { settings, signal, bell } = work;
  return withConnection(work, async (look, connection) => {
    for (;;) {
      await look();
      if (signal.aborted) return;
      connection.listen();
      const woken = await bell.wait(settings.pace.poll, signal, connection.closed);
      if (woken === 'closed' || woken === 'stop') return;
    }
  });
}

async function withConnection(
  { settings, host, signal, bell }: Work,
  use: (look: () => Promise<void>, connection: Connection) => Promise<void>,
): Promise<void> {
  // Who asks while the connection is made is answered by its failure too.
  bell.look();
  const connection = await connect(settings, host.limits, signal, bell.ring);
  let grace: NodeJS.Timeout | undefined;
  const stop = (): void => {
    grace = setTimeout(connection.drop, GRACE_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    await host.say({ lastContact: host.now() });
    const folders = await findFolders(connection, settings);
    await use(async () => {
      bell.look();
      const trouble = await drain({ connection, folders, settings, host, signal });
      await host.say({
        lastContact: host.now(),
        trouble: trouble === null ? null : { code: trouble.code, message: trouble.message },
      });
      bell.answer();
    }, connection);
  } finally {
    signal.removeEventListener('abort', stop);
    await connection.end();
    clearTimeout(grace);
  }
}

const OF_SECRETS: ReadonlySet<string> = new Set(['sign-in-refused', 'secret-missing']);

/** Waits for the next try; ends early when somebody asks, or when the password is another than was refused. */
async function restForSecret(
  { secret, pace }: MailboxSettings,
  refused: () => string,
  wait: number,
  bell: Bell,
  signal: AbortSignal,
): Promise<void> {
  for (let left = wait; left > 0; left -= pace.secretCheck) {
    const woken = await bell.wait(Math.min(left, pace.secretCheck), signal);
    if (woken !== 'time') return;
    const now = await secret.read().catch(() => '');
    if (now !== '' && now !== refused()) return;
  }
}
