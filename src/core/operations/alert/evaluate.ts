import type { Finding } from '../../alert/finding.js';
import { judge, keyOf, rulesAbout, type Judgement } from '../../alert/judge.js';
import { resolveRules } from '../../alert/layers.js';
import { addDays, dayOf } from '../../analysis/range.js';
import { senderEvidence } from '../../store/alert-evidence.js';
import { loadFacts, loadTenantFacts } from '../../store/alert-facts.js';
import { ruleLayers } from '../../store/alert-rules.js';
import {
  claimedDomains,
  giveBackDomains,
  openFindings,
  takeDirtyDomains,
  tenantsToEvaluate,
  type ClaimedDomain,
  type OpenFinding,
} from '../../store/evaluations.js';
import { learnNames } from '../../store/known-names.js';
import type { Context } from '../operation.js';
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
    return await evaluateDomains(context, domains);
  } catch (error) {
    await db.within(tenant, (session) =>
      giveBackDomains(
        session,
        tenant,
        domains.map(({ id }) => id),
        now(),
      ),
    );
    throw error;
  }
}

/** Looks at all claimed domains and at the tenant as a whole: silence and drops come from what does not happen. */
export async function evaluateAll(context: Context): Promise<Evaluated> {
  const { db, tenant } = context;
  const raised: Raised[] = [...(await evaluateTenant(context))];
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

/** Looks at domains as of the last whole day. Those where nothing is found and nothing is open cost no write. */
async function evaluateDomains(context: Context, domains: readonly ClaimedDomain[]): Promise<Evaluated> {
  const { db, tenant, now } = context;
  const day = lastWholeDay(now());
  await db.within(tenant, (session) => learnNames(session, tenant, domains, day, now()));
  const { facts, layers, open } = await db.within(tenant, async (session) => ({
    facts: await loadFacts(session, tenant, domains, day),
    layers: await ruleLayers(session, tenant, null),
    open: await openFindings(
      session,
      tenant,
      domains.map(({ id }) => id),
    ),
  }));
  const raised: Raised[] = [];
  for (const { id, name } of domains) {
    const seen = facts.get(id);
    if (seen === undefined) continue;
    const rules = rulesAbout(resolveRules(layers, id), name);
    const judged = judge(rules, seen, day);
    const names = new Set(rules.map((rule) => rule.name));
    const there = open.filter((one) => one.id === id && names.has(one.finding.rule));
    if (saysNothingNew(judged, there)) continue;
    const findings = await withEvidence(context, id, judged.findings);
    const still = judged.still.map((one) => findings[judged.findings.indexOf(one)] ?? one);
    raised.push(...(await raise(context, { domainId: id, domain: name, day, rules, findings, still })));
  }
  return { domains: domains.length, raised };
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
