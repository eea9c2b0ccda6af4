/** Draws charts in a thread of its own, so that nobody's answer waits for a picture. */
import { parentPort } from 'node:worker_threads';
import { toPng } from '../../core/chart/png.js';
import { drawChart } from '../../core/chart/svg.js';
import type { ChartSpec } from '../../core/chart/spec.js';
import { readFonts } from './fonts.js';
import type { Drawn } from './messages.js';
import { READY, type FromWorker, type ToWorker } from './messages.js';

/** Both shapes once, before anybody waits: the first drawing takes ten times as long as the next. */
const WARM_UP: readonly ChartSpec[] = [
  {
    shape: 'days',
    title: 'Warm',
    unit: 'messages',
    days: Array.from({ length: 30 }, (_, at) => `2026-01-${String(at + 1).padStart(2, '0')}`),
    series: [
      { name: 'pass', tone: 'good', values: Array.from({ length: 30 }, (_, at) => 100 + at) },
      { name: 'fail', tone: 'bad', values: Array.from({ length: 30 }, (_, at) => at) },
      { name: 'line', tone: 'neutral', as: 'line', values: Array.from({ length: 30 }, (_, at) => at) },
    ],
  },
  { shape: 'bars', title: 'Warm', unit: 'messages', bars: [{ name: '192.0.2.1', tone: 'bad', value: 1 }] },
];

const fonts = readFonts();
for (const spec of WARM_UP) draw(spec);
parentPort?.on('message', (spec: ToWorker) => say(draw(spec)));
say(READY);

function draw(spec: ChartSpec): Drawn {
  try {
    const { png, width, height } = toPng(drawChart(spec, fonts), fonts);
    // Bytes of their own, which can be handed over instead of copied.
    return { png: new Uint8Array(png), width, height };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function say(message: FromWorker): void {
  const handed = message !== READY && 'png' in message ? [message.png.buffer as ArrayBuffer] : [];
  parentPort?.postMessage(message, handed);
}
