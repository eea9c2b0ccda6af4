import os from 'node:os';
import { EmbeddedError, USE_YOUR_OWN } from './error.js';
import { runProgram, type RunAs } from './program.js';

/** Whom the server runs as, and to whom its files belong. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** What to start programs with; empty when we are this user already. */
  readonly runAs: RunAs;
}

/** PostgreSQL refuses to run as root; the first of these that exists is taken. The last is there nearly always. */
const USERS_FOR_ROOT = ['dmarc-ops', 'postgres', 'nobody'];

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Ourselves; as root the owner of the data that is there, else one of a few users made for this. The user must
 * have an entry in the list of users (passwd), or initdb refuses. Throws EmbeddedError `no-server-user`.
 */
export async function chooseServerUser(ownerOfData: number | null): Promise<ServerUser> {
  if (!isRoot()) return ourselves();

  const wanted = ownerOfData === null || ownerOfData === 0 ? USERS_FOR_ROOT : [String(ownerOfData)];
  for (const candidate of wanted) {
    const user = await lookUp(candidate);
    if (user !== null && user.uid !== 0) return user;
  }
  throw new EmbeddedError(
    'no-server-user',
    `PostgreSQL does not run as root and there is no user ${wanted.join(', ')} on this system to run it as; ` +
      `start dmarc-ops as a normal user, or ${USE_YOUR_OWN}.`,
  );
}

function ourselves(): ServerUser {
  try {
    const { username, uid, gid } = os.userInfo();
    return { name: username, uid, gid, runAs: {} };
  } catch (error) {
    throw new EmbeddedError(
      'no-server-user',
      `PostgreSQL needs a user with a name, and user id ${process.getuid?.()} has none (no passwd entry); ` +
        `start dmarc-ops as a user that has one, or ${USE_YOUR_OWN}.`,
      { cause: error },
    );
  }
}

/** Asks `id`, which also knows users that come from a directory service. */
async function lookUp(nameOrId: string): Promise<ServerUser | null> {
  const { code, stdout } = await runProgram('/bin/sh', [
    '-c',
    'id -u "$1" && id -g "$1" && id -nu "$1"',
    'sh',
    nameOrId,
  ]);
  const [uid, gid, name] = stdout.split('\n');
  if (code !== 0 || !uid || !gid || !name) return null;
  return { name, uid: Number(uid), gid: Number(gid), runAs: { uid: Number(uid), gid: Number(gid) } };
}
