import { z } from 'zod';
import { nearest } from '../../analysis/nearest.js';
import { domainNames } from '../../store/domains.js';
import { operation, type Context } from '../operation.js';
import { reports } from '../reports.js';

/** What every platform's lists hold at most. */
const OFFERED = 25;
/** Names looked at. */
const NAMES_LOOKED_AT = 20_000;
/** Names that a typo is compared with, at each letter that is typed. */
const NAMES_COMPARED = 1_000;

export const complete = operation({
  name: 'complete',
  summary: 'Give names that begin with, or are near, what is typed',
  role: 'viewer',
  effect: 'reads',
  input: z.object({ field: z.enum(['domain', 'report']), typed: z.string().max(300) }),
  run: (context, { field, typed }): Promise<readonly string[]> =>
    field === 'domain' ? domainsLike(context, typed) : reportsLike(context, typed),
});

function domainsLike({ db, tenant }: Context, typed: string): Promise<readonly string[]> {
  return db.reading(tenant, async (session) => {
    const names = await domainNames(session, tenant, NAMES_LOOKED_AT);
    const wanted = typed.trim().toLowerCase();
    const begin = names.filter((name) => name.startsWith(wanted));
    const hold = names.filter((name) => !name.startsWith(wanted) && name.includes(wanted));
    const found = [...begin, ...hold];
    return (found.length > 0 ? found : nearest(wanted, names.slice(0, NAMES_COMPARED), OFFERED)).slice(
      0,
      OFFERED,
    );
  });
}

/** The latest, for nobody knows numbers by heart. */
async function reportsLike(context: Context, typed: string): Promise<readonly string[]> {
  const { items } = await reports.run(context, reports.input.parse({ limit: OFFERED }));
  return items.map(({ id }) => String(id)).filter((id) => id.startsWith(typed.trim()));
}
