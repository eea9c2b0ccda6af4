import type { ProblemList } from '../problems.js';
import type { AggregateReport, Totals } from '../report.js';
import { Refused } from './failures.js';
import { AT, pathOf } from './grammar.js';
import type { HeadFields } from './head.js';
import type { Tally } from './tally.js';
import { show } from './values.js';

/**
 * The report that was found, with its figures; `root` is the name of the outermost element. Throws Refused where nothing
 * was found that could be counted.
 */
export function reportOf(
  root: string | null,
  isFound: boolean,
  head: HeadFields,
  tally: Tally,
  problems: ProblemList,
): { report: AggregateReport; totals: Totals } {
  if (root === null && !isFound) throw new Refused('not-xml', 'The document holds no XML element at all.');
  if (!isFound)
    throw new Refused(
      'not-a-report',
      `This is no DMARC aggregate report: its root is ${show(root ?? '')} and not "feedback".`,
    );
  const { records, totals } = tally;
  const domain = head.domain;
  if (records === 0 && domain === null)
    throw new Refused('report-empty', 'The report names no domain and has no records.');
  if (records === 0) problems.add('records-none', 'The report has no records.', null);
  return { report: head.take(domain ?? guessedDomain(tally, problems)), totals };
}

function guessedDomain({ commonFrom }: Tally, problems: ProblemList): string | null {
  const path = pathOf(AT.policyDomain);
  if (commonFrom === null) problems.add('domain-missing', 'The report names no domain.', path);
  else {
    const message = `The report names no domain; ${show(commonFrom)}, the From domain of all its records, stands for it.`;
    problems.add('domain-guessed', message, path);
  }
  return commonFrom;
}
