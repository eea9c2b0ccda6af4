import type { Context } from '../core/operations/operation.js';
import type { SourcesHere } from '../core/operations/sources-here.js';
import { openLeader } from '../core/store/leader.js';
import { changeSource, registerSource } from '../core/store/source-state.js';
import { ensureTenant } from '../core/store/tenants.js';
import type { SourceSetting } from '../settings/sources.js';
import { hostOf } from './host.js';
import { brokenSource, makeSource } from './make.js';
import { troubleOf } from './trouble.js';

/** The sources whose settings this process has, for who asks for a look while nobody runs them. */
export function sourcesHere(settings: readonly SourceSetting[]): SourcesHere {
  return {
    list: async (context) =>
      Promise.all(
        (await ownOf(context, settings)).map(async (setting) => {
          const { name, kind, place } = await makeSource(setting).catch(brokenSource(setting));
          return { name, kind, place };
        }),
      ),
    once: async (context, name, deadline) => {
      const { db, tenant, log, now } = context;
      const setting = (await ownOf(context, settings)).find((one) => one.name === name);
      if (setting === undefined) return false;
      const leader = await openLeader(db, null);
      try {
        if (!(await leader.lead({ tenant, name }))) return false;
        const late = AbortSignal.timeout(Math.max(1, Math.ceil(deadline - performance.now())));
        const signal = AbortSignal.any([late, leader.lost]);
        try {
          const source = await makeSource(setting).catch(brokenSource(setting));
          await db.within(tenant, (session) => registerSource(session, tenant, source));
          const host = hostOf(context, source, { onAsk: () => {}, reads: true, signal });
          await source.once(host, signal);
        } catch (error) {
          const trouble = troubleOf(error, log);
          await db.within(tenant, (session) => changeSource(session, tenant, name, { trouble }, now()));
        }
        return !late.aborted;
      } finally {
        await leader.close();
      }
    },
  };
}

/** The settings for the context's tenant. */
async function ownOf({ db, tenant }: Context, settings: readonly SourceSetting[]): Promise<SourceSetting[]> {
  const tenants = new Map<string, number>();
  for (const { tenant: name } of settings)
    if (!tenants.has(name)) tenants.set(name, await db.across((session) => ensureTenant(session, name)));
  return settings.filter((setting) => tenants.get(setting.tenant) === tenant);
}
