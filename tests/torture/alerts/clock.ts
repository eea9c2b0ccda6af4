import { closeSync, existsSync, openSync, readSync, writeSync } from 'node:fs';

/** A clock that several processes read: it runs as many times as fast as the machine's, and is set on by one of them. */
export interface SharedClock {
  readonly now: () => Date;
  readonly close: () => void;
}

const BYTES = 16;

/** Starts it at a moment; the file holds how fast it is and how far ahead. */
export function startClock(file: string, at: Date, speed: number): SharedClock {
  write(file, speed, at.getTime() - Date.now() * speed);
  return readClock(file);
}

/** The clock of a file that another process keeps. */
export function readClock(file: string): SharedClock {
  const handle = openSync(file, 'r');
  const held = Buffer.alloc(BYTES);
  return {
    now: () => {
      readSync(handle, held, 0, BYTES, 0);
      return new Date(Math.floor(Date.now() * held.readDoubleLE(0) + held.readDoubleLE(8)));
    },
    close: () => closeSync(handle),
  };
}

/** Sets it on by so many milliseconds. */
export function moveClock(file: string, ms: number): void {
  const handle = openSync(file, 'r');
  const held = Buffer.alloc(BYTES);
  readSync(handle, held, 0, BYTES, 0);
  closeSync(handle);
  write(file, held.readDoubleLE(0), held.readDoubleLE(8) + ms);
}

function write(file: string, speed: number, ahead: number): void {
  const held = Buffer.alloc(BYTES);
  held.writeDoubleLE(speed, 0);
  held.writeDoubleLE(ahead, 8);
  // In one write to the file that is there, which readers hold open.
  const handle = openSync(file, existsSync(file) ? 'r+' : 'w');
  writeSync(handle, held, 0, BYTES, 0);
  closeSync(handle);
}
