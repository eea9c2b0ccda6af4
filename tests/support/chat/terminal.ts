import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { programOf } from '../programs.js';
import { until } from '../until.js';
import { asRead } from './side.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** An open terminal with `dmarc-ops chat`. */
export interface OpenTerminal {
  type(line: string): void;
  /** All that it has shown. */
  text(): string;
  shows(part: RegExp): Promise<void>;
  /** Ends its input; gives the exit code. */
  close(): Promise<number | null>;
}

/** Opens it on a database. */
export function openTerminal(databaseUrl: string): OpenTerminal {
  const child = spawn(process.execPath, [programOf('src/cli.ts'), 'chat'], {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: databaseUrl },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let shown = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  const gone = once(child, 'exit') as Promise<[number | null]>;
  const text = () => asRead(shown);
  return {
    type: (line) => void child.stdin.write(`${line}\n`),
    text,
    shows: async (part) => {
      await until(`the terminal shows ${part.source}`, () =>
        Promise.resolve(part.test(text()) || child.exitCode !== null ? true : null),
      );
      if (!part.test(text())) throw new Error(`the terminal ended: ${text()}`);
    },
    close: async () => {
      child.stdin.end();
      return (await gone)[0];
    },
  };
}
