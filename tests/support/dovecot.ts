import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync, chownSync } from 'node:fs';
import { createServer, connect as connectTo, type AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificate } from './certificate.js';
import { makeScratchFolder } from './scratch.js';

/** Why tests with a mail server cannot run here; null where they can. */
export const dovecotMissing: string | null = whyMissing();

/** Added to the name of what needs it, so that a run says what it left out. */
export const leftOut = dovecotMissing === null ? '' : ` [left out: ${dovecotMissing}]`;

export interface DovecotOptions {
  readonly certificate?: 'valid' | 'expired';
  /** What the server says it can do, in place of all that it can. */
  readonly capability?: string;
  /** Such as `*:storage=20K`. */
  readonly quota?: string;
  /** Where a token is asked for: a URL to whose end it is added, which answers `{ active, email }`. */
  readonly tokens?: string;
}

/** A mail server with one mailbox, on loopback. */
export interface Dovecot {
  readonly host: 'localhost';
  readonly tlsPort: number;
  readonly plainPort: number;
  readonly user: 'reports';
  /** The certificate to trust, in PEM. */
  readonly ca: string;
  password: string;
  /** Lets another password in from now on. */
  setPassword(password: string): void;
  /** Delivers mails as a mail server does: written apart, then renamed in; `before` all others by their names. */
  deliver(mails: readonly Uint8Array[], given?: { readonly before?: boolean }): void;
  /** Mails in a folder by their Maildir names. */
  mails(folder?: string): string[];
  removeFolder(folder: string): void;
  start(): Promise<void>;
  /** Number of the process that holds the others; null while it is stopped. */
  pid(): number | null;
  /** Kills everything at once, as a crash does. */
  kill(): Promise<void>;
  /** Stopped: makes all UIDs of the inbox mean something else. */
  changeUidValidity(): void;
  close(): Promise<void>;
}

/** Starts a server of its own; the mailbox is empty. */
export async function startDovecot(options: DovecotOptions = {}): Promise<Dovecot> {
  const root = makeScratchFolder();
  const owner = serverUser();
  const maildir = path.join(root, 'mail');
  const ca = makeCertificate(root, options.certificate ?? 'valid');
  const [tlsPort, plainPort] = await freePorts();
  const configuration = path.join(root, 'dovecot.conf');
  writeFileSync(
    path.join(root, 'oauth2'),
    `introspection_mode = get\nintrospection_url = ${options.tokens}\nusername_attribute = email\nactive_attribute = active\nactive_value = true\n`,
  );
  writeFileSync(configuration, configure(root, owner.name, { tls: tlsPort, plain: plainPort }, options));
  mkdirSync(maildir);
  mkdirSync(path.join(root, 'run'));
  for (const name of ['', 'mail', 'run', 'key.pem']) chownSync(path.join(root, name), owner.uid, owner.gid);
  const inFolder = (folder: string): string =>
    folder === 'INBOX' ? maildir : path.join(maildir, `.${folder}`);
  let server: ChildProcess | null = null;
  let delivered = 0;

  const dovecot: Dovecot = {
    host: 'localhost',
    tlsPort,
    plainPort,
    user: 'reports',
    ca,
    password: '',
    setPassword: (password) => {
      dovecot.password = password;
      const file = path.join(root, 'users');
      writeFileSync(`${file}.new`, `reports:{PLAIN}${password}\n`, { mode: 0o644 });
      renameSync(`${file}.new`, file);
    },
    deliver: (mails, { before = false } = {}) => {
      for (const name of ['new', 'cur', 'tmp']) makeOwned(path.join(maildir, name), owner);
      for (const mail of mails) {
        delivered += 1;
        const time = (before ? 1_600_000_000 : 1_700_000_000) + delivered;
        const written = path.join(maildir, 'tmp', `${time}.M${delivered}P${process.pid}.test`);
        writeFileSync(written, mail);
        chownSync(written, owner.uid, owner.gid);
        renameSync(written, path.join(maildir, 'new', path.basename(written)));
      }
    },
    mails: (folder = 'INBOX') => ['new', 'cur'].flatMap((name) => names(path.join(inFolder(folder), name))),
    removeFolder: (folder) => rmSync(inFolder(folder), { recursive: true }),
    start: async () => {
      server = spawn('dovecot', ['-F', '-c', configuration], {
        uid: owner.uid,
        gid: owner.gid,
        stdio: 'ignore',
        detached: true,
      });
      await until(
        () => answers(tlsPort),
        () => readFileSync(path.join(root, 'log'), 'utf8'),
      );
    },
    pid: () => (server?.exitCode === null && server.signalCode === null ? (server.pid ?? null) : null),
    kill: async () => {
      if (server?.pid === undefined || server.exitCode !== null) return;
      const ended = once(server, 'exit');
      // Held still, so that it begins no further process while its children are found.
      trySignal(server.pid, 'SIGSTOP');
      const pids = [...childrenOf(server.pid), server.pid];
      for (const pid of pids) trySignal(pid, 'SIGKILL');
      await ended;
      await until(() => !pids.some((pid) => isAlive(pid)));
      rmSync(path.join(root, 'run'), { recursive: true, force: true });
      makeOwned(path.join(root, 'run'), owner);
    },
    changeUidValidity: () => {
      for (const name of names(maildir))
        if (/^dovecot[.-]uidlist|^dovecot\.index/.test(name)) rmSync(path.join(maildir, name));
    },
    close: async () => {
      await dovecot.kill();
      rmSync(root, { recursive: true, force: true });
    },
  };
  dovecot.setPassword('correct horse');
  await dovecot.start();
  return dovecot;
}

/** Dovecot 2.3, everything as one user without rights, so that it runs as whoever runs the tests. */
function configure(
  root: string,
  user: string,
  ports: { readonly tls: number; readonly plain: number },
  { capability, quota, tokens }: DovecotOptions,
): string {
  const { uid, gid } = serverUser();
  return `
base_dir = ${root}/run
state_dir = ${root}/run
log_path = ${root}/log
default_internal_user = ${user}
default_internal_group = ${groupOf(gid)}
default_login_user = ${user}
first_valid_uid = 1
protocols = imap
ssl = yes
ssl_cert = <${root}/cert.pem
ssl_key = <${root}/key.pem
auth_mechanisms = plain${tokens === undefined ? '' : ' xoauth2 oauthbearer'}
auth_failure_delay = 0
mail_max_userip_connections = 50
mail_location = maildir:${root}/mail
${capability === undefined ? '' : `imap_capability = ${capability}`}
${quota === undefined ? '' : `mail_plugins = quota\nprotocol imap {\n  mail_plugins = quota imap_quota\n}\nplugin {\n  quota = maildir:all\n  quota_rule = ${quota}\n  quota_grace = 0\n}`}
namespace inbox {
  inbox = yes
}
passdb {
  driver = passwd-file
  mechanisms = plain
  args = ${root}/users
}
${tokens === undefined ? '' : `passdb {\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = ${root}/oauth2\n}`}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${root}/home
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  chroot =
  inet_listener imap {
    address = 127.0.0.1
    port = ${ports.plain}
  }
  inet_listener imaps {
    address = 127.0.0.1
    port = ${ports.tls}
    ssl = yes
  }
}
`;
}

function whyMissing(): string | null {
  try {
    const version = execFileSync('dovecot', ['--version'], { encoding: 'utf8' }).trim();
    execFileSync('openssl', ['version']);
    return version.startsWith('2.3.') ? null : `Dovecot ${version} is here, and the tests configure 2.3`;
  } catch {
    return 'Dovecot or openssl is not installed (apt-get install dovecot-imapd openssl)';
  }
}

/** Dovecot refuses to handle mail as root. */
function serverUser(): { readonly name: string; readonly uid: number; readonly gid: number } {
  const { username, uid, gid } = userInfo();
  if (uid !== 0) return { name: username, uid, gid };
  const [, , id, group] = /^(nobody):[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8')) ?? [];
  return { name: 'nobody', uid: Number(id), gid: Number(group) };
}

function groupOf(gid: number): string {
  return new RegExp(`^([^:]+):[^:]*:${gid}:`, 'm').exec(readFileSync('/etc/group', 'utf8'))?.[1] ?? 'nogroup';
}

async function freePorts(): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()] as const;
  for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening');
  const [one, two] = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) await once(server.close(), 'close');
  return [one ?? 0, two ?? 0];
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTo(port, '127.0.0.1');
    const end = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

/** A connection that nobody answers, as to a server that is being killed, is given up after 30 seconds. */
const WITHIN_MS = 45_000;

/** Polls until something holds; throws what `why` says after 45 s. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  why: () => string = () => 'it did not come about',
): Promise<void> {
  const end = Date.now() + WITHIN_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(why());
    await sleep(20);
  }
}

function childrenOf(pid: number): number[] {
  const own = names('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
  return own.flatMap((name) => [...childrenOf(Number(name)), Number(name)]);
}

function parentOf(pid: string): number {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return 0;
  }
}

function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone by itself.
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function makeOwned(folder: string, owner: { readonly uid: number; readonly gid: number }): void {
  mkdirSync(folder, { recursive: true });
  chownSync(folder, owner.uid, owner.gid);
}
