import { ruleLayers, type RuleRow } from '../../store/alert-rules.js';
import { listChannels, type ChannelRow } from '../../store/channels.js';
import type { Session } from '../../store/session.js';
import { OperationError } from '../operation.js';

/** Rules that are named in one sentence. */
const MOST_NAMED = 5;

/** Throws OperationError `channel-named` with the rules that name a channel: without it they would tell somebody else. */
export async function refuseNamed(
  session: Session,
  tenant: number,
  { id, name }: Pick<ChannelRow, 'id' | 'name'>,
): Promise<void> {
  const naming = (await ruleLayers(session, tenant, null)).filter(
    ({ channels, escalateTo }) => channels?.includes(id) === true || escalateTo?.includes(id) === true,
  );
  const [first] = naming;
  if (first === undefined) return;
  const names = new Map((await listChannels(session, tenant)).map((row) => [row.id, row.name]));
  names.delete(id);
  const rules = naming
    .slice(0, MOST_NAMED)
    .map(({ name: rule, domain }) => rule + (domain === null ? '' : ` for ${domain}`));
  const more = naming.length > MOST_NAMED ? [`${naming.length - MOST_NAMED} more`] : [];
  throw new OperationError(
    'channel-named',
    `Rules name ${name}: ${[...rules, ...more].join(', ')}. Take it out of them first, such as: ${withoutIt(first, id, names)}`,
  );
}

/** The command that takes a channel out of a rule and leaves the others in it. */
function withoutIt(
  { name, domain, channels, escalateTo }: RuleRow,
  id: number,
  names: ReadonlyMap<number, string>,
): string {
  const option = (key: string, ids: readonly number[] | null, none: string) =>
    ids?.includes(id) === true
      ? [`${key}:${quoted(ids.flatMap((one) => names.get(one) ?? []).join(',') || none)}`]
      : [];
  return [
    'rule-set',
    name,
    ...(domain === null ? [] : [domain]),
    ...option('channels', channels, 'all'),
    ...option('escalateTo', escalateTo, 'none'),
  ].join(' ');
}

function quoted(value: string): string {
  return /^[^\s"]+$/u.test(value) ? value : `"${value.replaceAll('"', '""')}"`;
}
