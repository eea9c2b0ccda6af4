import { chmodSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { dovecotMissing } from '../support/dovecot.js';
import { freePort } from '../support/free-port.js';
import { programOf } from '../support/programs.js';
import { mailboxOf } from '../torture/mailbox.js';
import { torture } from '../torture/torture.js';

it(`counts every report exactly once, whatever is killed: the short form of npm run torture${dovecotMissing === null ? '' : `, without a mailbox: ${dovecotMissing}`}`, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'dmarc-ops-torture-'));
  // PostgreSQL runs as another user where root runs this.
  chmodSync(folder, 0o755);
  const mailbox = dovecotMissing === null ? await mailboxOf(folder) : null;
  try {
    const result = await torture({
      reports: 60,
      kills: 5,
      workers: 2,
      seed: 3,
      folder,
      command: [process.execPath, programOf('src/cli.ts')],
      port: await freePort(),
      mailbox,
      note: () => {},
    });

    expect(result.differences).toEqual([]);
    // A process that was still starting is ended by the signal itself.
    expect(result.exits.filter((code) => code !== null && code !== 0)).toEqual([]);
  } finally {
    await mailbox?.close();
    await rm(folder, { recursive: true, force: true });
  }
}, 240_000);
