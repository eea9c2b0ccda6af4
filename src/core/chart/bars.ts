import type { Fonts } from './fonts.js';
import { drawEmpty, drawFrame, type Drawing, type Frame, headHeight, label, MARGIN, WIDTH } from './frame.js';
import { count, percentText } from './numbers.js';
import { AXIS, fillOf, INK, QUIET_INK, TONE_INK } from './palette.js';
import { drawPlot } from './plot.js';
import type { BarsSpec } from './spec.js';
import { fit, printable } from './text.js';

/** More bars are no picture; the rest is counted. */
const MOST_BARS = 12;
const ROW = { most: 66, least: 34 };
/** Pixels for bars before rows are made lower. */
const ROOM = 500;
const TEXT_SIZE = 21;
/** Share of the width that names may take. */
const NAME_SHARE = 0.42;
const MARKS = { good: '', neutral: '', warning: '! ', bad: '✗ ' } as const;

type Bar = BarsSpec['bars'][number];

/** Lying bars with their names before and their values behind. */
export function drawBars(spec: BarsSpec, fonts: Fonts): Drawing {
  const bars = spec.bars.slice(0, MOST_BARS);
  const rest = spec.bars.slice(MOST_BARS);
  const fills = bars.map((bar) => fillOf(bar.tone));
  const frame: Frame = {
    title: spec.title,
    subtitle: spec.unit === 'percent' ? 'percent of messages' : 'messages',
    legend: [],
    fonts,
  };
  const top = headHeight(frame);
  if (bars.length === 0) return drawEmpty(frame);
  const row = Math.min(ROW.most, Math.max(ROW.least, 2 * Math.floor(ROOM / bars.length / 2)));
  const end = top + row * bars.length;
  const height = end + MARGIN - 8 + (rest.length > 0 ? 34 : 0);
  const more = rest.length > 0 ? label(MARGIN, end + 30, restText(rest, spec), TEXT_SIZE, QUIET_INK) : '';
  return {
    svg: drawFrame(frame, height, plotOf(bars, spec, top, row, fonts) + more, fills),
    width: WIDTH,
    height,
  };
}

function plotOf(bars: readonly Bar[], spec: BarsSpec, top: number, row: number, fonts: Fonts): string {
  const room = WIDTH - 2 * MARGIN;
  const figures = bars.map((bar) => MARKS[bar.tone] + valueText(bar.value, spec.unit));
  const figureRoom = Math.max(...figures.map((figure) => fonts.strong.width(figure, TEXT_SIZE))) + 18;
  const names = bars.map((bar) =>
    fit(printable(bar.name, fonts.regular), room * NAME_SHARE, fonts.regular, TEXT_SIZE),
  );
  const left = Math.ceil(Math.max(...names.map((name) => fonts.regular.width(name, TEXT_SIZE))) + 18);
  const highest = spec.unit === 'percent' ? 100 : Math.max(1, ...bars.map((bar) => bar.value));
  const option = {
    grid: { left, right: Math.ceil(figureRoom), top: 0, bottom: 0 },
    xAxis: { type: 'value', min: 0, max: highest, show: false },
    yAxis: {
      type: 'category',
      inverse: true,
      data: bars.map((_, at) => String(at)),
      axisTick: { show: false },
      axisLabel: { show: false },
      axisLine: { lineStyle: { color: AXIS } },
    },
    series: [
      {
        type: 'bar',
        barWidth: Math.min(38, row - 10),
        barMinHeight: 3,
        data: bars.map((bar) => ({
          value: bar.value <= 0 ? null : bar.value,
          itemStyle: { color: fillOf(bar.tone).paint },
        })),
      },
    ],
  };
  const area = { x: MARGIN, y: top, width: room, height: row * bars.length };
  return drawPlot(option, area, (place) =>
    bars
      .map((bar, at) => {
        const [x, y] = place([bar.value, at]);
        const name = names[at] ?? '';
        return (
          label(MARGIN + left - 14 - fonts.regular.width(name, TEXT_SIZE), y + 7, name, TEXT_SIZE, INK) +
          label(x + 12, y + 7, figures[at] ?? '', TEXT_SIZE, TONE_INK[bar.tone], { strong: true })
        );
      })
      .join(''),
  );
}

/** `… and 15 more with 1,234 messages`. */
function restText(rest: readonly Bar[], { unit }: BarsSpec): string {
  const total = rest.reduce((sum, bar) => sum + bar.value, 0);
  return `… and ${count(rest.length)} more${unit === 'messages' ? ` with ${count(total)} messages` : ''}`;
}

function valueText(value: number, unit: BarsSpec['unit']): string {
  return unit === 'percent' ? percentText(value) : count(value);
}
