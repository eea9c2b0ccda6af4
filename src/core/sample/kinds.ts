import type { SenderPlan } from './scenario-schema.js';

/** What a sender does where its plan says nothing else. */
export interface SenderHabits {
  readonly dkim: readonly { readonly domain: string; readonly selector: string; readonly result: string }[];
  readonly spf: { readonly domain: string; readonly result: string };
  readonly failures: { readonly dkim: number; readonly spf: number };
  /** Volume on Saturdays and Sundays, as a part of that on other days. */
  readonly weekend: number;
  /** Different addresses on one day. */
  readonly sources: number;
  /** Whether every day brings other addresses, each with about as much mail. */
  readonly scattered: boolean;
}

/** Stands for the service where a plan names none. */
const SOME_SERVICE = 'mailer.example';

const RARE_FAILURES = { dkim: 0.002, spf: 0.001 };
const NO_FAILURES = { dkim: 0, spf: 0 };

const passing = (domain: string, selector: string) => ({ domain, selector, result: 'pass' });

const headerFrom = (sender: SenderPlan): string => sender.headerFrom ?? sender.domain;
const service = (sender: SenderPlan): string => sender.service ?? SOME_SERVICE;

const HABITS: Readonly<Record<SenderPlan['kind'], (sender: SenderPlan) => SenderHabits>> = {
  own: (sender) => ({
    dkim: [passing(sender.domain, 'mail')],
    spf: { domain: headerFrom(sender), result: 'pass' },
    failures: RARE_FAILURES,
    weekend: 0.35,
    sources: 3,
    scattered: false,
  }),
  // Signs for the domain and for itself; bounces come back to the service.
  newsletter: (sender) => ({
    dkim: [passing(sender.domain, 'news'), passing(service(sender), 's1')],
    spf: { domain: `bounce.${service(sender)}`, result: 'pass' },
    failures: RARE_FAILURES,
    weekend: 0.15,
    sources: 6,
    scattered: false,
  }),
  // Everything passes, for the service's own domain alone.
  misconfigured: (sender) => ({
    dkim: [passing(service(sender), 's1')],
    spf: { domain: `bounce.${service(sender)}`, result: 'pass' },
    failures: NO_FAILURES,
    weekend: 0.3,
    sources: 2,
    scattered: false,
  }),
  // Rewrites the envelope (SRS) where it is a named service, else SPF fails.
  forwarder: (sender) => ({
    dkim: [{ domain: sender.domain, selector: 'mail', result: sender.breaksDkim ? 'fail' : 'pass' }],
    spf:
      sender.service === undefined
        ? { domain: headerFrom(sender), result: 'fail' }
        : { domain: sender.service, result: 'pass' },
    failures: NO_FAILURES,
    weekend: 0.6,
    sources: 4,
    scattered: false,
  }),
  spoofer: (sender) => ({
    dkim: [],
    spf: { domain: headerFrom(sender), result: 'fail' },
    failures: NO_FAILURES,
    weekend: 1,
    sources: 40,
    scattered: true,
  }),
};

/** What the sender does: its plan, and its kind's habits for the rest. */
export function habitsOf(sender: SenderPlan): SenderHabits {
  const habits = HABITS[sender.kind](sender);
  return {
    dkim: sender.dkim ?? habits.dkim,
    spf: sender.spf ?? habits.spf,
    failures: sender.failures ?? habits.failures,
    weekend: sender.weekend ?? habits.weekend,
    sources: sender.sources ?? habits.sources,
    scattered: habits.scattered,
  };
}
