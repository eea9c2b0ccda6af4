import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { randomFor } from '../../src/core/sample/random.js';
import { mutant } from './mutate.js';
import type { Answer } from './reader.js';
import { seedFiles } from './seeds.js';

/** What is promised of a small file, whatever is in it. */
const MOST_CPU_MILLISECONDS = 1_000;
/** Archives in archives can hold many good reports: each one beyond these may take some time. */
const FEW_DOCUMENTS = 300;
const CPU_MILLISECONDS_EACH = 3;
const MOST_BYTES = 200 * 1024 * 1024;
/** No answer after this is a hang, on however busy a machine. */
const PATIENCE_MILLISECONDS = 20_000;
const MOST_FAILURES = 20;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string' },
  },
});

/** Starts a process that reads; what it had in hand when it ends early is told as an answer. */
class Reader {
  readonly #process: ChildProcess;

  constructor() {
    this.#process = fork(fileURLToPath(new URL('reader.ts', import.meta.url)), [], {
      execArgv: ['--import', import.meta.resolve('tsx')],
      serialization: 'advanced',
    });
  }

  read(index: number, bytes: Buffer): Promise<Answer | string> {
    return new Promise((resolve) => {
      const child = this.#process;
      const done = (result: Answer | string): void => {
        clearTimeout(timer);
        child.off('message', done);
        child.off('exit', ended);
        resolve(result);
      };
      const ended = (code: number | null, signal: string | null): void =>
        done(`ended by ${signal ?? `exit ${code}`}`);
      const timer = setTimeout(() => {
        done('hangs');
        child.kill('SIGKILL');
      }, PATIENCE_MILLISECONDS);
      child.on('message', done);
      child.on('exit', ended);
      child.send({ index, bytes });
    });
  }

  stop(): void {
    this.#process.kill('SIGKILL');
  }
}

/** What is wrong with an answer. A cost may be that of earlier inputs, as when the collector runs late. */
interface Complaint {
  readonly text: string;
  readonly about: 'answer' | 'cost';
}

/** Null when an answer is as promised. */
function complaintOf(answer: Answer | string): Complaint | null {
  if (typeof answer === 'string') return { text: answer, about: 'answer' };
  if (answer.complaint !== null) return { text: answer.complaint, about: 'answer' };
  const more = Math.max(0, answer.documents - FEW_DOCUMENTS);
  if (answer.cpuMilliseconds > MOST_CPU_MILLISECONDS + more * CPU_MILLISECONDS_EACH)
    return { text: `takes ${answer.cpuMilliseconds.toFixed(0)} ms`, about: 'cost' };
  if (answer.maxBytes > MOST_BYTES)
    return { text: `takes ${(answer.maxBytes / 2 ** 20).toFixed(0)} MB`, about: 'cost' };
  return null;
}

/** Reads an input again in a fresh process, so that what earlier inputs left behind does not count. */
async function readAlone(index: number, bytes: Buffer): Promise<Complaint | null> {
  const reader = new Reader();
  const answer = await reader.read(index, bytes);
  reader.stop();
  return complaintOf(answer);
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const folder = await mkdtemp(join(tmpdir(), 'dmarc-ops-fuzz-'));
const pool = seedFiles();
const until = Date.now() + Number(values.seconds) * 1_000;
const seen = { inputs: 0, documents: 0, unreadable: 0, slowest: 0, maxBytes: 0 };
let failures = 0;
let reader = new Reader();
say(`seed ${values.seed}, ${pool.length} well-made files, failing inputs go to ${folder}`);

for (let index = Number(values.only ?? 0); Date.now() < until && failures < MOST_FAILURES; index += 1) {
  const bytes = mutant(pool, randomFor('fuzz', values.seed, index));
  const answer = await reader.read(index, bytes);
  seen.inputs += 1;
  if (typeof answer !== 'string') {
    seen.documents += answer.documents;
    seen.unreadable += answer.unreadable;
    seen.slowest = Math.max(seen.slowest, answer.cpuMilliseconds);
    seen.maxBytes = Math.max(seen.maxBytes, answer.maxBytes);
  }
  const first = complaintOf(answer);
  if (first !== null) {
    reader.stop();
    reader = new Reader();
    const again = await readAlone(index, bytes);
    const what = again === null ? `${first.text}, but only after others` : again.text;
    const failed = again !== null || first.about === 'answer';
    if (failed) {
      failures += 1;
      const file = join(folder, `${values.seed}-${index}.bin`);
      await writeFile(file, bytes);
      say(`input ${index} (${bytes.length} bytes) ${what}\n  ${file}`);
    } else {
      say(`input ${index} ${what}: not counted, as it does not alone`);
    }
  }
  if (values.only !== undefined) break;
}
reader.stop();
say(
  `seed ${values.seed}: ${seen.inputs} inputs, ${seen.documents} documents, ${seen.unreadable} of them unreadable; ` +
    `slowest ${seen.slowest.toFixed(0)} ms of CPU, most memory ${(seen.maxBytes / 2 ** 20).toFixed(0)} MB; ` +
    `${failures} failed`,
);
process.exitCode = failures === 0 ? 0 : 1;
