import type { Alert } from '../../core/alert/alert.js';
import type { Card, CardPart } from '../card.js';
import type { OneWayPost } from '../one-way.js';
import type { WebhookBody } from './body.js';

/** Bytes of JSON that receivers take without being asked to; parts of a card leave beyond. */
export const MOST_BYTES = 256 * 1_024;
const MOST_PARTS = 30;
const MOST_ROWS = 100;
const MOST_COLUMNS = 20;
const MOST_FACTS = 100;
const MOST_COMMANDS = 20;
const MOST_ENTRIES = 400;
const LONGEST_TEXT = 4_000;
const LONGEST_CELL = 1_000;

type Part = WebhookBody['card']['parts'][number];

/** What a webhook is sent, as bytes of JSON. The same post gives the same bytes. Pure. */
export function renderBody(post: OneWayPost): Buffer {
  const all = post.card.parts;
  const bytes = (parts: readonly CardPart[]) =>
    Buffer.from(JSON.stringify(bodyOf(post, parts.map(partOf), all.length - parts.length)));
  const whole = bytes(all.slice(0, MOST_PARTS));
  return whole.length <= MOST_BYTES ? whole : bytes([]);
}

function bodyOf(post: OneWayPost, parts: Part[], partsLeftOut: number): WebhookBody {
  const { card, change, alert } = post;
  return {
    schema: 'dmarc-ops/webhook/1',
    delivery: post.key,
    subject: post.subject,
    subjectId: post.subjectId,
    subjectVersion: post.version,
    change: change === null ? null : { ...change, by: cut(change.by), note: orNull(change.note) },
    alert: alert === null ? null : alertOf(alert),
    card: { ...cardOf(card), parts, partsLeftOut },
  };
}

function cardOf(card: Card): Omit<WebhookBody['card'], 'parts' | 'partsLeftOut'> {
  return {
    title: cut(card.title),
    tone: card.tone,
    verdict: cut(card.verdict),
    advice: orNull(card.advice),
    commands: card.buttons
      .slice(0, MOST_COMMANDS)
      .map(({ label, command }) => ({ label: cut(label), command: cut(command) })),
    footer: orNull(card.footer),
  };
}

function partOf(part: CardPart): Part {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: cut(part.text) };
    case 'facts':
      return {
        type: 'facts',
        facts: part.facts.slice(0, MOST_FACTS).map(({ name, value, note }) => ({
          name: cell(name),
          value: cell(value),
          ...(note === undefined ? {} : { note: cell(note) }),
        })),
      };
    case 'table': {
      const hidden = part.rows.length - MOST_ROWS;
      return {
        type: 'table',
        title: orNull(part.title),
        columns: part.columns.slice(0, MOST_COLUMNS).map(({ name }) => cell(name)),
        rows: part.rows.slice(0, MOST_ROWS).map((row) => row.slice(0, MOST_COLUMNS).map(cell)),
        more: hidden > 0 ? `${hidden} more rows are left out.` : orNull(part.more),
      };
    }
    case 'chart':
      return { type: 'chart', title: cut(part.title), alt: cut(part.alt) };
    default:
      return part satisfies never;
  }
}

function alertOf(alert: Alert): NonNullable<WebhookBody['alert']> {
  const { day, key, says, fix, measure, evidence } = alert.finding;
  return {
    id: alert.id,
    rule: alert.rule,
    kind: alert.kind,
    domain: alert.domain,
    cause: alert.cause,
    severity: alert.severity,
    state: alert.state,
    timesFound: alert.timesFound,
    openedAt: alert.openedAt,
    lastFoundAt: alert.lastFoundAt,
    snoozedUntil: alert.snoozedUntil,
    assignee: alert.assignee?.name ?? null,
    acknowledged: alert.acknowledged,
    resolved: alert.resolved,
    finding: {
      day,
      key,
      says: cut(says),
      fix: cut(fix),
      measure,
      evidence: {
        sender: evidence.sender,
        addresses: evidence.addresses.slice(0, MOST_FACTS),
        dkim: evidence.dkim.slice(0, MOST_FACTS),
        spf: evidence.spf.slice(0, MOST_FACTS),
        firstSeen: evidence.firstSeen,
        messages: evidence.messages,
        failing: evidence.failing,
        days: evidence.days.slice(-MOST_ENTRIES),
        facts: evidence.facts.slice(0, MOST_FACTS),
      },
    },
  };
}

function orNull(text: string | null): string | null {
  return text === null ? null : cut(text);
}

function cell(text: string): string {
  return cut(text, LONGEST_CELL);
}

/** Half of a pair is no text in JSON (RFC 8259 §8.2). */
function cut(text: string, longest = LONGEST_TEXT): string {
  const shown = text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
  return shown.replaceAll(/\p{Cs}/gu, '\uFFFD');
}
