import { visible, width } from '../../bot/characters/text.js';
import type { AggregateReport, FailureReport, Problem, TlsReport, Totals } from '../../core/report/report.js';
import type { Output } from '../output.js';
import type { Format, PrintedDocument } from './format.js';

/** Columns of the narrowest terminal that people use. */
const WIDTH = 80;
/** Problems told for one document; the rest is counted. */
const PROBLEMS_SHOWN = 5;
const INDENT = '  ';

/** A few lines for people on every document, 80 columns wide, and a line on all of them at the end. */
export function tableFormat(output: Output): Format {
  const kinds = new Map<string, number>();
  const sum = { messages: 0, dmarcPass: 0 };
  return {
    begin: () => undefined,
    records: () => undefined,
    discard: () => undefined,
    document: (file, document) => {
      kinds.set(document.kind, (kinds.get(document.kind) ?? 0) + 1);
      sum.messages += document.totals?.messages ?? 0;
      sum.dmarcPass += document.totals?.dmarcPass ?? 0;
      const lines = [title(file, document.member), ...body(document), ...problemLines(document.problems)];
      return output.write(`${lines.join('\n')}\n\n`);
    },
    end: () => output.write(`${endLine(kinds, sum)}\n`),
    close: () => Promise.resolve(),
  };
}

function title(file: string, member: string | null): string {
  return visible(member === null ? file : `${file} › ${member}`);
}

function body(document: PrintedDocument): string[] {
  if (document.kind === 'aggregate') return aggregateLines(document.report, document.totals);
  if (document.kind === 'failure') return failureLines(document.report);
  if (document.kind === 'smtp-tls') return tlsLines(document.report);
  return wrap(`NOT READ: ${document.error.message} (${document.error.code})`);
}

function aggregateLines({ reporter, domain, begin, end, policy }: AggregateReport, totals: Totals): string[] {
  return [
    ...wrap(
      `${reporter.orgName ?? 'An unnamed reporter'} on ${domain ?? 'an unnamed domain'}, ${range(begin, end)}`,
    ),
    ...figures(totals),
    ...wrap(`Policy ${policy.p ?? 'not said'}; ${plural(totals.records, 'record')}`),
  ];
}

function failureLines({ domain, authFailure, feedbackType, sourceIp, arrivalDate }: FailureReport): string[] {
  const what = authFailure ?? feedbackType ?? 'unknown';
  const when = arrivalDate === null ? '' : `, ${arrivalDate}`;
  return wrap(
    `Failure report (${what}) on ${domain ?? 'an unnamed domain'} from ${sourceIp ?? 'an unknown address'}${when}`,
  );
}

function tlsLines({ organizationName, begin, end, policies }: TlsReport): string[] {
  const succeeded = policies.reduce((total, policy) => total + policy.successfulSessionCount, 0);
  const failed = policies.reduce((total, policy) => total + policy.failedSessionCount, 0);
  const domains = [...new Set(policies.map(({ policyDomain }) => policyDomain ?? 'an unnamed domain'))].join(
    ', ',
  );
  return [
    ...wrap(
      `SMTP TLS report of ${organizationName ?? 'an unnamed reporter'} on ${domains}, ${range(begin, end)}`,
    ),
    ...wrap(`${plural(succeeded + failed, 'session')}, ${number(failed)} failed`),
  ];
}

function figures(totals: Totals): string[] {
  const { messages, dmarcPass, dkimAligned, spfAligned } = totals;
  if (messages === 0) return wrap('No messages');
  const verdict =
    dmarcPass === messages
      ? 'ALL PASS'
      : dmarcPass === 0
        ? 'NONE PASS'
        : `${percent(dmarcPass, messages)} PASS`;
  return wrap(
    `${verdict}: ${number(dmarcPass)} of ${plural(messages, 'message')} ` +
      `(DKIM aligned ${percent(dkimAligned, messages)}, SPF aligned ${percent(spfAligned, messages)})`,
  );
}

function problemLines(problems: readonly Problem[]): string[] {
  const shown = problems
    .slice(0, PROBLEMS_SHOWN)
    .flatMap(({ code, message, where }) =>
      wrap(`! ${code}: ${message}${where === null ? '' : ` (${where})`}`),
    );
  const more = problems.length - PROBLEMS_SHOWN;
  return more > 0
    ? [...shown, ...wrap(`! and ${plural(more, 'more problem')}; --format ndjson lists all`)]
    : shown;
}

function endLine(
  kinds: ReadonlyMap<string, number>,
  sum: { readonly messages: number; readonly dmarcPass: number },
): string {
  const total = [...kinds.values()].reduce((all, count) => all + count, 0);
  if (total === 0) return 'No documents.';
  const parts = [...kinds].map(([kind, count]) => `${number(count)} ${kind}`).join(', ');
  const pass =
    sum.messages === 0
      ? ''
      : `; ${percent(sum.dmarcPass, sum.messages)} of ${plural(sum.messages, 'message')} pass`;
  return `${plural(total, 'document')} (${parts})${pass}.`;
}

/** Whole words on indented lines; a longer word is left whole, so that it can be copied. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of visible(text).split(' ')) {
    const room = WIDTH - INDENT.length * (lines.length === 0 ? 1 : 2);
    if (line !== '' && width(line) + 1 + width(word) > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((each, index) => (index === 0 ? INDENT : INDENT + INDENT) + each);
}

function range(begin: string | null, end: string | null): string {
  const first = begin?.slice(0, 10) ?? '?';
  const last = end?.slice(0, 10) ?? '?';
  return first === last ? first : `${first} to ${last}`;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function plural(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}
