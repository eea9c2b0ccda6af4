import type { DrawChart } from '../platform.js';
import type { Caller } from '../webhook/call.js';
import type { WebhookSettings } from '../webhook/settings.js';

export interface IncomingOptions {
  readonly settings: WebhookSettings;
  readonly call: Caller;
  /** For those that take pictures. */
  readonly draw: DrawChart;
}
