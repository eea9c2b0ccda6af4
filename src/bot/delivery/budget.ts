import { closeBudgets, takeBudgets, type Budget } from '../../core/operations/delivery/budget.js';
import type { ChannelRow } from '../../core/operations/delivery/work.js';
import type { SystemContext } from '../../core/operations/operation.js';
import { gathered } from './gathered.js';
import { budgetsOf, budgetsWithin, type Sending } from './limits.js';

/** What platforms allow, shared by all processes. */
export interface Budgets {
  /** Takes what sending needs; gives until when to wait where that is used up, and null where it may be sent now. */
  take(channel: ChannelRow, sending: Sending): Promise<Date | null>;
  /** A platform said "later": everybody waits. Gives until when. */
  close(
    channel: ChannelRow,
    sending: Sending,
    scope: 'channel' | 'workspace',
    afterMs: number,
  ): Promise<Date>;
}

/** Makes them. */
export function openBudgets(system: SystemContext): Budgets {
  const take = gathered<readonly Budget[], Date | null>((askers) => takeBudgets(system, askers), {
    apart: (budgets) => budgets.map(({ key }) => key),
  });
  return {
    take: (channel, sending) => {
      const budgets = budgetsOf(channel, sending);
      return budgets.length === 0 ? Promise.resolve(null) : take(budgets);
    },
    close: (channel, sending, scope, afterMs) =>
      closeBudgets(system, budgetsWithin(channel, sending, scope), afterMs),
  };
}
