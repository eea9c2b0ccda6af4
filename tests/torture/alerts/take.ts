import { setTimeout as sleep } from 'node:timers/promises';
import type { Raised } from '../../../src/core/operations/alert/raise.js';
import type { Context } from '../../../src/core/operations/operation.js';
import { clickOf, suppressionOf } from './asked.js';
import { evaluationOf } from './findings.js';
import type { Furnished } from './furnish.js';
import type { Happened } from './happened.js';
import { cutConnections, lastSuppression } from './look.js';
import { CHANNELS, PEOPLE, type Click, type Step } from './plan.js';
import type { SimulatedPlatform } from './platform.js';
import type { Kept, Outcome } from './processes.js';
import { markOf } from './told.js';

/** What goes with the version on the card that was pressed. */
const STATE_CLICKS: readonly Click[] = ['acknowledge', 'unacknowledge', 'resolve', 'reopen', 'snooze'];
/** Most clicks are on the latest alerts, and some on any. */
const OF_LATEST = 0.9;
const LATEST = 40;
const RAISE_TRIES = 200;
/** Everything that steps are taken on. */
export interface World {
  /** A superuser's URL of the database. */
  readonly url: string;
  readonly note: (line: string) => void;
  readonly context: Context;
  readonly platform: SimulatedPlatform;
  readonly furnished: Furnished;
  readonly workers: readonly Kept[];
  readonly happened: Happened;
}

export function count({ counts }: Happened, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

/** Takes one step: asks a worker for it, or has something befall the platforms and the workers. */
export async function take(world: World, step: Exclude<Step, { do: 'jump' }>, at: number): Promise<void> {
  const { platform, happened, workers, context, furnished } = world;
  const channelOf = (index: number): string => CHANNELS[index]?.name ?? '';
  const first = workers[at % workers.length];
  const second = workers[(at + 1) % workers.length];
  count(happened, step.do);
  switch (step.do) {
    case 'raise': {
      const evaluation = evaluationOf(step, furnished, context.now());
      const askers = step.twice ? [at, at + 1] : [at];
      await Promise.all(
        askers.map(async (who) => {
          const outcome = await insist(world, { do: 'raise', evaluation }, who);
          for (const { finding, alertId, outcome: what } of outcome as readonly Raised[]) {
            const name = JSON.stringify([finding.rule, finding.domain, finding.key]);
            happened.found.set(name, [...(happened.found.get(name) ?? []), alertId]);
            count(happened, `raised: ${what}`);
          }
          if ((outcome as readonly Raised[]).length !== evaluation.findings.length)
            count(happened, 'findings without an outcome');
        }),
      );
      return;
    }
    case 'click': {
      const known = [...new Set([...happened.found.values()].flat())].toSorted((a, b) => a - b);
      const within = step.pick < OF_LATEST ? Math.min(known.length, LATEST) : known.length;
      const id =
        known[
          known.length -
            1 -
            Math.floor(
              (within * (step.pick % OF_LATEST)) / (step.pick < OF_LATEST ? OF_LATEST : 1 - OF_LATEST),
            )
        ];
      if (id === undefined) return;
      const card = platform.messages.findLast((one) => one.thread === null && markOf(one.card)?.alert === id);
      const isOfState = STATE_CLICKS.includes(step.click);
      const seen =
        isOfState && step.onCard && card !== undefined ? (markOf(card.card)?.version ?? null) : null;
      const asked = clickOf(step, id, seen, PEOPLE[step.person] ?? '');
      const outcomes = await Promise.all(
        (step.twice ? [first, second] : [first]).flatMap((one) =>
          one === undefined ? [] : [one.ask(asked)],
        ),
      );
      for (const outcome of outcomes)
        if (outcome !== undefined) heard(happened, id, step.click, seen, outcome);
      return;
    }
    case 'suppress': {
      const outcome = await first?.ask(suppressionOf(step));
      if (outcome?.type === 'done') {
        const { id } = outcome.value as { id: number };
        happened.suppressed.set(id, Date.now());
      }
      return;
    }
    case 'unsuppress': {
      // Connections are cut meanwhile.
      const id = await lastSuppression(context, step.pick).catch(() => null);
      if (id !== null)
        await first?.ask({ do: 'perform', operation: 'unsuppress', input: { id }, person: 'ada' });
      return;
    }
    case 'fault':
      return platform.befall(channelOf(step.channel), step.fault, step.times);
    case 'outage':
      return platform.outage(
        channelOf(step.channel),
        new Date(context.now().getTime() + step.minutes * 60_000),
      );
    case 'archive':
      happened.shocks.push({ what: `archive ${channelOf(step.channel)}`, realAt: Date.now() });
      return platform.archive(channelOf(step.channel));
    case 'unarchive': {
      platform.unarchive(channelOf(step.channel));
      const id = furnished.channels.get(channelOf(step.channel));
      if (id !== undefined) await first?.ask({ do: 'resume', channel: id });
      return;
    }
    case 'delete': {
      const there = platform.messages.filter(
        ({ thread, deletedAt, channel }) =>
          thread === null && deletedAt === null && !channel.startsWith('webhook'),
      );
      const message = there[Math.floor(there.length * step.pick)];
      if (message !== undefined) platform.remove(message);
      return;
    }
    case 'kill': {
      const life = workers[step.worker]?.kill() ?? null;
      if (life === null) return;
      happened.kills.push({ life, realAt: Date.now() });
      happened.shocks.push({ what: `kill of ${life}`, realAt: Date.now() });
      await workers[step.worker]?.ready();
      return;
    }
    case 'kill-saying':
      return platform.befall(channelOf(step.channel), { type: 'fatal' }, 1);
    case 'cut':
      happened.shocks.push({ what: 'cut', realAt: Date.now() });
      return cutConnections(world.url);
  }
}

/** Asks one worker after the other until one says what became of it, as the next evaluation does. */
export async function insist(
  { workers }: World,
  asked: Parameters<Kept['ask']>[0],
  from = 0,
): Promise<unknown> {
  for (let tries = 0; tries < RAISE_TRIES; tries += 1) {
    const outcome = await workers[(from + tries) % workers.length]?.ask(asked);
    if (outcome?.type === 'done') return outcome.value;
    if (outcome?.type === 'refused' && outcome.code !== 'alert-busy')
      throw new Error(`${asked.do} was refused: ${outcome.code}`);
    await sleep(50);
  }
  throw new Error(`nobody could ${asked.do}`);
}

function heard(
  happened: Happened,
  alert: number,
  click: string,
  seen: number | null,
  outcome: Outcome,
): void {
  if (outcome.type === 'done') {
    const { alert: after } = outcome.value as { alert: { version: number } };
    count(happened, `clicked: ${click}`);
    happened.clicks.push({ alert, click, seen, version: after.version });
  } else if (outcome.type === 'refused') count(happened, `refused: ${outcome.code}`);
  else count(happened, `nobody knows: ${outcome.why}`);
}
