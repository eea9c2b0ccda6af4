import { createHash, timingSafeEqual } from 'node:crypto';
import type { Middleware } from 'koa';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { measure, measureStored, type Measured, type Stored } from '../core/operations/measure.js';
import { OperationError, type SystemContext } from '../core/operations/operation.js';
import type { Ended } from './around.js';
import type { Call, CallState } from './call.js';
import { HttpError } from './problem.js';
import { remembered } from './remembered.js';
import type { ApiSettings } from './settings.js';

/** Numbers of the store are as old at most: several scrapers cost no more than one. */
const FRESH_MS = 10_000;
/** What is there in all is counted one by one. */
const STORED_FRESH_MS = 60_000;
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];

export interface Metrics {
  readonly answer: Middleware<CallState>;
  readonly ended: Ended;
}

/** `/metrics` for Prometheus: requests of this process, and numbers of the store, read when somebody asks. */
export function metrics(system: SystemContext, settings: Pick<ApiSettings, 'metricsToken'>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const durations = new Histogram({
    name: 'dmarc_ops_http_request_duration_seconds',
    help: 'Time until an answer was sent',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers,
  });
  const failures = new Counter({
    name: 'dmarc_ops_scrape_failures_total',
    help: 'Scrapes without numbers of the store, as it did not answer',
    registers,
  });
  const tell = storeGauges(registry);
  const read = remembered(() => measure(system), FRESH_MS);
  const readStored = remembered(() => measureStored(system), STORED_FRESH_MS);
  return {
    ended: ({ method, route, status, seconds }) =>
      durations.observe({ method, route, status: String(status) }, seconds),
    answer: async (call) => {
      call.state.route = '/metrics';
      admitScraper(call, settings.metricsToken);
      try {
        tell(await read(), await readStored());
      } catch (error) {
        // The numbers of the process say most when the database is gone.
        failures.inc();
        call.state.log.warn('the metrics lack the numbers of the store', { error });
      }
      call.set('Content-Type', registry.contentType);
      call.body = await registry.metrics();
    },
  };
}

/** Gauges that say what the store has, by tenant; what is gone is not told any more. */
function storeGauges(registry: Registry): (measured: readonly Measured[], stored: readonly Stored[]) => void {
  const all: Gauge[] = [];
  const gauge = (name: string, help: string, labelNames: readonly string[] = []) => {
    const made = new Gauge({
      name: `dmarc_ops_${name}`,
      help,
      labelNames: ['tenant', ...labelNames],
      registers: [registry],
    });
    all.push(made);
    return made;
  };
  const documents = gauge('documents', 'Documents that came in, by state', ['state']);
  const reports = gauge('reports', 'Aggregate reports');
  const records = gauge('records', 'Records of aggregate reports');
  const oldestPending = gauge('oldest_pending_seconds', 'How long the oldest pending document has waited');
  const jobs = gauge('queue_jobs', 'Jobs of a queue, by state', ['queue', 'state']);
  const oldestJob = gauge('queue_oldest_seconds', 'How long the oldest job of a queue has been there', [
    'queue',
  ]);
  const contact = gauge('source_last_contact_timestamp_seconds', 'When a source was last reached', [
    'source',
    'kind',
  ]);
  const trouble = gauge('source_in_trouble', '1 where a source is in trouble', ['source', 'kind']);
  return (measured, stored) => {
    for (const each of all) each.reset();
    for (const { tenant, ...of } of stored) {
      documents.set({ tenant, state: 'processed' }, of.processed);
      reports.set({ tenant }, of.reports);
      records.set({ tenant }, of.records);
    }
    for (const { tenant, ...of } of measured) {
      for (const state of ['pending', 'failed'] as const) documents.set({ tenant, state }, of[state]);
      oldestPending.set({ tenant }, of.oldestPendingSeconds);
      for (const { queue, oldestSeconds, ...counts } of of.queues) {
        for (const [state, count] of Object.entries(counts)) jobs.set({ tenant, queue, state }, count);
        oldestJob.set({ tenant, queue }, oldestSeconds);
      }
      for (const { name: source, kind, lastContact, inTrouble } of of.sources) {
        if (lastContact !== null) contact.set({ tenant, source, kind }, lastContact.getTime() / 1_000);
        trouble.set({ tenant, source, kind }, inTrouble ? 1 : 0);
      }
    }
  };
}

/**
 * The metrics name tenants and say how much mail they have, so they are not for all. With a token, for who shows it;
 * without, for this machine alone, unless a proxy handed the request on: then everybody would look like this machine.
 */
function admitScraper(call: Call, token: string | null): void {
  if (token !== null) {
    const shown = /^Bearer +(\S+) *$/iu.exec(call.get('Authorization'))?.[1];
    if (shown !== undefined && isSame(shown, token)) return;
    throw new OperationError(
      'unauthenticated',
      `${shown === undefined ? 'The metrics are for who shows' : 'This is not'} the token of METRICS_TOKEN: Authorization: Bearer TOKEN.`,
    );
  }
  const peer = call.req.socket.remoteAddress ?? '';
  const isForwarded = ['x-forwarded-for', 'forwarded', 'x-real-ip'].some((name) => call.get(name) !== '');
  if (isForwarded || !/^(?:127\.|::1$|::ffff:127\.)/u.test(peer))
    throw new HttpError(
      403,
      'metrics-closed',
      'Without METRICS_TOKEN the metrics are for this machine alone; set it, and show it as a bearer token.',
    );
}

/** Takes the same time for every wrong token, whatever its length. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
