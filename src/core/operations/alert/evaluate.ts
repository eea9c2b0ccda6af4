import type { DomainFacts } from '../../alert/facts.js';
import type { Finding } from '../../alert/finding.js';
import { judge, keyOf, rulesAbout, type Judgement } from '../../alert/judge.js';
import { resolveRules, unasked } from '../../alert/layers.js';
import { addDays, dayOf } from '../../analysis/range.js';
import { senderEvidence } from '../../store/alert-evidence.js';
import { loadFacts, loadTenantFacts } from '../../store/alert-facts.js';
import { ruleLayers, type RuleRow } from '../../store/alert-rules.js';
import { DatabaseError } from '../../store/errors.js';
import {
  claimedDomains,
  giveBackDomains,
  openFindings,
  releasedWithAlerts,
  takeDirtyDomains,
  tenantsToEvaluate,
  type ClaimedDomain,
  type OpenFinding,
} from '../../store/evaluations.js';
import { learnNames } from '../../store/known-names.js';
import { afterDeadlocks } from '../../store/retry.js';
import { eachAlone, FAILED_WAIT_MS, type Trouble } from '../each.js';
import type { Context } from '../operation.js';
import { endUnasked } from './end.js';
import { raise, type Raised } from './raise.js';

/** Domains whose facts are held at once. */
const AT_ONCE = 250;
/** Reports come in bursts: a domain is looked at when it was left alone for so long after the first of them. */
const DEBOUNCE_MS = 5_000;
/** Days before a finding whose reports say who a sender is. */
const EVIDENCE_DAYS = 3;

/** What came of looking at some domains. */
export interface Evaluated {
  readonly domains: number;
  readonly raised: readonly Raised[];
}

/** The last whole UTC day: what rules are asked about. */
export function lastWholeDay(now: Date): string {
  return addDays(dayOf(now), -1);
}

/** Tenants that have domains with new figures. */
export function dirtyTenants({ db, now }: Context): Promise<number[]> {
  return db.across((session) => tenantsToEvaluate(session, new Date(now().getTime() - DEBOUNCE_MS)));
}

/** Looks at domains of the tenant whose figures changed; gives how many there were. */
export async function evaluateDirty(context: Context): Promise<Evaluated> {
  const { db, tenant, now } = context;
  const before = new Date(now().getTime() - DEBOUNCE_MS);
  const domains = await db.within(tenant, (session) => takeDirtyDomains(session, tenant, before, AT_ONCE));
  if (domains.length === 0) return { domains: 0, raised: [] };
  try {
    await eachAlone(context, [null], troubleOf(context), (none) => endUnasked(context, none));
    const { raised, failed } = await evaluateDomains(context, domains);
    context.signal?.throwIfAborted();
    const later = new Date(now().getTime() + FAILED_WAIT_MS);
    if (failed.length > 0)
      await db.within(tenant, (session) => giveBackDomains(session, tenant, idsOf(failed), later));
    return { domains: domains.length, raised };
  } catch (error) {
    // Where the database is gone all domains are looked at within the hour.
    await db
      .within(tenant, (session) => giveBackDomains(session, tenant, idsOf(domains), now()))
      .catch(() => {});
    throw error;
  }
}

/** Looks at all claimed domains and at the tenant as a whole: silence and drops come from what does not happen. */
export async function evaluateAll(context: Context): Promise<Evaluated> {
  const { db, tenant } = context;
  const raised: Raised[] = [];
  await eachAlone(context, [null], troubleOf(context), async (none) => {
    await endUnasked(context, none);
    raised.push(...(await evaluateTenant(context)));
  });
  const released = await db.within(tenant, (session) => releasedWithAlerts(session, tenant));
  await eachAlone(context, released, troubleOf(context), (id) => endUnasked(context, id));
  let count = 0;
  for (let after = 0; ;) {
    context.signal?.throwIfAborted();
    const domains = await db.within(tenant, (session) => claimedDomains(session, tenant, after, AT_ONCE));
    const last = domains.at(-1);
    if (last === undefined) return { domains: count, raised };
    const evaluated = await evaluateDomains(context, domains);
    raised.push(...evaluated.raised);
    count += domains.length;
    after = last.id;
  }
}

/** Looks at what is about no domain. */
async function evaluateTenant(context: Context): Promise<readonly Raised[]> {
  const { db, tenant, now } = context;
  const day = lastWholeDay(now());
  const { facts, layers } = await db.within(tenant, async (session) => ({
    facts: await loadTenantFacts(session, tenant, day),
    layers: await ruleLayers(session, tenant, null),
  }));
  const rules = rulesAbout(resolveRules(layers, null), null);
  return raise(context, { domainId: null, domain: null, day, rules, ...judge(rules, facts, day) });
}

interface Looked {
  readonly raised: readonly Raised[];
  /** Those that could not be looked at. */
  readonly failed: readonly ClaimedDomain[];
}

/**
 * Looks at domains as of the last whole day. Those where nothing is found and nothing is open cost no write. What cannot
 * be loaded for all of them is loaded for each.
 */
async function evaluateDomains(context: Context, domains: readonly ClaimedDomain[]): Promise<Looked> {
  const day = lastWholeDay(context.now());
  const raised: Raised[] = [];
  const evaluate = async (domain: ClaimedDomain, loaded: Loaded) => {
    raised.push(...(await evaluateDomain(context, domain, day, loaded)));
  };
  let together: Loaded | null = null;
  try {
    together = await load(context, domains, day);
  } catch (error) {
    if (error instanceof DatabaseError) throw error;
    context.log.warn('the facts of domains could not be loaded together; they are loaded one by one', {
      tenant: context.tenant,
      error,
    });
  }
  const failed = await eachAlone(context, domains, troubleOf(context), async (domain) =>
    evaluate(domain, together ?? (await load(context, [domain], day))),
  );
  return { raised, failed };
}

/** What is known of some domains. */
interface Loaded {
  readonly facts: ReadonlyMap<number, DomainFacts>;
  readonly layers: readonly RuleRow[];
  readonly open: readonly OpenFinding[];
}

function load({ db, tenant, now }: Context, domains: readonly ClaimedDomain[], day: string): Promise<Loaded> {
  return afterDeadlocks(async () => {
    await db.within(tenant, (session) => learnNames(session, tenant, domains, day, now()));
    return db.within(tenant, async (session) => ({
      facts: await loadFacts(session, tenant, domains, day),
      layers: await ruleLayers(session, tenant, null),
      open: await openFindings(session, tenant, idsOf(domains)),
    }));
  });
}

async function evaluateDomain(
  context: Context,
  { id, name }: ClaimedDomain,
  day: string,
  { facts, layers, open }: Loaded,
): Promise<readonly Raised[]> {
  const seen = facts.get(id);
  if (seen === undefined) return [];
  const all = resolveRules(layers, id);
  const ofDomain = open.filter((one) => one.id === id);
  if (ofDomain.some(({ finding }) => unasked(all, finding) !== null)) await endUnasked(context, id);
  const rules = rulesAbout(all, name);
  const judged = judge(rules, seen, day);
  const names = new Set(rules.map((rule) => rule.name));
  const there = ofDomain.filter(({ finding }) => names.has(finding.rule));
  if (saysNothingNew(judged, there)) return [];
  const findings = await withEvidence(context, id, judged.findings);
  const still = judged.still.map((one) => findings[judged.findings.indexOf(one)] ?? one);
  return raise(context, { domainId: id, domain: name, day, rules, findings, still });
}

function troubleOf({ tenant }: Context): Trouble<ClaimedDomain | number | null> {
  return {
    says: 'rules could not look at a domain; it is tried again',
    of: (domain) => ({ tenant, domain: typeof domain === 'number' ? domain : (domain?.name ?? null) }),
  };
}

function idsOf(domains: readonly ClaimedDomain[]): number[] {
  return domains.map(({ id }) => id);
}

/** Whether every finding is shown by an alert as it is, and every alert is still found: then nothing has to be written. */
function saysNothingNew({ findings, still }: Judgement, open: readonly OpenFinding[]): boolean {
  const shown = new Map(open.map((one) => [keyOf(one.finding), one]));
  const found = new Set(still.map(keyOf));
  return (
    findings.every((finding) => {
      const alert = shown.get(keyOf(finding))?.finding;
      return (
        alert !== undefined &&
        alert.says === finding.says &&
        alert.day === finding.day &&
        alert.severity === finding.severity
      );
    }) && open.every(({ finding, clearSince }) => clearSince === null && found.has(keyOf(finding)))
  );
}

/** Findings about a sender, with who it is. */
async function withEvidence(
  { db, tenant }: Context,
  domainId: number,
  findings: readonly Finding[],
): Promise<Finding[]> {
  const full: Finding[] = [];
  for (const finding of findings) {
    const { sender } = finding.evidence;
    if (sender === null) {
      full.push(finding);
      continue;
    }
    const days = { from: addDays(finding.day, 1 - EVIDENCE_DAYS), to: finding.day };
    const { firstSeen, ...who } = await db.within(tenant, (session) =>
      senderEvidence(session, tenant, domainId, sender, days),
    );
    full.push({
      ...finding,
      evidence: { ...finding.evidence, ...who, firstSeen: finding.evidence.firstSeen ?? firstSeen },
    });
  }
  return full;
}
