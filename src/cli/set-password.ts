import { createInterface } from 'node:readline/promises';
import { Writable, type Readable } from 'node:stream';
import { readConfig } from '../config.js';
import { SHORTEST_PASSWORD } from '../core/identity/password.js';
import { userSetPassword } from '../core/operations/passwords.js';
import { perform } from '../core/operations/perform.js';
import { openInterruptible } from './interruptible.js';
import { readArguments } from './arguments.js';
import { EXIT, UsageError } from './failure.js';
import { print } from './output.js';
import type { Io, Verb } from './verb.js';

/** More is no password. */
const LONGEST_LINE = 4_096;

/** `dmarc-ops user set-password`: never as an argument, which others on the machine could read. */
export const setPassword: Verb = {
  help: {
    usage: 'user set-password EMAIL',
    options: {},
    details: [
      `Asks for the password without showing it; without a terminal, reads it from standard input.`,
      `At least ${SHORTEST_PASSWORD} characters. All sign-ins of that user end.`,
    ],
    examples: ['user set-password ada@example.com', 'user set-password ada@example.com < password.txt'],
  },
  run: async (words, io) => {
    const [email, ...rest] = readArguments('user set-password', {}, words).words;
    if (email === undefined) throw new UsageError('user set-password needs the address of a user.');
    if (rest.length > 0)
      throw new UsageError('user set-password takes an address alone; it asks for the password itself.');
    const password = await readPassword(io, email);
    const system = await openInterruptible({
      config: readConfig(),
      note: (line) => void io.errors.write(`${line}\n`),
    });
    try {
      const { user, ended } = await perform(
        userSetPassword,
        system.context,
        { email, password },
        { local: true },
      );
      const sessions = ended === 0 ? '' : ` Sign-ins that ended: ${ended}.`;
      await print(io.output, `The password of ${user.email} is set.${sessions}\n`);
    } finally {
      await system.close();
    }
    return EXIT.ok;
  },
};

/** Throws UsageError where none is given, or the two that are typed differ. */
async function readPassword(io: Io, email: string): Promise<string> {
  const terminal = (io.input as Partial<NodeJS.ReadStream>).isTTY === true;
  if (!terminal) return given(await firstLine(io.input));
  const first = given(await askHidden(io, `New password of ${email}: `));
  if ((await askHidden(io, 'The same again: ')) !== first)
    throw new UsageError('The two passwords differ; nothing was changed.');
  return first;
}

function given(line: string): string {
  if (line === '') throw new UsageError('No password was given; nothing was changed.');
  return line;
}

/** Shows the question, and nothing of what is typed. */
async function askHidden(io: Io, question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: io.input, output: silent, terminal: true });
  try {
    io.errors.write(question);
    return await Promise.race([
      lines.question(''),
      new Promise<string>((resolve) => lines.once('close', () => resolve(''))),
    ]);
  } finally {
    lines.close();
    io.errors.write('\n');
  }
}

async function firstLine(input: Readable): Promise<string> {
  let text = '';
  for await (const chunk of input) {
    text += String(chunk);
    if (text.includes('\n') || text.length > LONGEST_LINE) break;
  }
  return text.split(/\r?\n/u, 1)[0] ?? '';
}
