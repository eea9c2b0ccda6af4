import { allTenants } from '../core/operations/tenants.js';
import { processPending } from '../core/ingest/process.js';
import type { Context } from '../core/operations/operation.js';

/** Reads what is pending for every tenant: documents whose worker was killed, or that another process only kept. */
export async function processEveryPending(context: Context): Promise<void> {
  for (const { id, name } of await allTenants(context)) {
    const { raws, failed } = await processPending({ ...context, tenant: id });
    if (raws + failed > 0)
      context.log.info('documents were processed', { tenant: name, documents: raws, failed });
  }
}
