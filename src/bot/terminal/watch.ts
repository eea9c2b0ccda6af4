import { setTimeout as sleep } from 'node:timers/promises';
import { terminalNews, terminalStart, type TerminalNote } from '../../core/operations/delivery/terminal.js';
import type { Context } from '../../core/operations/operation.js';
import type { Card } from '../card.js';
import { createReconciler } from '../delivery/reconcile.js';
import type { ChannelFacts } from '../delivery/subject.js';
import { SUBJECTS } from '../delivery/subjects.js';
import { settingsOf } from '../dispatch.js';
import type { Speaker } from '../platform.js';
import type { Watch } from './platform.js';

const LOOK_EVERY_MS = 1_000;
/** After trouble of the database. */
const PAUSE_MS = 5_000;
/** More at once would be read by nobody. */
const MOST_SHOWN = 20;
/** Lines of the log that are looked at again, for those with a smaller number may be written later. */
const LOOKED_BACK = 500;
const MOST_COMMANDS = 6;

/**
 * A message in a terminal is a line of the log: whichever open terminal takes the delivery notes it there, and every open
 * one shows what is noted from then on, so that all of them see the same.
 */
const NOTED: Speaker = {
  post: () => Promise.resolve({ terminal: true }),
  update: () => Promise.resolve(),
  reply: () => Promise.resolve(),
};

/** Shows in this terminal what is told in the tenant's terminal channel, from now on; what waited for a terminal too. */
export function watchChannels(context: Context, { everyMs = LOOK_EVERY_MS } = {}): Watch {
  return (show) => {
    const stopping = new AbortController();
    const reconciler = createReconciler({
      system: context,
      speakers: new Map([['terminal', { edits: true, speaker: NOTED }]]),
      subjects: SUBJECTS,
      wake: () => {},
      tenant: context.tenant,
    });
    const seen = new Set<number>();
    const look = async (from: number): Promise<void> => {
      await reconciler.turn();
      await reconciler.idle();
      const notes = await terminalNews(context, from, LOOKED_BACK);
      const fresh = notes.filter(({ id }) => !seen.has(id));
      for (const { id } of fresh) seen.add(id);
      for (const card of await cardsOf(context, fresh.slice(-MOST_SHOWN))) show(card);
    };
    const watch = async (): Promise<void> => {
      let from: number | null = null;
      while (!stopping.signal.aborted) {
        let pause = everyMs;
        try {
          from ??= await terminalStart(context);
          await look(from);
          from = Math.max(from, Math.max(0, ...seen) - LOOKED_BACK);
          for (const id of seen) if (id <= from) seen.delete(id);
        } catch (error) {
          context.log.warn('channels of the terminal could not be looked at', { error });
          pause = PAUSE_MS;
        }
        await sleep(pause, undefined, { signal: stopping.signal }).catch(() => {});
      }
    };
    const done = watch();
    return {
      stop: async () => {
        stopping.abort();
        await done;
        await reconciler.stop(PAUSE_MS);
      },
    };
  };
}

/** The whole card for what is new, and the change in short for what was there. */
async function cardsOf(context: Context, notes: readonly TerminalNote[]): Promise<readonly Card[]> {
  if (notes.length === 0) return [];
  const { now } = await settingsOf(context, context.now());
  const cards: Card[] = [];
  for (const { subject, subjectId, what } of notes) {
    const told = (await SUBJECTS[subject](context, [subjectId])).get(subjectId);
    if (told !== undefined)
      cards.push(asLines(what === 'posted' ? told.card(HERE, now) : told.replyCard(HERE, now)));
  }
  return cards;
}

/** Numbers press the buttons of the last answer, which this is none: commands are written out. */
function asLines(card: Card): Card {
  const lines = card.buttons.slice(0, MOST_COMMANDS).map(({ command }) => command);
  const ask = lines.length === 0 ? [] : [`Ask: ${lines.join(' · ')}`];
  return {
    ...card,
    buttons: [],
    form: null,
    footer: [card.footer, ...ask].filter(Boolean).join(' · ') || null,
  };
}

/** Cards are the same in every terminal. */
const HERE: ChannelFacts = {
  id: 0,
  name: 'terminal',
  kind: 'terminal',
  workspace: null,
  address: null,
  destination: {},
  takesAll: true,
  leastSeverity: 'info',
  quietFrom: null,
  quietUntil: null,
  zone: 'UTC',
  parked: null,
  dates: 'iso',
  createdAt: new Date(0),
  createdBy: '',
};
