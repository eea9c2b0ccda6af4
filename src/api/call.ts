import type { ParameterizedContext } from 'koa';
import type { Actor, Context, SystemContext } from '../core/operations/operation.js';
import type { Log } from '../core/ingest/context.js';

/** What is known of a request on its way. */
export interface CallState {
  /** Of the request, for the log and for problem documents. */
  id: string;
  log: Log;
  /** The route's pattern, such as `/v1/reports/:report`: unlike the address, it holds nothing secret. */
  route: string | null;
  actor: Actor | null;
}

export type Call = ParameterizedContext<CallState>;

/** The context of an operation for who asked here. */
export function contextFor(
  system: SystemContext,
  call: Call,
  asker: { readonly tenant: number; readonly actor: Actor },
): Context {
  return { ...system, ...asker, log: call.state.log };
}
