import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { codeOf } from './error.js';

/** Gives the lock back. */
export type Release = () => Promise<void>;

/** sun_path of Linux, filled wholly: versions of Node differ in whether they count what is unused. */
const ABSTRACT_NAME_BYTES = 108;
/** flock at open; Node names it on no platform. From macOS' <fcntl.h>. */
const O_EXLOCK = 0x20;

/**
 * Takes the lock that guards making and starting a server in `folder`; null while another process has it. The
 * system frees it when its holder dies in whatever way, so there is nothing stale to detect: on Linux it is an
 * abstract socket named by the folder's device and inode, elsewhere (BSD, macOS) a file opened with a lock.
 */
export function tryLock(folder: string): Promise<Release | null> {
  return process.platform === 'linux'
    ? bindAbstractSocket(folder)
    : openLocked(path.join(folder, 'start.lock'));
}

async function bindAbstractSocket(folder: string): Promise<Release | null> {
  const { dev, ino } = await stat(folder);
  const name = `\0dmarc-ops/start/${dev}/${ino}/`.padEnd(ABSTRACT_NAME_BYTES, '.');
  const server = net.createServer((socket) => socket.destroy());

  return new Promise((resolve, reject) => {
    server.once('error', (error) => (codeOf(error) === 'EADDRINUSE' ? resolve(null) : reject(error)));
    server.listen({ path: name, exclusive: true }, () => {
      resolve(() => new Promise((done) => server.close(() => done())));
    });
  });
}

async function openLocked(file: string): Promise<Release | null> {
  try {
    const handle = await open(
      file,
      constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | O_EXLOCK,
      0o600,
    );
    return () => handle.close();
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return null;
    throw error;
  }
}
