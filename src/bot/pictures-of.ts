import type { Card, Chart } from './card.js';
import type { DrawChart, Picture } from './platform.js';

/** Pictures of the first charts of a card; a chart that could not be drawn in time has none. */
export async function picturesOf(
  card: Card,
  draw: DrawChart,
  most: number,
): Promise<ReadonlyMap<Chart, Picture>> {
  const charts = card.parts.filter((part) => part.type === 'chart').slice(0, most);
  const drawn = await Promise.all(
    charts.map(async (chart) => [chart, await draw(chart).catch(() => null)] as const),
  );
  return new Map(drawn.flatMap(([chart, picture]) => (picture === null ? [] : [[chart, picture] as const])));
}
