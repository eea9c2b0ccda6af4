import { momentFor } from '../../../src/bot/figures.js';
import type { Context } from '../../../src/core/operations/operation.js';
import type { Happened } from './happened.js';
import { doubles } from './doubles.js';
import { heldBack } from './held-back.js';
import { histories } from './histories.js';
import { readRows, type AlertRow, type DeliveryRow, type Rows } from './rows.js';
import { CHANNELS } from './plan.js';
import type { HeldMessage, SimulatedPlatform } from './platform.js';
import { MARKED_SUBJECTS, markOf } from './told.js';
import type { Card } from '../../../src/bot/card.js';
import { INHIBITIONS } from '../../../src/core/alert/inhibition.js';
import { SEVERITIES } from '../../../src/core/alert/finding.js';

export interface Truth {
  /** Sentences; empty where all held. */
  readonly violations: readonly string[];
  /** Alerts whose card a person deleted after it was true: it is posted anew with the next change. */
  readonly deleted: readonly number[];
  /** Messages that came twice for a reason that was injected, by platform. */
  readonly excused: Readonly<Record<string, number>>;
}

/** Compares what the platforms hold with the alerts as they stand, and looks at all that happened. */
export async function truth(
  context: Context,
  platform: SimulatedPlatform,
  happened: Happened,
): Promise<Truth> {
  const rows = await readRows(context);
  const shown = await shownNow(context, platform, rows);
  const twice = doubles(platform, happened);
  return {
    violations: [
      ...lost(rows, happened),
      ...histories(rows, happened),
      ...missing(rows),
      ...shown.violations,
      ...twice.violations,
      ...heldBack(platform.messages, rows.suppressions, happened),
    ],
    deleted: shown.deleted,
    excused: twice.excused,
  };
}

/** Every finding has an alert that tells of it, and every alert that asks for somebody is on a card. */
function lost({ alerts }: Rows, { found, counts }: Happened): string[] {
  const byId = new Map(alerts.map((alert) => [alert.id, alert]));
  const said: string[] = [];
  for (const [name, ids] of found) {
    const [rule, domain] = JSON.parse(name) as [string, string];
    const own = ids.map((id) => byId.get(id));
    if (own.some((alert) => alert === undefined || alert.rule !== rule || alert.domain !== domain))
      said.push(
        `the finding ${name} was said to be told by alerts ${ids.join(', ')}, which do not tell of it`,
      );
  }
  const without = counts['findings without an outcome'] ?? 0;
  if (without > 0) said.push(`${without} evaluations did not say what became of each finding`);
  for (const { id, state, leadId } of alerts) {
    const lead = leadId === null ? undefined : byId.get(leadId);
    if (leadId === null || state === 'resolved') continue;
    if (lead === undefined || lead.leadId !== null || lead.state === 'resolved')
      said.push(
        `alert ${id} is ${state}, and the alert ${leadId} on whose card it is told has none or is over`,
      );
  }
  return said;
}

/** Each alert with a card has a delivery for each channel that takes its severity. */
function missing({ alerts, deliveries }: Rows): string[] {
  const there = new Set(deliveries.map(({ alert, channel }) => `${alert} ${channel}`));
  return alerts
    .filter(({ leadId }) => leadId === null)
    .flatMap(({ id, severity }) =>
      CHANNELS.filter(
        ({ name, leastSeverity }) =>
          SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(leastSeverity) && !there.has(`${id} ${name}`),
      ).map(({ name }) => `alert ${id} is not told to ${name} at all`),
    );
}

async function shownNow(
  context: Context,
  platform: SimulatedPlatform,
  { alerts, deliveries }: Rows,
): Promise<{ violations: string[]; deleted: number[] }> {
  const now = context.now();
  const byId = new Map(alerts.map((alert) => [alert.id, alert]));
  const told = await MARKED_SUBJECTS.alert(context, [...byId.keys()]);
  const held = new Map(platform.messages.map((one) => [one.id, one]));
  const violations: string[] = [];
  const deleted = new Set<number>();
  for (const delivery of deliveries) {
    const alert = byId.get(delivery.alert);
    if (alert === undefined) continue;
    const name = `alert ${alert.id} (${alert.state}, version ${alert.version}) at ${delivery.channel}`;
    const problem = standing(delivery, alert, alerts, now);
    if (problem !== null) violations.push(`${name}: ${problem}`);
    if (delivery.kind === 'webhook' || delivery.ref === null) continue;
    const message = held.get(String(delivery.ref['id']));
    if (message === undefined) violations.push(`${name}: its message was never there`);
    else if (message.deletedAt !== null) deleted.add(alert.id);
    else {
      const expected = told.get(alert.id)?.card(FACTS, momentFor(now, { zone: 'UTC', dates: 'iso' }));
      const wrong = expected === undefined ? 'there is no card' : differs(message, expected);
      if (wrong !== null) violations.push(`${name}: ${wrong}`);
    }
  }
  return { violations, deleted: [...deleted] };
}

/** Cards of alerts are the same in every channel. */
const FACTS = {} as Parameters<
  NonNullable<
    Awaited<ReturnType<typeof MARKED_SUBJECTS.alert>> extends ReadonlyMap<number, infer T> ? T : never
  >['card']
>[0];

/** What is wrong with how far a channel has heard; null for nothing. */
function standing(
  delivery: DeliveryRow,
  alert: AlertRow,
  alerts: readonly AlertRow[],
  now: Date,
): string | null {
  const { nextAt, kind, ref, shownVersion, toldVersion, heldCode } = delivery;
  if (nextAt !== null && nextAt <= now) return 'it is still to be told';
  if (kind !== 'webhook' && ref !== null && shownVersion !== alert.version)
    return `its row says that version ${shownVersion} is shown`;
  if (toldVersion >= alert.notableVersion && (ref !== null || kind === 'webhook')) return null;
  if (heldCode === 'over' && alert.state === 'resolved' && toldVersion === 0) return null;
  if (heldCode === 'inhibited' && isInhibited(alert, alerts)) return null;
  return `version ${alert.notableVersion} was never told (told ${toldVersion}, held by ${heldCode ?? 'nothing'})`;
}

function isInhibited(alert: AlertRow, alerts: readonly AlertRow[]): boolean {
  return alerts.some(
    (other) =>
      other.state !== 'resolved' &&
      other.domain === alert.domain &&
      INHIBITIONS.some(({ by, mutes }) => by === other.rule && mutes.includes(alert.rule)),
  );
}

/** How a message differs from the card that it is to show; null where it does not. */
function differs(message: HeldMessage, expected: Card): string | null {
  const [held, wanted] = [plain(message.card), plain(expected)];
  if (held === wanted) return null;
  const at = Array.from({ length: wanted.length }, (_, index) => index).findIndex(
    (index) => wanted[index] !== held[index],
  );
  return `message ${message.id} shows version ${markOf(message.card)?.version ?? '?'}: ${held.slice(Math.max(at - 40, 0), at + 60)} in place of ${wanted.slice(Math.max(at - 40, 0), at + 60)}`;
}

/** Without what depends on when it was drawn. */
function plain(card: Card): string {
  const parts = card.parts.map((part) =>
    part.type === 'facts'
      ? { ...part, facts: part.facts.map((fact) => (fact.name === 'Opened' ? { ...fact, note: '' } : fact)) }
      : part,
  );
  return JSON.stringify({ ...card, parts, footer: null });
}
