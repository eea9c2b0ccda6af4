/** A process with servers in scratch folders, to be killed: says as JSON where they are and what their numbers are. */
import { openEmbedded } from '../../src/core/store/embedded/open.js';
import { findHome } from '../../src/core/store/embedded/home.js';
import { findRunning } from '../../src/core/store/embedded/postmaster.js';
import { dovecotMissing, startDovecot } from './dovecot.js';
import { makeScratchFolder } from './scratch.js';

const folder = makeScratchFolder();
await openEmbedded({ dataFolder: folder });
const running = await findRunning(await findHome(folder));
const dovecot = dovecotMissing === null ? await startDovecot() : null;
process.stdout.write(
  `${JSON.stringify({ folder, pids: [running?.pid, ...(dovecot === null ? [] : [dovecot.pid()])] })}\n`,
);
setInterval(() => {}, 60_000);
