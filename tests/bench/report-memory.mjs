// Preloaded into a measured process: says at its end how much memory it had at most. The kernel's high-water mark
// is asked, because ru_maxrss of a process counts what its parent held before it became this program.
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env['BENCH_MEMORY_FILE'];

if (isMainThread && file !== undefined) process.on('exit', () => writeFileSync(file, String(mostBytes())));

function mostBytes() {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
