import type { ChatHere } from '../core/operations/chat/here.js';
import { actorOfChat, type ChatActor } from '../core/operations/chat/people.js';
import { bringCode, linkByEmail } from '../core/operations/chat/link.js';
import { voidCodes } from '../core/operations/chat/void-codes.js';
import { resumeHere } from '../core/operations/delivery/park.js';
import { beginRequest, keptCommand, type ChatRequestRow } from '../core/operations/chat/requests.js';
import { ExpectedError } from '../core/expected-error.js';
import { countTry, TooManyTries, type Rate } from '../core/operations/limit.js';
import { digestOf } from '../core/identity/secret.js';
import type { SystemContext } from '../core/operations/operation.js';
import type { Card } from './card.js';
import {
  codeVoidCard,
  givenUpCard,
  linkCard,
  lockedOutCard,
  oldButtonCard,
  plainTroubleCard,
  unlinkedCard,
} from './cards/chat.js';
import type { Command } from './command.js';
import { type Begun, dispatch } from './dispatch.js';
import type { Answer, ChatPerson, ChatRequest, Destination } from './platform.js';
import { keptPress } from './press.js';
import { mayHoldSecret } from './secret-words.js';
import { readShare } from './share.js';
import { readWords } from './words.js';

/** Commands of one person, in every channel of the workspace together. */
export const PERSON_RATE: Rate = { name: 'chat-person', tries: 60, seconds: 60 };

/** What ended the process that worked on it so often is not begun again. */
const MOST_ATTEMPTS = 3;
/** After so long whoever asked for a change has asked again, or given up. */
const CHANGES_WITHIN_MS = 2 * 60_000;

/** What hideSecrets leaves of a secret. */
const HIDDEN = '[hidden]';

/** What a request came to, and whether it waits for the link of who asked, or made one. */
export interface Turn {
  readonly answer: Answer;
  readonly outcome: 'answered' | 'waiting-for-link' | 'linked';
}

/** A request as it is worked on; `live` is what the platform handed over, null after a restart. */
export interface Job {
  readonly tenant: number;
  readonly row: ChatRequestRow;
  readonly live: ChatRequest | null;
  /** Where the bot can speak there by itself later on; absent where it cannot. */
  readonly destination?: Destination;
}

/** Works a request of a bound workspace out: who asks, and what the answer is. */
export async function takeTurn(system: SystemContext, commands: readonly Command[], job: Job): Promise<Turn> {
  const turn = await workOut(system, commands, job);
  const card = await withCodesVoid(system, hereOf(job.row, job.live), job.row.words, turn.answer.card);
  return { ...turn, answer: { ...turn.answer, card } };
}

async function workOut(system: SystemContext, commands: readonly Command[], job: Job): Promise<Turn> {
  const { tenant, row, live, destination } = job;
  const here = hereOf(row, live);
  if (row.attempts > MOST_ATTEMPTS) return alone(givenUpCard());
  const tooMany = await refusedForRate(system, here);
  if (tooMany !== null) return alone(tooMany);
  const words = await wordsOf(system, tenant, row.words);
  if (words === null) return alone(oldButtonCard());
  const lost = live === null ? lostWithProcess(row) : null;
  if (lost !== null) return alone(lost);
  const { text, audience } = readShare(words, row.audience);
  const asked = row.files > 0 ? 'upload' : text;

  const { who, linkedNow } = await whoAsks(system, { tenant, person: live?.person ?? null }, here);
  if (who.state === 'disabled') return alone(lockedOutCard());
  if (who.state === 'unlinked') {
    const code = codeOf(text);
    if (code !== null) return linkTurn(await bring(system, here, code));
    // What waits is kept as it was written, and nobody knows yet who wrote it.
    if (mayHoldSecret(text, commands)) return alone(unlinkedCard({ waits: false }));
    return { ...alone(unlinkedCard()), outcome: 'waiting-for-link' };
  }
  // Who speaks to the bot there shows that it is there.
  if (await resumeHere(system, tenant, here)) system.changed?.();
  const chat = destination === undefined ? here : { ...here, destination };
  const context = { ...system, tenant, actor: who.actor, chat };
  const dispatched = await dispatch(
    {
      text: asked,
      context,
      local: false,
      begin: () => begin(system, job),
    },
    commands,
  );
  const { card, file, shareable } = dispatched;
  // What is refused, or only for who asked, is shown to nobody else, whatever was wished.
  const seenBy = shareable ? audience : 'asker';
  return {
    answer: {
      card,
      file,
      audience: seenBy,
      askedBy: seenBy === 'channel' ? row.personName : null,
      share: shareable && seenBy === 'asker' ? { command: text, audience: 'channel' } : null,
    },
    outcome: linkedNow || codeOf(text) !== null ? 'linked' : 'answered',
  };
}

/** Begins a change once; one that another process left is not begun when it is old, for its answer may reach nobody. */
async function begin(system: SystemContext, { tenant, row, live }: Job): Promise<Begun> {
  if (!(await beginRequest(system, tenant, row.id))) return 'before';
  const age = system.now().getTime() - row.receivedAt.getTime();
  return live === null && age > CHANGES_WITHIN_MS ? 'too-late' : 'now';
}

/** A card for what cannot be done after a restart, because a part of it was in the process alone; null otherwise. */
function lostWithProcess({ files, words }: ChatRequestRow): Card | null {
  if (files > 0)
    return plainTroubleCard(
      'Interrupted: upload',
      'The service was restarted while it took the files. Send them again: what is there already counts once.',
    );
  return !words.includes(HIDDEN)
    ? null
    : plainTroubleCard(
        'Interrupted',
        'The service was restarted before this was done, and the code in it is kept nowhere. Write it again.',
      );
}

/** The place and person of a request, for operations. */
export function hereOf(
  row: Pick<ChatRequestRow, 'platform' | 'workspace' | 'channel' | 'person' | 'personName'>,
  live: ChatRequest | null,
): ChatHere {
  const { platform, workspace, channel, person, personName } = row;
  return {
    platform: platform as ChatHere['platform'],
    workspace,
    channel,
    person,
    personName,
    files: live?.files ?? [],
  };
}

/** An answer for who asked alone, that nobody may share. */
export function alone(card: Card): Turn {
  return {
    answer: { card, audience: 'asker', file: null, share: null, askedBy: null },
    outcome: 'answered',
  };
}

/** What a code that somebody brought came to. */
export async function bring(
  system: SystemContext,
  here: ChatHere,
  code: string,
): Promise<{ readonly card: Card; readonly linked: boolean }> {
  try {
    return { card: linkCard(await bringCode(system, here, { code })), linked: true };
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return { card: plainTroubleCard('Not linked', error.message), linked: false };
  }
}

/** Whatever it was answered: a code in what was written that linked nobody is void now, and the answer says so. */
export async function withCodesVoid(
  system: SystemContext,
  here: ChatHere,
  text: string,
  card: Card,
): Promise<Card> {
  return (await voidCodes(system, here, text)) === 0 ? card : codeVoidCard(card);
}

function linkTurn({ card, linked }: { readonly card: Card; readonly linked: boolean }): Turn {
  return { ...alone(card), outcome: linked ? 'linked' : 'answered' };
}

/** A card for who asks too often; null where they do not. */
export async function refusedForRate(system: SystemContext, here: ChatHere): Promise<Card | null> {
  const hasty = await rateOf(system, here, PERSON_RATE);
  return hasty === null ? null : plainTroubleCard('Too many questions', hasty);
}

/** Counts something that a person does; a sentence when it is too much, else null. */
export async function rateOf(
  system: SystemContext,
  { platform, workspace, person }: ChatHere,
  rate: Rate,
): Promise<string | null> {
  const key = digestOf(JSON.stringify([platform, workspace, person])).toString('base64url');
  const taken = await countTry(system, rate, key);
  return taken.allowed ? null : new TooManyTries(taken.retryAfterMs).message;
}

/** The code of a line such as `link dml_…`; null for any other. */
export function codeOf(text: string): string | null {
  const read = readWords(text);
  if (read.error !== null) return null;
  const [first, ...rest] = read.words;
  if (first === undefined || first.quoted || first.text.toLowerCase() !== 'link') return null;
  return read.options.find(({ name }) => name === 'code')?.value ?? rest.map((word) => word.text).join('');
}

/** Who asks, by their link; by the address that the platform vouches for where there is none yet: then it is made now. */
export async function whoAsks(
  system: SystemContext,
  { tenant, person }: { readonly tenant: number; readonly person: ChatPerson | null },
  here: ChatHere,
): Promise<{ readonly who: ChatActor; readonly linkedNow: boolean }> {
  const known = await actorOfChat(system, tenant, here);
  if (known.state !== 'unlinked' || person === null) return { who: known, linkedNow: false };
  const email = await person.email().catch((error: unknown) => {
    system.log.warn('a platform did not say whose address somebody has', { platform: here.platform, error });
    return null;
  });
  if (email === null || !(await linkByEmail(system, tenant, here, email)))
    return { who: known, linkedNow: false };
  return { who: await actorOfChat(system, tenant, here), linkedNow: true };
}

/** The command line of a request's text; null for a button whose line is kept no more. */
async function wordsOf(system: SystemContext, tenant: number, text: string): Promise<string | null> {
  const kept = keptPress(text);
  if (kept === null) return text;
  const line = await keptCommand(system, tenant, kept.id);
  return line === null ? null : `${line} ${kept.rest}`.trimEnd();
}
