import type { Context } from '../../src/core/operations/operation.js';

/** The same context, in which everything that is asked of one tenant's rows is refused. */
export function refusing(context: Context, broken: number): Context {
  const { db } = context;
  const refused = () => Promise.reject(new Error('broken on purpose'));
  return {
    ...context,
    db: {
      ...db,
      within: (tenant, work) => (tenant === broken ? refused() : db.within(tenant, work)),
      reading: (tenant, work) => (tenant === broken ? refused() : db.reading(tenant, work)),
    },
  };
}
