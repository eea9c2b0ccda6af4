import type { webApi } from '@slack/bolt';
import type { Log } from '../../core/ingest/context.js';
import type { ChatPerson } from '../platform.js';
import { patiently } from './calls.js';

export interface People {
  /** Somebody of whom Slack said the name. */
  named(id: string, name: string): ChatPerson;
  /** Somebody of whom Slack said the id alone. */
  byId(id: string): Promise<ChatPerson>;
}

const MOST_NAMES = 2_000;
/** Names are said beside answers only: taking a request does not wait long for one. */
const NAME_WITHIN_MS = 500;
const UNKNOWN = 'somebody';

/** People of the workspace with this id, as Slack vouches for them. */
export function slackPeople(client: webApi.WebClient, team: string, log: Log): People {
  const names = new Map<string, string>();
  const user = async (id: string) => {
    const { user: found } = await patiently({
      run: () => client.users.info({ user: id }),
      patienceMs: 5_000,
    });
    return found;
  };

  const person = (id: string, name: string): ChatPerson => ({
    id,
    name,
    email: async () => {
      const found = await user(id);
      return found === undefined ? null : vouchedAddress(found, team);
    },
  });

  const nameOf = async (id: string): Promise<string> => {
    const found = await user(id);
    const name = found?.profile?.display_name || found?.real_name || found?.name || UNKNOWN;
    names.set(id, name);
    if (names.size > MOST_NAMES) names.delete([...names.keys()][0] ?? '');
    return name;
  };

  return {
    named: person,
    byId: async (id) => {
      const known = names.get(id);
      if (known !== undefined) return person(id, known);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<string>((resolve) => {
        timer = setTimeout(() => resolve(UNKNOWN), NAME_WITHIN_MS);
      });
      const asked = nameOf(id).catch((error: unknown) => {
        log.warn('Slack did not say who somebody is', { error });
        return UNKNOWN;
      });
      const name = await Promise.race([asked, late]);
      clearTimeout(timer);
      return person(id, name);
    },
  };
}

/** What users.info says of a user, as far as it matters here (docs.slack.dev/reference/objects/user-object). */
interface SlackUser {
  readonly team_id?: string | undefined;
  readonly deleted?: boolean | undefined;
  readonly is_bot?: boolean | undefined;
  readonly is_stranger?: boolean | undefined;
  readonly is_restricted?: boolean | undefined;
  readonly is_ultra_restricted?: boolean | undefined;
  readonly is_email_confirmed?: boolean | undefined;
  readonly profile?: { readonly email?: string | undefined } | undefined;
}

/** The confirmed address of a full member of the team: no guest, no bot, nobody of another team in a shared channel. */
export function vouchedAddress(user: SlackUser, team: string): string | null {
  if (user.team_id !== team || user.is_email_confirmed !== true) return null;
  const outside = [user.deleted, user.is_bot, user.is_stranger, user.is_restricted, user.is_ultra_restricted];
  if (outside.includes(true)) return null;
  return user.profile?.email ?? null;
}
