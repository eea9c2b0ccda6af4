/** Reads the file named by the first argument and tells, as JSON, what came out and what it cost. */
import { readFileSync } from 'node:fs';
import { argv, cpuUsage, resourceUsage, stdout } from 'node:process';
import { openFile } from '../../../src/core/intake/files.js';
import { createSpool } from '../../../src/core/intake/spool.js';
import { DEFAULT_LIMITS } from '../../../src/core/report/limits.js';
import { readReports } from '../../../src/core/report/read.js';

const opened = openFile(argv[2] ?? '');
if (!('source' in opened)) throw new Error('a file was expected');
const file = opened.source;
const codes: (string | null)[] = [];
const before = cpuUsage();
for await (const event of readReports(file, { limits: DEFAULT_LIMITS, spool: createSpool() })) {
  if (event.type === 'document') codes.push(event.document.error?.code ?? null);
}
const { user, system } = cpuUsage(before);
await file.close();
stdout.write(
  JSON.stringify({
    codes: [...new Set(codes)],
    documents: codes.length,
    cpuMilliseconds: (user + system) / 1000,
    maxBytes: mostBytes(),
  }),
);

/** The kernel's own mark where there is one: maxRSS counts what the parent held before it became this program. */
function mostBytes(): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
  } catch {
    return resourceUsage().maxRSS * 1024;
  }
}
