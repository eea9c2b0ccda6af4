import type { webApi } from '@slack/bolt';
import type { Log } from '../../core/ingest/context.js';
import type { Command } from '../command.js';
import type { Asker, ChatPerson, ChatRequest, Inbound } from '../platform.js';
import type { Clicks } from './clicks.js';
import type { AskedFrom } from './forms.js';
import type { People } from './person.js';
import { writeReply } from './reply.js';

/** What people are heard with. */
export interface Hearing {
  readonly client: webApi.WebClient;
  readonly apiUrl: string;
  readonly token: string;
  readonly inbound: Inbound;
  readonly people: People;
  readonly clicks: Clicks;
  readonly commands: readonly Command[];
  /** The team that the app is installed in; people of other teams meet it in shared channels. */
  readonly team: string;
  /** The app's own user. */
  readonly bot: string;
  readonly log: Log;
  readonly now: () => Date;
  /** Does what Slack is not told of and nobody asked for; trouble with it is for the log alone. */
  later(what: string, work: () => Promise<void>): void;
}

/** Said to whoever asked what could not be kept. */
export const NOT_TAKEN = 'That could not be taken just now. Please ask again in a moment.';

/** A request in the shape that all platforms have. */
export function requestOf(
  with_: Hearing,
  id: string,
  person: ChatPerson,
  text: string,
  from: AskedFrom,
): ChatRequest {
  const { place } = askerOf(with_, person, from.channel ?? person.id);
  const reply = writeReply({
    id,
    team: with_.team,
    user: person.id,
    channel: from.channel,
    thread: from.thread,
    direct: from.direct,
    responseUrl: from.responseUrl,
    at: with_.now().getTime(),
  });
  return { id, place, person, text, audience: 'asker', files: [], reply };
}

export function askerOf({ team }: Hearing, person: ChatPerson, channel: string): Asker {
  return { place: { platform: 'slack', workspace: team, channel }, person };
}

/** Whether a request is kept; what went wrong is logged. */
export async function take({ inbound, log }: Hearing, asked: ChatRequest): Promise<boolean> {
  try {
    await inbound.take(asked);
    return true;
  } catch (error) {
    log.error('A request from Slack could not be taken', { error });
    return false;
  }
}
