import { figureOf, subtitleOf } from './days-words.js';
import type { Fonts } from './fonts.js';
import { FONT_FAMILY } from './fonts.js';
import {
  drawEmpty,
  drawFrame,
  type Drawing,
  type Entry,
  type Frame,
  headHeight,
  label,
  MARGIN,
  WIDTH,
} from './frame.js';
import { compact, count, percentText } from './numbers.js';
import { AXIS, type Fill, fillsOf, GRID, GROUND, QUIET_INK, TONE_INK } from './palette.js';
import { type Area, drawPlot, type Place } from './plot.js';
import { axisFor, type Axis, type Buckets, bucketsOf, labelled } from './scale.js';
import type { DaysSeries, DaysSpec } from './spec.js';

const HEIGHT = 600;
/** Below the names of the series, however many those are. */
const LEAST_PLOT = 300;
const LABEL_SIZE = 20;
const VALUE_SIZE = 21;
/** Room for the label at a line's end. */
const LINE_LABEL = 92;
/** A bar that stands for something is seen, however low. */
const LOWEST_BAR = 3;
/** From here on, counts on the axis are `1.2M`. */
const LONG_COUNT = 1_000_000;
/** Bars from so many pixels on are parted from those they stand on. */
const PARTED_BARS = 12;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Stacked bars, and lines over them. */
export function drawDays(spec: DaysSpec, fonts: Fonts): Drawing {
  const widest = WIDTH - 2 * MARGIN;
  const buckets = bucketsOf(spec, widest - 90);
  const fills = fillsOf(spec.series.map((series) => series.tone));
  const highest = highestOf(spec, buckets);
  const frame: Frame = {
    title: spec.title,
    subtitle: subtitleOf(spec, buckets.perBar),
    legend:
      highest === null
        ? []
        : spec.series.map((series, at): Entry => ({
            fill: fills[at] ?? NO_FILL,
            as: series.as ?? 'bars',
            name: series.name,
            figure: figureOf(series, spec),
          })),
    fonts,
  };
  if (highest === null) return drawEmpty(frame);
  const y = headHeight(frame);
  const height = Math.max(HEIGHT, y + LEAST_PLOT);
  const area = { x: MARGIN, y, width: WIDTH - 2 * MARGIN, height: height - y - MARGIN + 10 };
  const plot = plotOf(spec, buckets, fills, axisFor(highest, spec.unit), area, fonts);
  return { svg: drawFrame(frame, height, plot, fills), width: WIDTH, height };
}

const NO_FILL: Fill = { paint: QUIET_INK, colour: QUIET_INK, pattern: 'plain' };

function plotOf(
  spec: DaysSpec,
  buckets: Buckets,
  fills: readonly Fill[],
  axis: Axis,
  area: Area,
  fonts: Fonts,
): string {
  const ticks = Array.from({ length: Math.round(axis.top / axis.step) + 1 }, (_, at) => at * axis.step);
  const left = Math.ceil(
    Math.max(...ticks.map((tick) => fonts.regular.width(axisText(tick, axis, spec.unit), LABEL_SIZE))) + 16,
  );
  const right = spec.series.some((series) => series.as === 'line') ? LINE_LABEL : 2;
  const room = area.width - left - right;
  const perBar = room / buckets.days.length;
  const dayWidth = fonts.regular.width('0000-00-00', LABEL_SIZE);
  const named = labelled(buckets.days.length, room, dayWidth);
  const text = { color: QUIET_INK, fontFamily: FONT_FAMILY, fontSize: LABEL_SIZE };
  const option = {
    grid: { left, right, top: 14, bottom: 40 },
    xAxis: {
      type: 'category',
      data: buckets.days.map((day) => (DAY.test(day) ? day : '')),
      axisLine: { lineStyle: { color: AXIS } },
      axisTick: {
        show: true,
        alignWithLabel: true,
        interval: (at: number) => named.has(at),
        lineStyle: { color: AXIS },
      },
      axisLabel: {
        ...text,
        interval: (at: number) => named.has(at),
        hideOverlap: false,
        // The last day is wider than its bar, and the picture ends behind it.
        alignMaxLabel: perBar < dayWidth ? 'right' : null,
      },
    },
    yAxis: {
      type: 'value',
      min: 0,
      max: axis.top,
      interval: axis.step,
      splitLine: { lineStyle: { color: GRID } },
      axisLabel: { ...text, formatter: (value: number) => axisText(value, axis, spec.unit) },
    },
    series: spec.series.flatMap((series, at) =>
      seriesOf(series, buckets.values[at] ?? [], fills[at] ?? NO_FILL, perBar),
    ),
  };
  return drawPlot(option, area, (place) =>
    spec.series.map((series, at) => lineLabel(series, buckets.values[at] ?? [], place)).join(''),
  );
}

function seriesOf(
  series: DaysSeries,
  values: readonly (number | null)[],
  fill: Fill,
  perBar: number,
): object[] {
  if (series.as === 'line') {
    const alone = (at: number) => (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null;
    const line = {
      type: 'line',
      data: values,
      symbol: 'circle',
      showAllSymbol: true,
      symbolSize: (_: unknown, { dataIndex }: { dataIndex: number }) => (alone(dataIndex) ? 9 : 0),
      itemStyle: { color: fill.colour },
    };
    return [
      { ...line, lineStyle: { color: GROUND, width: 9, cap: 'round', join: 'round' } },
      { ...line, lineStyle: { color: fill.colour, width: 4, cap: 'round', join: 'round' } },
    ];
  }
  return [
    {
      type: 'bar',
      stack: 'all',
      data: values.map((value) => (value === null || value <= 0 ? null : value)),
      barCategoryGap: perBar >= PARTED_BARS ? '22%' : '12%',
      barMaxWidth: 84,
      barMinHeight: LOWEST_BAR,
      itemStyle: { color: fill.paint, borderColor: GROUND, borderWidth: perBar >= PARTED_BARS ? 1.2 : 0 },
    },
  ];
}

/** The last value, beside the end of its line. */
function lineLabel(series: DaysSeries, values: readonly (number | null)[], place: Place): string {
  const last = values.findLastIndex((value) => value !== null);
  const value = values[last] ?? null;
  if (series.as !== 'line' || value === null) return '';
  const [x, y] = place([last, value]);
  return label(x + 14, y + 7, percentText(value), VALUE_SIZE, TONE_INK[series.tone], { strong: true });
}

/** The tallest stack or line; null where there is none at all. */
function highestOf({ series, unit }: DaysSpec, { days, values }: Buckets): number | null {
  let highest: number | null = null;
  for (const bucket of days.keys()) {
    let stacked: number | null = null;
    for (const [at, one] of series.entries()) {
      const value = values[at]?.[bucket] ?? null;
      if (value === null) continue;
      if (one.as === 'line') highest = Math.max(highest ?? 0, value);
      else stacked = (stacked ?? 0) + value;
    }
    // A share of none is something, as long as there are messages.
    if (stacked !== null && (stacked > 0 || unit === 'percent')) highest = Math.max(highest ?? 0, stacked);
  }
  return highest;
}

function axisText(value: number, { top }: Axis, unit: DaysSpec['unit']): string {
  if (unit === 'percent') return `${Number(value.toPrecision(3))} %`;
  return top >= LONG_COUNT ? compact(value) : count(value);
}
