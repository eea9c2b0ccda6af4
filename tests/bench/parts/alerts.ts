import path from 'node:path';
import { measureClicks, type ClickSizes } from '../alerts/clicks.js';
import { measureOverdue } from '../alerts/overdue.js';
import type { Part } from '../bench.js';
import { emptyDatabase } from '../empty.js';
import type { Figure } from '../figure.js';
import { percentile } from '../percentile.js';
import { openBenchSystem } from '../system.js';

const SHOWN_WITHIN_MS = 3_000;
const HANDED_OVER_WITHIN_S = 60;
/** Slack changes 50 messages a minute and workspace: with 30 of its workspaces, 20 a second are 40 a minute each. */
const PLATFORMS = { slack: 30, teams: 10, discord: 10, channels: 4 } as const;
const CLICKS = { organisations: 10, alerts: 200, perSecond: 20 } as const;
const FEW = {
  platforms: { slack: 2, teams: 1, discord: 1, channels: 2 },
  organisations: 1,
  alerts: 8,
  perSecond: 2,
} as const;

export const alerts: Part = {
  name: 'alerts',
  how: 'One process clicks Acknowledge, and takes it back, 20 times a second on alerts in turn, and tells the channels: the operations, the reconciler and the speakers of the product, over an embedded PostgreSQL. Each alert is told in a channel of Slack and in one of Teams or Discord, each change by an edit of its card and a reply in its thread. The stand-ins of the platforms run in another process, with the rates of the platforms; a copy is true when its platform has taken the card that shows the click. Out-of-date deliveries are those of as many alerts, in 1,000 workspaces so that no rate binds; they are found, rendered for Slack and handed over by one process.',
  measure: async (bench) => {
    const { sizes, scratch, note } = bench;
    const few = sizes.clickSeconds < 10;
    const clicks: ClickSizes = {
      ...(few ? FEW : { platforms: PLATFORMS, ...CLICKS }),
      seconds: sizes.clickSeconds,
    };
    const dataFolder = path.join(scratch, 'alerts');
    await emptyDatabase(bench, dataFolder);
    const system = await openBenchSystem(dataFolder, () => new Date());
    bench.postgres = system.db.version;
    try {
      note(`alerts: ${sizes.overdue} out-of-date deliveries`);
      const overdue = await measureOverdue(system.context, sizes.overdue);
      note(`alerts: ${clicks.perSecond} clicks a second for ${clicks.seconds} s`);
      const clicked = await measureClicks(system.context, clicks);
      const at = (values: readonly number[], percent: number): string =>
        percentile(values, percent).toFixed(0);
      const figures: Figure[] = [
        {
          name: 'from a click until every copy is true, p99',
          unit: 'ms',
          measured: percentile(clicked.ms, 99),
          target: { below: SHOWN_WITHIN_MS },
          note: `p50 ${at(clicked.ms, 50)}, p95 ${at(clicked.ms, 95)}, p99 ${at(clicked.ms, 99)}, longest ${at(clicked.ms, 100)} ms of ${clicked.ms.length} clicks in ${clicks.seconds} s, spread over ${clicked.channels} channels in ${clicked.workspaces} workspaces; the click itself p99 ${at(clicked.answeredMs, 99)} ms; refused for their rate: ${clicked.limited.slack} calls by Slack, ${clicked.limited.teams} by Teams, ${clicked.limited.discord} by Discord`,
        },
        {
          name: `${sizes.overdue} out-of-date deliveries`,
          unit: 's',
          measured: overdue.seconds,
          target: { below: HANDED_OVER_WITHIN_S },
          note: `found, rendered and handed over: ${(overdue.handedOver / overdue.seconds).toFixed(0)}/s, ${(overdue.bytes / 2 ** 20).toFixed(0)} MB of blocks`,
        },
      ];
      return figures;
    } finally {
      await system.close();
    }
  },
};
