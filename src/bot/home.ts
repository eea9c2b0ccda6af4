import type { ChatHere } from '../core/operations/chat/here.js';
import { complete } from '../core/operations/chat/complete.js';
import { tenantOfChat } from '../core/operations/chat/people.js';
import type { Rate } from '../core/operations/limit.js';
import { perform } from '../core/operations/perform.js';
import type { Context, SystemContext } from '../core/operations/operation.js';
import type { Card } from './card.js';
import { lockedOutCard, plainTroubleCard, unboundCard, unlinkedCard, welcomeCard } from './cards/chat.js';
import type { Command } from './command.js';
import { dispatch } from './dispatch.js';
import type { Asker, ChatPlace, CompletedField } from './platform.js';
import { hereOf, rateOf, whoAsks } from './turn.js';

/** What every platform's lists hold at most. */
const OFFERED = 25;
const LONGEST_TYPED = 300;

/** Letters typed and start pages opened by one person; nobody does more. */
const LOOK_RATE: Rate = { name: 'chat-look', tries: 120, seconds: 60 };

/** Told when somebody was linked by being looked up. */
export type OnLinked = (tenant: number, here: ChatHere) => void;

/** The start page: the domains at a glance, or how to begin. */
export async function homeCard(
  system: SystemContext,
  commands: readonly Command[],
  asker: Asker,
  onLinked: OnLinked,
): Promise<Card> {
  const found = await askerContext(system, asker, onLinked);
  if (found.state === 'hasty') return plainTroubleCard('Too many questions', found.says);
  if (found.state === 'unbound') return unboundCard();
  if (found.state === 'disabled') return lockedOutCard();
  if (found.state === 'unlinked') return unlinkedCard();
  const { context } = found;
  return (await dispatch({ text: 'domains', context, local: false }, commands)).card;
}

/** The card for a place where the bot was just installed. */
export async function placeCard(system: SystemContext, place: ChatPlace): Promise<Card> {
  return (await tenantOfChat(system, place)) === null ? unboundCard() : welcomeCard();
}

/** Values for what is typed; none for whoever may not see them. */
export async function completions(
  system: SystemContext,
  commands: readonly Command[],
  asker: Asker,
  { field, typed }: { readonly field: CompletedField; readonly typed: string },
  onLinked: OnLinked,
): Promise<readonly string[]> {
  const wanted = typed.slice(0, LONGEST_TYPED);
  if (field === 'command')
    return commands
      .map(({ name }) => name)
      .filter((name) => name.startsWith(wanted.trim().toLowerCase()))
      .slice(0, OFFERED);
  const found = await askerContext(system, asker, onLinked);
  if (found.state !== 'linked') return [];
  return perform(complete, found.context, { field, typed: wanted });
}

type Found =
  | { readonly state: 'unbound' }
  | { readonly state: 'hasty'; readonly says: string }
  | { readonly state: 'disabled' }
  | { readonly state: 'unlinked' }
  | { readonly state: 'linked'; readonly context: Context };

async function askerContext(
  system: SystemContext,
  { place, person }: Asker,
  onLinked: OnLinked,
): Promise<Found> {
  const tenant = await tenantOfChat(system, place);
  if (tenant === null) return { state: 'unbound' };
  const here = hereOf({ ...place, person: person.id, personName: person.name }, null);
  const hasty = await rateOf(system, here, LOOK_RATE);
  if (hasty !== null) return { state: 'hasty', says: hasty };
  const { who, linkedNow } = await whoAsks(system, { tenant, person }, here);
  if (linkedNow) onLinked(tenant, here);
  if (who.state !== 'linked') return { state: who.state };
  return { state: 'linked', context: { ...system, tenant, actor: who.actor, chat: here } };
}
