import { setTimeout as sleep } from 'node:timers/promises';
import type { IngestContext } from '../core/ingest/context.js';
import type { ReportSource } from '../core/intake/source.js';
import { openLeader, type Leader, type SourceKey } from '../core/store/leader.js';
import { ensureTenant } from '../core/store/tenants.js';
import type { SourceSetting } from '../settings/sources.js';
import { brokenSource, makeSource } from './make.js';
import { runSource, type Running } from './run.js';

/** Between attempts to lead what another process leads, and to ask whether the connection still holds. */
const TICK_MS = 2_000;
/** Between attempts to come to a database that does not answer. */
const AWAY_MS = 5_000;

/** The sources of the configuration, at work. */
export interface StartedSources {
  /** For people: which there are. */
  readonly line: string;
  /** Aborts all; what is taken already is committed, the rest stays where it is. Waits at most so long. */
  stop(withinMs: number): Promise<void>;
}

/** A source, for whom it works, and its run where this process leads it. */
interface Post {
  readonly key: SourceKey;
  readonly source: ReportSource;
  run: (Running & { readonly abort: () => void }) | null;
}

/**
 * Runs the sources that no other process runs, and takes over those whose process ends. Throws DatabaseError where
 * the database cannot be used now; when it goes away later, the sources wait until it is back.
 */
export async function startSources(
  { context }: { readonly context: IngestContext },
  settings: readonly SourceSetting[],
): Promise<StartedSources> {
  if (settings.length === 0)
    return { line: 'off: none of SOURCES, IMAP_URL and WATCH_FOLDER is set', stop: async () => {} };
  const posts: Post[] = [];
  for (const setting of settings) {
    const tenant = await context.db.across((session) => ensureTenant(session, setting.tenant));
    posts.push({
      key: { tenant, name: setting.name },
      source: await makeSource(setting).catch(brokenSource(setting)),
      run: null,
    });
  }
  const stopping = new AbortController();
  const leading = keepLeading(context, posts, stopping.signal);
  return {
    line: `on: ${posts.map(({ source }) => `${source.name} (${source.kind} ${source.place})`).join(', ')}`,
    stop: async (withinMs) => {
      stopping.abort();
      const late = new AbortController();
      await Promise.race([leading, sleep(withinMs, undefined, { signal: late.signal }).catch(() => {})]);
      late.abort();
    },
  };
}

async function keepLeading(
  context: IngestContext,
  posts: readonly Post[],
  signal: AbortSignal,
): Promise<void> {
  const asked = ({ tenant, name }: SourceKey) =>
    posts.find(({ key }) => key.tenant === tenant && key.name === name)?.run?.ask();
  while (!signal.aborted) {
    try {
      const leader = await openLeader(context.db, asked);
      try {
        await leadUntilLost(context, posts, leader, signal);
      } finally {
        // No other process may begin before these have ended.
        await Promise.all(posts.map(endRun));
        await leader.close();
      }
    } catch (error) {
      if (!signal.aborted) context.log.warn('the sources rest until the database answers again', { error });
    }
    await sleep(AWAY_MS, undefined, { signal }).catch(() => {});
  }
}

/** Leads what it can get until the connection or the service ends. */
async function leadUntilLost(
  context: IngestContext,
  posts: readonly Post[],
  leader: Leader,
  signal: AbortSignal,
): Promise<void> {
  const end = AbortSignal.any([signal, leader.lost]);
  while (!end.aborted) {
    for (const post of posts) {
      if (end.aborted || post.run !== null || !(await leader.lead(post.key))) continue;
      begin({ ...context, tenant: post.key.tenant }, post, end);
    }
    if (!end.aborted) await leader.check();
    await sleep(TICK_MS, undefined, { signal: end }).catch(() => {});
  }
}

function begin(context: IngestContext, post: Post, end: AbortSignal): void {
  const own = new AbortController();
  const running = runSource(context, post.source, AbortSignal.any([end, own.signal]));
  post.run = { ...running, abort: () => own.abort() };
}

async function endRun(post: Post): Promise<void> {
  post.run?.abort();
  await post.run?.done;
  post.run = null;
}
