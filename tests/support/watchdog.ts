import { spawn } from 'node:child_process';

/** How long a server has to end in order, in seconds. */
const PATIENCE_S = 10;

/**
 * Ends what names one of our folders, and removes these. SIGINT is an end in order for PostgreSQL (fast shutdown) and
 * Dovecot; SIGCONT is for who was held still. The name is not in the shell's own command line, which is looked at too.
 */
const SCRIPT = `
read -r _
[ -d /proc/self ] || exit 0
ours() {
  for process in /proc/[0-9]*; do
    if grep -qsaF -e "$NAME" "$process/cmdline"; then echo "\${process#/proc/}"; fi
  done
}
for pid in $(ours); do kill -INT "$pid"; kill -CONT "$pid"; done
left=${PATIENCE_S}
while [ "$left" -gt 0 ] && [ -n "$(ours)" ]; do sleep 1; left=$((left - 1)); done
for pid in $(ours); do kill -KILL "$pid"; done
rm -rf "$FOLDER/$NAME"*
`;

let watching = false;

/**
 * Sees to it that servers and programs whose command lines name one of this process's folders, those below `folder`
 * that begin with `name`, end when this process has ended, be it by kill -9: then the pipe to the watchdog closes.
 */
export function watchOver(folder: string, name: string): void {
  if (watching) return;
  watching = true;
  const dog = spawn('sh', ['-c', SCRIPT], {
    cwd: '/',
    env: { PATH: process.env['PATH'], FOLDER: folder, NAME: name },
    // A signal to the whole run, such as Ctrl-C, is not for who tidies up after it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  dog.on('error', () => {}); // Without a shell nobody watches, and the next run tidies up.
  dog.unref();
  (dog.stdin as unknown as { unref(): void }).unref();
}
