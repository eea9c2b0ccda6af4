import type { Home } from './home.js';
import type { ServerUser } from './server-user.js';

/** The superuser of the embedded server, and the database that dmarc-ops lives in. */
export const OWNER = 'dmarc_ops';
export const DATABASE = 'dmarc_ops';
/** Part of the socket's file name, and nothing more: there is no TCP. */
export const PORT = 5432;

/** Values for server settings, by PostgreSQL's own names. */
export type Settings = Readonly<Record<string, string>>;

/**
 * For bulk loads and short questions on two cores and a few GB, with nothing lost: fsync and synchronous_commit
 * keep their defaults (on).
 */
const FOR_OUR_LOAD: Settings = {
  // A service, its workers and a few command lines, each with all of its connections.
  max_connections: '120',
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  wal_compression: 'on',
  max_wal_size: '2GB',
  // A new log file is not filled with zeros before it is written: that costs a twentieth of taking large reports in.
  wal_init_zero: 'off',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  jit: 'off',
  // The cores are busy with ingest, and containers give parallel workers too little shared memory (64 MB).
  max_parallel_workers_per_gather: '0',
  max_logical_replication_workers: '0',
  timezone: 'UTC',
  cluster_name: 'dmarc-ops',
};

/**
 * The log keeps the server's own affairs. Errors of statements reach their client; in the log they could leave
 * values that came from people's reports.
 */
const LOG: Settings = {
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] ',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
};

/**
 * The whole configuration, written anew at each start so that changes in later versions apply. `local.conf` beside
 * it is the user's own and wins.
 */
export function serverConfig(home: Home, sockets: string, extra: Settings): string {
  const settings: Settings = {
    listen_addresses: '',
    port: String(PORT),
    unix_socket_directories: `"${sockets.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    hba_file: home.access,
    ident_file: home.identities,
    ...FOR_OUR_LOAD,
    ...LOG,
    ...extra,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${quoted(value)}`);
  return [
    '# Written by dmarc-ops at each start. Put settings of your own into local.conf beside this file.',
    ...lines,
    `include_if_exists = ${quoted(home.localConfig)}`,
    '',
  ].join('\n');
}

/**
 * Who may connect: the socket's folder is open to the server's user (and root) alone, and the kernel's word on who
 * is calling (peer) is asked as well. Before PostgreSQL 16 a map could not say `all`; there the folder has to do.
 */
export function accessRules(major: number): string {
  return major >= 16 ? 'local all all peer map=dmarc_ops\n' : 'local all all trust\n';
}

/** The operating system's users behind `map=dmarc_ops`. */
export function identities(user: ServerUser): string {
  return ['root', user.name].map((name) => `dmarc_ops "${name.replaceAll('"', '""')}" all\n`).join('');
}

/** Byte order and Unicode case rules that do not change with the system's libraries, where the server can. */
export function localeOptions(major: number): readonly string[] {
  return major >= 17
    ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
    : ['--locale=C.UTF-8'];
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
