import { PLATFORM_NAMES } from '../../../src/bot/platform.js';
import type { Figure } from '../figure.js';
import { percentile } from '../percentile.js';
import type { Outcome } from './steady.js';

/** What was promised: milliseconds, at the 99th of 100. */
const ACKNOWLEDGED_MS = 200;
const ANSWERED_MS = 1_000;

/** What the outcomes come to: over all platforms, then each, then those whose chart was new. */
export function figuresOf(outcomes: readonly Outcome[]): Figure[] {
  const isNew = outcomes.filter(({ question }) => question.isNew);
  const wrong = outcomes.filter((one) => one.wrong !== null);
  return [
    figure('acknowledgement, p99', outcomes, 'acknowledgedMs', ACKNOWLEDGED_MS),
    figure('answer, p99', outcomes, 'answeredMs', ANSWERED_MS),
    ...PLATFORM_NAMES.flatMap((platform) => {
      const own = outcomes.filter(({ side }) => side === platform);
      return [
        figure(`${platform}, acknowledgement, p99`, own, 'acknowledgedMs', ACKNOWLEDGED_MS),
        figure(`${platform}, answer, p99`, own, 'answeredMs', ANSWERED_MS),
      ];
    }),
    figure('answer with a chart that was not drawn before, p99', isNew, 'answeredMs', ANSWERED_MS),
    {
      name: 'wrong or missing answers',
      unit: 'errors',
      measured: wrong.length,
      target: { below: 1 },
      note: counted(wrong.map((one) => `${one.side}: ${one.wrong}`)),
    },
    {
      name: 'new charts that came as text alone',
      unit: 'errors',
      measured: isNew.filter(({ hasPicture }) => !hasPicture).length,
      target: { below: 1 },
      note: `${isNew.length} were asked for`,
    },
  ];
}

function figure(
  name: string,
  outcomes: readonly Outcome[],
  which: 'acknowledgedMs' | 'answeredMs',
  below: number,
): Figure {
  const times = outcomes.map((one) => one[which]).filter((ms) => ms !== null);
  // Nothing that came at all cannot keep a promise about its time.
  const at = (percent: number) => (times.length === 0 ? Infinity : percentile(times, percent));
  const [half, often, longest] = [50, 95, 100].map((percent) => at(percent).toFixed(0));
  return {
    name: `chat, ${name}`,
    unit: 'ms',
    measured: at(99),
    target: { below },
    note: `p50 ${half}, p95 ${often}, longest ${longest} ms of ${times.length}`,
  };
}

function counted(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].map(([text, count]) => `${text} (${count})`).join('; ');
}
