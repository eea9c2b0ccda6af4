import { createHash } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import type { ChartSpec } from '../core/chart/spec.js';
import type { Log } from '../core/ingest/context.js';
import type { Chart } from './card.js';
import { pictureCache } from './pictures/cache.js';
import { startPool } from './pictures/pool.js';
import type { DrawChart, Picture } from './platform.js';

/** Counts up when the same chart is drawn otherwise. */
const DRAWING = 1;
/** What an asker waits for a picture; then the text goes without. */
const ASKER_MS = 2_000;
const DRAW_MS = 2_000;
/** A thread draws some twenty a second; more would come too late for their askers. */
const WAITING = 32;
const THREADS = 2;
/** About a thousand pictures. */
const CACHE_BYTES = 16 * 1024 * 1024;
/** Ten years; more is never asked for. */
const MOST_DAYS = 3_660;
const MOST_SERIES = 8;
const MOST_BARS = 10_000;
const MOST_CHARACTERS = 500;

export interface PicturesOptions {
  readonly log: Log;
  readonly threads?: number;
  /** Milliseconds for one drawing; then its thread is replaced. */
  readonly drawMs?: number;
  /** Drawings that may wait. */
  readonly waiting?: number;
  readonly cacheBytes?: number;
  /** What a thread runs; for tests of threads that hang or end. */
  readonly script?: URL;
}

export interface Pictures {
  /** Draws off the main thread, each chart once; null after two seconds, while the drawing goes on for the next asker. */
  readonly draw: DrawChart;
  /** Ends the threads; whoever waits gets null. */
  close(): Promise<void>;
}

/** Starts the drawing of charts. One thread gets ready at once. */
export function openPictures(options: PicturesOptions): Pictures {
  const cache = pictureCache(options.cacheBytes ?? CACHE_BYTES);
  const pool = startPool({
    threads: options.threads ?? THREADS,
    drawMs: options.drawMs ?? DRAW_MS,
    waiting: options.waiting ?? WAITING,
    log: options.log,
    script: options.script ?? ownScript(),
  });
  const underWay = new Map<string, Promise<Picture | null>>();

  const drawNew = async (spec: ChartSpec, key: string): Promise<Picture | null> => {
    const drawn = await pool.draw(spec);
    underWay.delete(key);
    if (drawn === null) return null;
    const { width, height } = drawn;
    const picture = { png: Buffer.from(drawn.png.buffer), width, height, key };
    cache.put(picture);
    return picture;
  };

  return {
    async draw(chart) {
      const spec = specOf(chart);
      const key = createHash('sha256')
        .update(JSON.stringify([DRAWING, spec]))
        .digest('hex');
      const drawn = cache.get(key);
      if (drawn !== null) return drawn;
      const drawing = underWay.get(key) ?? drawNew(spec, key);
      underWay.set(key, drawing);
      return within(ASKER_MS, drawing);
    },
    close: () => pool.close(),
  };
}

/** Compiled as this file is, or from its source. */
function ownScript(): URL {
  const name = import.meta.url.endsWith('.ts') ? 'worker-source.mjs' : 'worker.js';
  return new URL(`./pictures/${name}`, import.meta.url);
}

async function within<Value>(ms: number, value: Promise<Value>): Promise<Value | null> {
  const end = new AbortController();
  try {
    return await Promise.race([value, after(ms, null, { signal: end.signal })]);
  } finally {
    end.abort();
  }
}

/** What is drawn of a chart, bounded: neither its hash nor its way to a thread takes long. */
function specOf(chart: Chart): ChartSpec {
  const { unit } = chart;
  const title = cut(chart.title);
  if (chart.shape === 'bars') {
    const bars = chart.bars
      .slice(0, MOST_BARS)
      .map(({ name, tone, value }) => ({ name: cut(name), tone, value }));
    return { shape: 'bars', title, unit, bars };
  }
  const series = chart.series.slice(0, MOST_SERIES).map((one) => ({
    name: cut(one.name),
    tone: one.tone,
    as: one.as ?? 'bars',
    values: one.values.slice(-MOST_DAYS),
  }));
  return { shape: 'days', title, unit, days: chart.days.slice(-MOST_DAYS), series };
}

function cut(text: string): string {
  return text.slice(0, MOST_CHARACTERS);
}
