import type { ChartSpec } from '../../core/chart/spec.js';

/** What goes between the pool and a worker. A worker draws one chart at a time and answers every one. */

/** From a worker, once: it is ready to draw. */
export const READY = 'ready';

export type Drawn =
  { readonly png: Uint8Array; readonly width: number; readonly height: number } | { readonly error: string };

export type FromWorker = typeof READY | Drawn;
export type ToWorker = ChartSpec;
