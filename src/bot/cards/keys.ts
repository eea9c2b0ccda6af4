import type { KeyCreated, KeysResult } from '../../core/operations/keys.js';
import type { Asked } from '../ask.js';
import { ask } from '../ask.js';
import type { Card } from '../card.js';
import { ago, counted, moment, type Moment } from '../figures.js';
import { nextButton } from './questions.js';

/** API keys, never the keys themselves. */
export function keysCard({ items, next }: KeysResult, input: Asked, now: Moment): Card {
  return {
    title: 'API keys',
    tone: 'neutral',
    verdict: items.length === 0 ? 'There is no API key.' : `${counted(items.length, 'API key')}.`,
    parts:
      items.length === 0
        ? []
        : [
            {
              type: 'table',
              title: null,
              columns: ['Name', 'Role', 'Owner', 'Ends', 'Last used'].map((name) => ({
                name,
                align: 'left',
              })),
              rows: items.map((key) => [
                key.name,
                key.role,
                key.owner ?? 'local operator',
                untilText(key.expiresAt, now),
                key.lastUsed === null ? 'never' : ago(key.lastUsed, now),
              ]),
              more: next === null ? null : 'There are more.',
            },
          ],
    advice: items.length === 0 ? 'Make one for a program: key create NAME' : null,
    buttons: nextButton('keys', [], input, next),
    form: null,
    footer: null,
  };
}

/** A new key, shown this once. */
export function keyCreatedCard({ key, item }: KeyCreated, _input: unknown, now: Moment): Card {
  const until = item.expiresAt === null ? 'until it is revoked' : `until ${moment(item.expiresAt, now)}`;
  return {
    title: `New API key ${item.name}`,
    tone: 'good',
    verdict: `The key ${item.name} has the role ${item.role}, ${until}. It is shown this once:`,
    parts: [{ type: 'text', text: key }],
    advice: 'A program sends it with each request as: Authorization: Bearer KEY',
    buttons: [
      { label: 'Keys', command: 'keys' },
      { label: 'Revoke', command: ask('key-revoke', [item.name]) },
    ],
    form: null,
    footer: null,
  };
}

/** That a key is good no more. */
export function keyRevokedCard({ name }: { readonly name: string }): Card {
  return {
    title: `Revoke ${name}`,
    tone: 'good',
    verdict: `The key ${name} is revoked, and refused from its next request on.`,
    parts: [],
    advice: null,
    buttons: [{ label: 'Keys', command: 'keys' }],
    form: null,
    footer: null,
  };
}

function untilText(expiresAt: string | null, now: Moment): string {
  if (expiresAt === null) return 'never';
  return Date.parse(expiresAt) <= now.getTime() ? 'has ended' : moment(expiresAt, now);
}
