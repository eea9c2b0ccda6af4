import { parse } from 'yaml';
import type { z } from 'zod';
import { sendersOf } from './events.js';
import { scenarioSchema, type EventPlan, type Scenario } from './scenario-schema.js';

export type { Scenario } from './scenario-schema.js';

/** A scenario file that cannot be used; the message is one sentence that names the place. */
export class ScenarioError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ScenarioError';
  }
}

/** Longest scenario text in characters; the shipped ones have a few thousand. */
const MAX_TEXT = 1_000_000;

function place(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key + 1}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

function sentence(issues: readonly z.core.$ZodIssue[]): string {
  const [first] = issues;
  if (!first) return 'The scenario is wrong.';
  const where = first.path.length === 0 ? 'The scenario' : `In the scenario, ${place(first.path)}`;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  // Of a key that is no domain, the schema of keys says what is wanted.
  const [inner] = first.code === 'invalid_key' ? first.issues : [];
  return `${where} is wrong: ${(inner ?? first).message.replace(/\.$/, '')}${more}.`;
}

function load(text: string): unknown {
  if (text.length > MAX_TEXT) throw new ScenarioError(`The scenario is longer than ${MAX_TEXT} characters.`);
  try {
    return parse(text, { merge: true });
  } catch (error) {
    const [line = 'it cannot be parsed'] = (error instanceof Error ? error.message : '').split('\n');
    throw new ScenarioError(`The scenario is not YAML: ${line.replace(/[:.]$/, '')}.`);
  }
}

function unique(what: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new ScenarioError(`The scenario has two ${what} called "${twice}".`);
}

function known(what: string, names: readonly string[], wanted: string | undefined, where: string): void {
  if (wanted === undefined || names.includes(wanted)) return;
  throw new ScenarioError(
    `The scenario's ${where} names the ${what} "${wanted}", which it does not describe.`,
  );
}

function checkEvent(event: EventPlan, scenario: Scenario, where: string): void {
  const last = event.day + ('days' in event ? event.days - 1 : 0);
  if (last > scenario.days)
    throw new ScenarioError(
      `The scenario's ${where} lasts until day ${last}, but there are ${scenario.days} days.`,
    );
  if ('domain' in event) known('domain', Object.keys(scenario.domains), event.domain, where);
  if ('sender' in event)
    known(
      'sender',
      scenario.senders.map((sender) => sender.name),
      event.sender,
      where,
    );
  if ('reporter' in event)
    known(
      'reporter',
      scenario.reporters.map((one) => one.domain),
      event.reporter,
      where,
    );
}

/** A sender writes as its domain or a name under it, begins once and ends once, and not before it begins. */
function checkSenders(scenario: Scenario): void {
  for (const { name, domain, headerFrom = domain } of scenario.senders)
    if (headerFrom !== domain && !headerFrom.endsWith(`.${domain}`))
      throw new ScenarioError(
        `The scenario's sender "${name}" writes as ${headerFrom}, which is not under its domain ${domain}.`,
      );
  for (const kind of ['new-sender', 'sender-gone'] as const) {
    const names = scenario.events.flatMap((event) => (event.kind === kind ? [event.sender] : []));
    unique(`${kind} events of the sender`, names);
  }
  for (const { name, from, until = Infinity } of sendersOf(scenario))
    if (until < from)
      throw new ScenarioError(
        `The scenario's sender "${name}" ends with day ${until}, before it begins on day ${from}.`,
      );
}

/** What the schema cannot say: names that point at each other, and shares of one whole. */
function checkNames(scenario: Scenario): void {
  const domains = Object.keys(scenario.domains);
  const senders = scenario.senders.map((sender) => sender.name);
  const reporters = scenario.reporters.map((reporter) => reporter.domain);
  unique('senders', senders);
  unique('reporters', reporters);
  for (const sender of scenario.senders) known('domain', domains, sender.domain, `sender "${sender.name}"`);
  for (const reporter of scenario.reporters) {
    if (reporter.offset !== 0 && reporter.hours < 24)
      throw new ScenarioError(
        `The scenario's reporter "${reporter.domain}" has an offset, for which its hours must be 24 or more.`,
      );
    for (const domain of reporter.domains ?? [])
      known('domain', domains, domain, `reporter "${reporter.domain}"`);
  }
  for (const [index, event] of scenario.events.entries())
    checkEvent(event, scenario, `event ${index + 1} (${event.kind})`);
  for (const plan of scenario.tls) {
    known('reporter', reporters, plan.reporter, 'tls part');
    known('domain', domains, plan.domain, 'tls part');
  }
  for (const plan of scenario.failures) {
    known('reporter', reporters, plan.reporter, 'failures part');
    known('sender', senders, plan.sender, 'failures part');
  }
  checkSenders(scenario);
  const shares = scenario.reporters.reduce((sum, reporter) => sum + reporter.share, 0);
  if (shares > 1 + 1e-9)
    throw new ScenarioError(
      `The scenario's reporters share ${shares.toFixed(3)} of the mail; at most 1 is possible.`,
    );
}

/** Reads a scenario. Throws a ScenarioError whose message is one sentence that names the place. */
export function parseScenario(yamlText: string): Scenario {
  const result = scenarioSchema.safeParse(load(yamlText));
  if (!result.success) throw new ScenarioError(sentence(result.error.issues));
  checkNames(result.data);
  return result.data;
}
