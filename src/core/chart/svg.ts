import { drawBars } from './bars.js';
import { drawDays } from './days.js';
import type { Fonts } from './fonts.js';
import type { Drawing } from './frame.js';
import type { ChartSpec } from './spec.js';

/** Draws a chart. Pure: the same chart gives the same SVG. Its only text is ours, numbers, days, and escaped names. */
export function drawChart(spec: ChartSpec, fonts: Fonts): Drawing {
  if (spec.shape === 'bars')
    return drawBars(
      { ...spec, bars: spec.bars.map((bar) => ({ ...bar, value: drawable(bar.value) ?? 0 })) },
      fonts,
    );
  const series = spec.series.map((one) => ({ ...one, values: one.values.map(drawable) }));
  return drawDays({ ...spec, series }, fonts);
}

/** A value that has a place on an axis; null for what is no number. */
function drawable(value: number | null): number | null {
  if (value === null || Number.isNaN(value)) return null;
  return Math.min(Math.max(0, value), Number.MAX_SAFE_INTEGER);
}
