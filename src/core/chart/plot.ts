import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import type { EChartsCoreOption } from 'echarts/core';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

echarts.use([BarChart, LineChart, GridComponent, SVGRenderer]);

/** Pixels within the picture. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Pixels of a point given by category and value, in the order of the axes x and y. */
export type Place = (point: readonly [number, number]) => readonly [number, number];

/**
 * Axes and series as an inner `<svg>` at its place, and over them what `over` draws with the plot's places. Numbers and
 * days alone go through echarts: text of strangers is drawn by us.
 */
export function drawPlot(option: EChartsCoreOption, area: Area, over: (place: Place) => string): string {
  const { x, y, width, height } = area;
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, ...option });
    const place: Place = (point) => {
      const [left = 0, top = 0] = chart.convertToPixel('grid', [...point]);
      return [x + left, y + top];
    };
    return still(chart.renderToSVGString()).replace('<svg ', `<svg x="${x}" y="${y}" `) + over(place);
  } finally {
    chart.dispose();
  }
}

/** Without what is for a pointer, and without the number of charts drawn before. */
function still(svg: string): string {
  return svg
    .replace(/<style >[^]*?<\/style>/u, '')
    .replaceAll(/ (?:class|pointer-events|ecmeta_\w+)="[^"]*"/gu, '')
    .replaceAll(/\bzr\d+-/gu, 'zr-')
    .replaceAll('\n', '');
}
