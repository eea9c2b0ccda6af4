import type { StatusResult } from '../../core/operations/intake.js';
import type { Card, Tone } from '../card.js';
import { ago, count, counted, moment, type Moment } from '../figures.js';

/** Reports come daily; after so long without any, intake is likely broken. */
const SILENT_MS = 3 * 86_400_000;

/** Whether reports come in and are read. */
export function statusCard(result: StatusResult, _input: unknown, now: Moment): Card {
  const { pending, processed, failed, lastReceived, domains, failures } = result;
  const silent = lastReceived !== null && now.getTime() - Date.parse(lastReceived) > SILENT_MS;
  const tone: Tone = failed > 0 ? 'bad' : silent ? 'warning' : lastReceived === null ? 'neutral' : 'good';
  const came =
    lastReceived === null ? 'Nothing has come in yet.' : `The last document came ${ago(lastReceived, now)}.`;
  return {
    title: 'Status',
    tone,
    verdict: [
      came,
      failed > 0 ? `${counted(failed, 'document')} could not be stored.` : null,
      pending > 0 ? `${counted(pending, 'document')} ${pending === 1 ? 'waits' : 'wait'}.` : null,
      failed === 0 && pending === 0 && lastReceived !== null ? doneSentence(result) : null,
    ]
      .filter((sentence) => sentence !== null)
      .join(' '),
    parts: [
      {
        type: 'facts',
        facts: [
          { name: 'Last received', value: lastReceived === null ? 'never' : moment(lastReceived, now) },
          {
            name: 'Files and mails',
            value: `${count(processed)} processed, ${count(pending)} pending, ${count(failed)} failed`,
          },
          {
            name: 'Reports stored',
            value: `${count(result.aggregate)} aggregate, ${count(result.failure)} failure, ${count(result.tls)} TLS`,
          },
          {
            name: 'Seen before',
            value: `${counted(result.duplicates, 'exact resend')}, ${count(result.merged)} merged`,
          },
          {
            name: 'Unreadable',
            value: count(result.unreadable),
            ...(result.unreadable > 0 ? { note: 'kept with their error: see problems' } : {}),
          },
          { name: 'Domains', value: `${count(domains.seen)} seen, ${count(domains.claimed)} claimed` },
        ],
      },
      ...(failures.length === 0
        ? []
        : [
            {
              type: 'facts' as const,
              facts: failures.map((one) => ({
                name: one.code,
                value: one.message,
                note: `${one.name}, ${moment(one.at, now)}`,
              })),
            },
          ]),
    ],
    advice:
      lastReceived === null
        ? 'Take reports in, such as: ingest reports/'
        : silent
          ? 'Reports come daily: check the rua address and the mailbox or folder that takes them in.'
          : null,
    buttons: [
      { label: 'Summary', command: 'summary' },
      { label: 'Domains', command: 'domains' },
      { label: 'Problems', command: 'problems' },
      { label: 'Reports', command: 'reports' },
    ],
    form: null,
    footer: `as of ${moment(now.toISOString(), now)}`,
  };
}

function doneSentence({ unreadable }: StatusResult): string {
  return unreadable === 0
    ? 'All are read and stored.'
    : `All are done; ${counted(unreadable, 'document')} could not be read.`;
}
