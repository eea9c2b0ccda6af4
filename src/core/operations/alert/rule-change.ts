import { z } from 'zod';
import { SEVERITIES } from '../../alert/finding.js';
import { kindOf, RULE_KINDS } from '../../alert/kinds.js';
import type { RuleLayer } from '../../alert/layers.js';
import {
  holdRules,
  removeRuleLayers,
  ruleLayers,
  setRuleLayer,
  type RuleRow,
} from '../../store/alert-rules.js';
import { markDirty } from '../../store/evaluations.js';
import type { Session } from '../../store/session.js';
import { emailField } from '../../identity/email.js';
import { knownDomain } from '../filter.js';
import { operation, OperationError, type Context } from '../operation.js';
import { heldUser } from '../users.js';
import { heldChannel } from './channels.js';
import { recount } from './recount.js';
import { ruleItems } from './rule-item.js';
import { changedThresholds } from './rule-thresholds.js';
import { oneOf, ruleDomainField, ruleNameField, type RuleResult } from './rules.js';

const never = z.literal('never');
const MOST_CHANNELS = 20;

/** What of a rule can be set; what is not named stays. */
const settings = {
  set: z.string().max(500).optional().describe('Thresholds, such as share=25% days=5, or share=default'),
  severity: z.enum(SEVERITIES).optional().describe('How bad it is; critical passes quiet hours'),
  channels: z.string().max(1_000).optional().describe('Names of channels with commas between, or all'),
  cooldown: z.coerce
    .number()
    .int()
    .min(0)
    .max(8_760)
    .optional()
    .describe('Hours after its end without a new alert'),
  owner: z
    .union([z.literal('nobody'), emailField])
    .optional()
    .describe('Address of the user who is mentioned, or nobody'),
  escalate: z
    .union([never, z.coerce.number().int().min(1).max(10_080)])
    .optional()
    .describe('Minutes without acknowledgement until more are told, or never'),
  escalateTo: z
    .string()
    .max(1_000)
    .optional()
    .describe('Channels that are told then, with commas between, or none'),
  remind: z
    .union([never, z.coerce.number().int().min(1).max(43_200)])
    .optional()
    .describe('Minutes after acknowledgement until a reminder, or never'),
};
type Settings = z.output<z.ZodObject<typeof settings>>;

export const ruleSet = operation({
  name: 'rule-set',
  summary: 'Change a rule, for all domains or for one: thresholds, severity, and who is told',
  role: 'admin',
  effect: 'changes',
  input: z.object({ rule: ruleNameField, domain: ruleDomainField, ...settings }),
  run: (context, input): Promise<RuleResult> =>
    change(context, input, async (session, layer) => withSettings(context, session, layer, input)),
});

export const ruleEnable = operation({
  name: 'rule-enable',
  summary: 'Have a rule open alerts again, for all domains or for one',
  role: 'admin',
  effect: 'changes',
  input: z.object({ rule: ruleNameField, domain: ruleDomainField }),
  run: (context, input): Promise<RuleResult> =>
    change(context, input, (_session, layer) => Promise.resolve({ ...layer, enabled: true })),
});

export const ruleDisable = operation({
  name: 'rule-disable',
  summary: 'Have a rule open no alerts, for all domains or for one; those that are open end',
  role: 'admin',
  effect: 'changes',
  input: z.object({ rule: ruleNameField, domain: ruleDomainField }),
  run: (context, input): Promise<RuleResult> =>
    change(context, input, (_session, layer) => Promise.resolve({ ...layer, enabled: false })),
});

const newName = ruleNameField
  .refine((name) => /^[a-z0-9][a-z0-9-]*$/u.test(name), 'must be letters, digits and hyphens')
  .refine((name) => kindOf(name) === null, 'is the name of a rule that is there from the start');

export const ruleCreate = operation({
  name: 'rule-create',
  summary: 'Make a further rule of a kind, with thresholds of its own',
  role: 'admin',
  effect: 'changes',
  input: z.object({
    rule: newName.describe('Its name, such as shop-failures'),
    kind: z.enum(RULE_KINDS.map(({ name }) => name)).describe('What it looks for'),
    domain: ruleDomainField,
    ...settings,
  }),
  run: (context, input): Promise<RuleResult> =>
    within(context, input.domain, async (session, domainId) => {
      const layers = await ruleLayers(session, context.tenant, null);
      if (layers.some(({ name }) => name === input.rule))
        throw new OperationError(
          'rule-exists',
          `There is a rule ${input.rule} already; rule-set changes it.`,
        );
      const layer = await withSettings(context, session, emptyLayer(input.rule, input.kind, domainId), input);
      await setRuleLayer(session, context.tenant, layer, { name: context.actor.name, at: context.now() });
      return input.rule;
    }),
});

export interface RuleRemoved {
  readonly rule: string;
  readonly domain: string | null;
  /** Whether the rule is gone; else it is as it was from the start, or as it is for all domains. */
  readonly gone: boolean;
  /** False where nothing had to be done. */
  readonly changed: boolean;
}

export const ruleRemove = operation({
  name: 'rule-remove',
  summary: 'Remove a rule that was made, or take back what was changed of one',
  role: 'admin',
  effect: 'changes',
  input: z.object({ rule: ruleNameField, domain: ruleDomainField }),
  run: (context, { rule, domain }): Promise<RuleRemoved> =>
    context.db.within(context.tenant, async (session) => {
      const { tenant } = context;
      await holdRules(session, tenant);
      const row = domain === undefined ? null : await knownDomain(context, session, domain);
      const layers = await ruleLayers(session, tenant, null);
      oneOf(await ruleItems(session, tenant, layers, null), rule);
      const domainId = row?.id ?? null;
      const removed = await removeRuleLayers(session, tenant, rule, domainId);
      const after = await ruleLayers(session, tenant, null);
      await recount(session, tenant, { rule, domainId, before: layers, after }, context.now());
      await markDirty(session, tenant, domainId, context.now());
      const left = layers.filter(({ name }) => name === rule).length - removed;
      return {
        rule,
        domain: row?.name ?? null,
        gone: kindOf(rule) === null && left === 0,
        changed: removed > 0,
      };
    }),
});

type Changing = (session: Session, layer: RuleLayer) => Promise<RuleLayer>;

/** Changes the layer of a rule that is there. */
function change(
  context: Context,
  input: { readonly rule: string; readonly domain?: string | undefined },
  changing: Changing,
): Promise<RuleResult> {
  return within(context, input.domain, async (session, domainId) => {
    const { tenant } = context;
    const layers = await ruleLayers(session, tenant, null);
    const { name, kind } = oneOf(await ruleItems(session, tenant, layers, null), input.rule);
    const before = layerOf(layers, name, domainId) ?? emptyLayer(name, kind, domainId);
    const by = { name: context.actor.name, at: context.now() };
    await setRuleLayer(session, tenant, await changing(session, before), by);
    const after = await ruleLayers(session, tenant, null);
    await recount(session, tenant, { rule: name, domainId, before: layers, after }, by.at);
    return name;
  });
}

/** Works on rules while nobody else does, has domains looked at anew, and gives the rule as it is then. */
function within(
  context: Context,
  domain: string | undefined,
  work: (session: Session, domainId: number | null) => Promise<string>,
): Promise<RuleResult> {
  const { db, tenant, now } = context;
  return db.within(tenant, async (session) => {
    await holdRules(session, tenant);
    const row = domain === undefined ? null : await knownDomain(context, session, domain);
    const name = await work(session, row?.id ?? null);
    await markDirty(session, tenant, row?.id ?? null, now());
    const layers = await ruleLayers(session, tenant, null);
    const items = await ruleItems(session, tenant, layers, row?.id ?? null);
    return { domain: row?.name ?? null, rule: oneOf(items, name) };
  });
}

async function withSettings(
  context: Context,
  session: Session,
  layer: RuleLayer,
  given: Settings,
): Promise<RuleLayer> {
  const kind = kindOf(layer.kind);
  if (kind === null) return layer;
  const { set, severity, channels, cooldown, owner, escalate, escalateTo, remind } = given;
  const minutes = (value: number | 'never' | undefined, before: number | null) =>
    value === undefined ? before : value === 'never' ? 0 : value;
  return {
    ...layer,
    thresholds: set === undefined ? layer.thresholds : changedThresholds(kind, layer.thresholds, set),
    severity: severity ?? layer.severity,
    channels: channels === undefined ? layer.channels : await channelIds(context, session, channels, 'all'),
    cooldownHours: cooldown ?? layer.cooldownHours,
    ownerId: owner === undefined ? layer.ownerId : await ownerId(context, session, owner),
    escalateMinutes: minutes(escalate, layer.escalateMinutes),
    escalateTo:
      escalateTo === undefined ? layer.escalateTo : await channelIds(context, session, escalateTo, 'none'),
    remindMinutes: minutes(remind, layer.remindMinutes),
  };
}

/** Ids of named channels; none for the word that stands for no name. */
async function channelIds(
  context: Context,
  session: Session,
  written: string,
  word: 'all' | 'none',
): Promise<number[]> {
  const names = written
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  if (names.length === 0 || (names.length === 1 && names[0]?.toLowerCase() === word)) return [];
  if (names.length > MOST_CHANNELS)
    throw new OperationError('channels-too-many', `A rule names at most ${MOST_CHANNELS} channels.`);
  const ids = new Set<number>();
  for (const name of names) ids.add((await heldChannel(context, session, name)).id);
  return [...ids];
}

async function ownerId(context: Context, session: Session, owner: string): Promise<number> {
  return owner === 'nobody' ? 0 : (await heldUser(context, session, owner)).id;
}

function layerOf(layers: readonly RuleRow[], name: string, domainId: number | null): RuleLayer | null {
  return layers.find((layer) => layer.name === name && layer.domainId === domainId) ?? null;
}

function emptyLayer(name: string, kind: string, domainId: number | null): RuleLayer {
  return {
    name,
    kind,
    domainId,
    enabled: null,
    thresholds: {},
    severity: null,
    channels: null,
    cooldownHours: null,
    escalateMinutes: null,
    escalateTo: null,
    remindMinutes: null,
    ownerId: null,
  };
}
