import { INHIBITIONS } from '../../src/core/alert/inhibition.js';
import type { RuleKind } from '../../src/core/alert/rule.js';
import { thresholdItems } from '../../src/core/operations/alert/rule-item.js';
import { shownValue } from '../../src/bot/cards/rules.js';

/** docs/rules.md: every kind of rule as the program has it. */
export function rulesPage(kinds: readonly RuleKind[]): string {
  return `# Rules

Written by \`npm run manifests\` from the kinds of rules; do not edit by hand.

Rules look at the figures of each claimed domain some seconds after reports about it came in, and of all domains every
hour, because silence and drops come from what does not happen. They judge whole UTC days: what is asked is always the
last day that is over. Reports come one to three days late; a day that is not in yet never counts as empty.

A rule has layers: its defaults, what was set for all domains, and what was set for one; the last one that says something
holds. \`rule NAME\` shows it, \`rule-set\` changes it, \`rule-create\` makes a further rule of a kind with thresholds of its
own, and \`rules-test\` tells what would have been alerted in the last 90 days. An alert that is open stays so under
thresholds that are a little easier than those that opened it, and is resolved by itself when two days in a row are below
them. After that the same finding opens no alert for the rule's cooldown.

A *sender* is a network, because senders move among neighbouring addresses: the /24 of an IPv4 address, which is the
smallest network that is routed by itself, and the /64 of an IPv6 address, which is one link. Networks that people said
are theirs ("This is ours") are never new and never forgers. Where more than ten networks begin to fail at once, forgers
move on from day to day: only those that stay for three days are told of as new.

*Usual* is the median of the same weekday in the eight weeks before, and a deviation is 1.4826 times the median of the
absolute deviations from it, at least a tenth of the median and its square root. Where fewer than four such weekdays are
known, all days of the eight weeks stand in, and a deviation reaches from the smallest to the largest of them.

Volume is that of reporters whose reports are comparable: one that is late or silent, or began to report in the last four
weeks, counts neither among the messages of a day nor in what is usual. Whoever rests on weekends is not missed then.

${kinds.map(sectionOf).join('\n\n')}

## Rules that explain others

While the first is open for a domain, the others are recorded and not told.

| Rule | explains |
| --- | --- |
${INHIBITIONS.map(({ by, mutes }) => `| \`${by}\` | ${mutes.map((one) => `\`${one}\``).join(', ')} |`).join('\n')}

How well the rules do on months whose events are known is in [benchmarks.md](benchmarks.md), measured by \`npm run score\`;
\`dmarc-ops rules score --scenario FILE --seed N\` does it with a scenario of your own ([scenarios.md](scenarios.md)).
`;
}

function sectionOf(kind: RuleKind): string {
  const about = { domain: 'each domain', tenant: 'the tenant as a whole', both: 'each domain, and the tenant as a whole' };
  return `## ${kind.name}

${kind.summary}. About ${about[kind.about ?? 'domain']}; severity \`${kind.severity}\`, cooldown ${kind.cooldownHours} hours,
cause \`${kind.cause}\`.

| Threshold | Default | Unit | Meaning |
| --- | ---: | --- | --- |
${thresholdItems(kind)
  .map(
    ({ name, standard, unit, description }) =>
      `| \`${name}\` | ${shownValue(standard, unit)} | ${unit === 'fraction' ? 'part of the whole' : unit} | ${description} |`,
  )
  .join('\n')}`;
}
