import { attachedMail } from '../../src/core/sample/mail.js';
import { randomFor } from '../../src/core/sample/random.js';
import { smallReports } from '../../src/core/sample/bulk.js';
import type { Totals } from '../../src/core/report/report.js';

export const WAYS = ['folder', 'upload', 'mailbox'] as const;
export type Way = (typeof WAYS)[number];

/** A report on its way in. */
export interface Sending {
  readonly way: Way;
  readonly name: string;
  /** The file, or the mail that carries it. */
  readonly bytes: Buffer;
}

export interface Plan {
  readonly sendings: readonly Sending[];
  /** What a right store holds in the end. */
  readonly truth: Totals & { readonly reports: number };
}

/** One of so many reports comes twice, by two ways. */
const TWICE_EVERY = 10;

/** So many different reports, spread over the ways, of which some come by two of them. */
export function planOf(reports: number, seed: number, ways: readonly Way[]): Plan {
  const random = randomFor(seed, 'torture');
  const made = smallReports({ count: reports, seed });
  const sendings: Sending[] = [];
  for (let index = 0; ; index += 1) {
    const next = made.next();
    if (next.done === true) return { sendings, truth: { ...next.value, reports } };
    const { name, bytes } = next.value;
    const first = index % ways.length;
    sendings.push(sendingBy(ways[first] ?? 'folder', name, bytes));
    if (index % TWICE_EVERY === 0)
      sendings.push(
        sendingBy(ways[(first + 1 + random.below(ways.length - 1)) % ways.length] ?? 'folder', name, bytes),
      );
  }
}

function sendingBy(way: Way, name: string, bytes: Buffer): Sending {
  return { way, name, bytes: way === 'mailbox' ? mailWith(name, bytes) : bytes };
}

function mailWith(name: string, bytes: Buffer): Buffer {
  return attachedMail(
    {
      from: 'noreply-dmarc@bigmail.example',
      to: 'reports@example.com',
      subject: `Report ${name}`,
      date: '2026-06-30T12:00:00Z',
      messageId: `${name.replaceAll('!', '.')}@bigmail.example`,
    },
    { fileName: name, contentType: 'application/octet-stream', bytes },
  );
}
