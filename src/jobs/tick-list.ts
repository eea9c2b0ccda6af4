import { requeueLost } from '../core/ingest/process.js';
import { tellAllElsewhere } from '../core/operations/alert/elsewhere.js';
import { mornings } from '../core/operations/alert/morning.js';
import { stepAll } from '../core/operations/alert/steps.js';
import { forgetChat } from '../core/operations/chat/requests.js';
import { forgetRates, forgetTold } from '../core/operations/delivery/forget.js';
import { forgetOldDigests, makeEveryDigest } from '../core/operations/digest/make.js';
import { refreshEveryDigest } from '../core/operations/digest/refresh.js';
import { eachTenant } from '../core/operations/each.js';
import type { Context } from '../core/operations/operation.js';
import { applyRetention } from '../core/operations/retention.js';
import { maintainQueue } from '../core/operations/queue.js';
import { forgetEnded } from '../core/operations/sessions.js';
import { evaluateEverything } from './evaluate.js';
import type { Tick } from './ticks.js';

/** What is done by the clock. Others are added here. */
export const TICKS: readonly Tick[] = [
  { name: 'sweep', when: '* * * * *', atStart: true, expiresAfterSeconds: 600, work: sweep },
  {
    name: 'rules',
    when: '7 * * * *',
    atStart: true,
    expiresAfterSeconds: 1_800,
    work: evaluateEverything,
  },
  {
    name: 'alerts',
    when: '* * * * *',
    atStart: true,
    soon: true,
    expiresAfterSeconds: 600,
    work: stepAlerts,
  },
  {
    name: 'maintain-queue',
    when: '*/10 * * * *',
    atStart: true,
    expiresAfterSeconds: 1_800,
    work: maintainQueue,
  },
  {
    name: 'digests',
    when: '* * * * *',
    atStart: true,
    expiresAfterSeconds: 1_800,
    work: makeEveryDigest,
  },
  {
    name: 'refresh-digests',
    when: '5-59/10 * * * *',
    atStart: false,
    expiresAfterSeconds: 1_800,
    work: refreshEveryDigest,
  },
  {
    name: 'retention',
    when: '30 3 * * *',
    atStart: false,
    expiresAfterSeconds: 6 * 3_600,
    work: applyRetention,
  },
  {
    name: 'forget-ended',
    when: '15 4 * * *',
    atStart: false,
    expiresAfterSeconds: 1_800,
    work: forgetEveryEnded,
  },
];

/** Queues documents that no job would read: after a restore from a backup, or of a version without a queue. */
async function sweep(context: Context): Promise<void> {
  await eachTenant(context, 'documents without a task could not be looked for', async (own) => {
    const documents = await requeueLost(own);
    if (documents > 0)
      context.log.warn('documents without a task were queued', { tenant: own.tenant, documents });
  });
}

/** Ends snoozes, escalates and reminds, tells anew what lost its channels, and says in the morning what waited. */
async function stepAlerts(context: Context): Promise<void> {
  await stepAll(context);
  await tellAllElsewhere(context);
  await mornings(context);
}

/** Sign-ins and codes that ended long ago, what was asked in chats and told to channels, and old digests. */
async function forgetEveryEnded(context: Context): Promise<void> {
  for (const forget of [forgetEnded, forgetChat, forgetOldDigests, forgetTold])
    await eachTenant(context, 'what is over long since could not be forgotten', forget);
  await forgetRates(context);
}
