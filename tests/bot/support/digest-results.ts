import { daysOf, lastDays } from '../../../src/core/analysis/range.js';
import { digestContent, SECTIONS, type AlertLine } from '../../../src/core/digest/content.js';
import type { PreviewResult } from '../../../src/core/operations/digest/preview.js';
import type { DigestsResult } from '../../../src/core/operations/digest/subscribe.js';
import type { SubscriptionItem } from '../../../src/core/operations/digest/subscription.js';
import { answers, type Invented } from './results.js';

/** Two months are the longest that a digest tells of. */
const LONGEST = 62;

/** Invented answers of the operations on digests. */
export function digestAnswers(given: Invented) {
  const { size, name, domain, messages } = given;
  const range = lastDays(Math.min(given.range.days, LONGEST), given.range.to);
  const { summary } = answers({ ...given, range, size: Math.min(size, 20) });
  const few = Array.from({ length: Math.min(size, 20) }, (_, at) => at);
  const subscription = (at: number): SubscriptionItem => ({
    id: at + 1,
    channel: name(at),
    frequency: at % 3 === 0 ? 'weekly' : at % 3 === 1 ? 'monthly' : 'daily',
    weekday: at % 3 === 0 ? 'friday' : null,
    day: at % 3 === 1 ? 31 : null,
    time: '09:00',
    zone: 'Europe/Berlin',
    domains: at === 0 ? null : few.map(name),
    sections: at === 1 ? ['verdict', 'alerts'] : SECTIONS,
    enabled: at !== 2,
    nextAt: at === 2 ? null : '2026-03-20T08:00:00.000Z',
    toldUntil: at === 0 ? null : range.to,
  });
  const alert = (at: number): AlertLine => ({
    id: at + 1,
    rule: 'failure-rate',
    domain: at === 1 ? null : (domain ?? name(at)),
    cause: 'policy',
    severity: at === 0 ? 'critical' : 'warning',
    state: 'open',
    says: `${name(at)} fails.`,
    fix: `Look at ${name(at)}.`,
  });
  const before = summary.compared?.before ?? summary.figures;
  const details = { ...summary, domain: domain ?? name(0) };
  const content = digestContent({
    asOf: '2026-03-18T12:00:00.000Z',
    period: 'weekly',
    range,
    sections: SECTIONS,
    domains: (domain === null ? few.map(name) : [domain]).map((each, id) => ({ id, name: each })),
    figures: summary.figures,
    before,
    compared: summary.compared,
    series: daysOf(range).map((day) => ({ day, figures: { ...before, messages } })),
    completeness: summary.completeness,
    reporters: size,
    worst: domain === null ? summary.topDomains.slice(0, 5) : [],
    details: [details],
    alerts: { count: size, items: few.map(alert) },
    alertsSince: { opened: size, resolved: 1 },
    last: null,
  });
  const item = subscription(0);
  const digests: DigestsResult = { items: few.map(subscription), next: size > 0 ? 'WzEyXQ' : null };
  const preview: PreviewResult = { subscription: size, content };
  return {
    digests,
    'digest-add': item,
    'digest-set': subscription(2),
    'digest-remove': item,
    'digest-preview': preview,
  };
}
