import { z } from 'zod';
import { addDays } from '../calendar.js';
import { POLICY_DAYS, type PolicyFact } from '../facts.js';
import { evidence, ruleKind } from '../kind.js';
import { count } from '../threshold.js';
import { counted } from '../words.js';

/** Weakest first; what is not among them asks for nothing. */
const STRENGTH: readonly (string | null)[] = ['none', 'quarantine', 'reject'];
const FIELDS = ['p', 'sp', 'np', 'pct', 't'] as const;
type Field = (typeof FIELDS)[number];
type Effective = Readonly<Record<Field, number>>;

interface Weaker {
  readonly reporter: string;
  readonly before: PolicyFact;
  readonly now: PolicyFact;
  readonly fields: readonly Field[];
}

export const policyWeakened = ruleKind({
  name: 'policy-weakened',
  title: 'Policy weakened',
  summary: 'Reporters see a weaker policy than they did before, or none',
  cause: 'policy',
  severity: 'critical',
  cooldownHours: 24,
  thresholds: z.object({
    reporters: count('reporters', 2, 'Seen by so many reporters, or by the only one there is', 100),
    days: count('days', 14, 'Beside the strongest policy of so many days', POLICY_DAYS),
  }),
  // As long as it is weaker than it was, it stays: there is nothing to ease but the number of those who see it.
  relaxed: (given) => ({ ...given, reporters: 1, days: POLICY_DAYS }),
  evaluate: (facts, day, { reporters, days }) => {
    const since = addDays(day, 1 - days);
    const seen = byReporter(facts.policies.filter((one) => one.day >= since && one.day <= day));
    const changed = seen.flatMap(([reporter, policies]) => weakerOf(reporter, policies));
    const needed = Math.min(reporters, seen.length);
    // One reporter that keeps an old record in its cache says nothing against those who see the new one.
    const [newest] = changed.toSorted((a, b) => (a.now.day < b.now.day ? 1 : -1));
    if (newest === undefined || changed.length < needed) return [];
    const first = changed.map((one) => one.now.firstDay).toSorted()[0] ?? newest.now.day;
    const isMissing = newest.now.p === null;
    const words = newest.fields.map(
      (field) => `${field} from ${told(newest.before, field)} to ${told(newest.now, field)}`,
    );
    return [
      {
        // Another weakening is another finding.
        key: {
          policy: keyFields(newest)
            .map((field) => told(newest.now, field))
            .join(' '),
        },
        day: newest.now.day,
        says: `${isMissing ? 'Reports no longer show a policy' : `The policy is weaker since ${first}: ${words.join(', ')}`}, as ${counted(changed.length, 'reporter')} ${changed.length === 1 ? 'sees' : 'see'} it.`,
        fix: 'If nobody meant to change it, put the record at _dmarc.DOMAIN back as it was, and find out who changed the DNS.',
        measure: {
          name: 'reporters',
          value: changed.length,
          threshold: needed,
          unit: 'reports',
          baseline: null,
        },
        evidence: evidence({
          facts: [
            ...newest.fields.map((field) => ({
              name: field,
              value: `${told(newest.before, field)} → ${told(newest.now, field)}`,
            })),
            {
              name: 'Seen by',
              value: changed
                .slice(0, 5)
                .map(({ reporter }) => reporter)
                .join(', '),
            },
          ],
        }),
      },
    ];
  },
});

/** What one reporter saw last, where it is weaker than what it saw most before that. */
function weakerOf(reporter: string, policies: readonly PolicyFact[]): Weaker[] {
  const now = policies.at(-1);
  if (now === undefined) return [];
  const last = effective(now);
  const fields = (policy: PolicyFact) => {
    const earlier = effective(policy);
    // A stricter word for a part of the mail is a step forward.
    const isStep = last.p > earlier.p;
    const weaker = FIELDS.filter(
      (field) => last[field] < earlier[field] && !(isStep && (field === 'pct' || field === 't')),
    );
    // A record without np follows its sp: that is told of once.
    return now.np === null ? weaker.filter((field) => field !== 'np' || !weaker.includes('sp')) : weaker;
  };
  // The newest one that was stronger: a change that was taken back is none.
  const before = policies.findLast((one) => fields(one).length > 0);
  return before === undefined ? [] : [{ reporter, before, now, fields: fields(before) }];
}

/** As numbers that grow with the strength of what holds in the end. */
function effective({ p, sp, np, pct, testing }: PolicyFact): Effective {
  return {
    p: STRENGTH.indexOf(p),
    sp: STRENGTH.indexOf(sp ?? p),
    np: STRENGTH.indexOf(np ?? sp ?? p),
    pct: STRENGTH.indexOf(p) > 0 ? (pct ?? 100) : 100,
    t: testing === 'y' ? 0 : 1,
  };
}

function told(policy: PolicyFact, field: Field): string {
  if (field === 'pct') return String(policy.pct ?? 100);
  if (field === 't') return policy.testing ?? 'n';
  if (field === 'np') return policy.np ?? policy.sp ?? policy.p ?? 'nothing';
  return (field === 'sp' ? (policy.sp ?? policy.p) : policy.p) ?? 'nothing';
}

/** Reporters of RFC 7489 tell of no np: only where it is weaker is it part of what was found. */
function keyFields({ fields }: Weaker): readonly Field[] {
  return FIELDS.filter((field) => field !== 'np' || fields.includes('np'));
}

function byReporter(policies: readonly PolicyFact[]): [string, PolicyFact[]][] {
  const seen = new Map<string, PolicyFact[]>();
  for (const one of policies) {
    const list = seen.get(one.reporter);
    if (list === undefined) seen.set(one.reporter, [one]);
    else list.push(one);
  }
  return [...seen];
}
