import type {
  ChannelRow,
  DeliveryNote,
  Settled,
  TakenDelivery,
} from '../../core/operations/delivery/work.js';
import { ExpectedError } from '../../core/expected-error.js';
import { momentFor } from '../figures.js';
import { Gone, Refused, TryLater } from '../platform.js';
import type { Sending } from './limits.js';
import { pauseAfterRefusal, pauseAfterTrouble } from './pauses.js';
import { placeOf, type ChannelSpeaker } from './speakers.js';
import type { Plan, Told } from './subject.js';

/** A message that goes again and again while it is looked at is somebody's game. */
const MOST_STEPS = 6;
const REFUSED = 'refused';
/** The end of a snooze is a change of its own that comes within a minute: looked at before it, it would be told twice. */
const AFTER_SNOOZE_MS = 120_000;

/** One delivery, with all that is needed to bring it up to date. */
export interface Job {
  readonly tenant: number;
  readonly delivery: TakenDelivery;
  readonly channel: ChannelRow;
  readonly speaker: ChannelSpeaker;
  readonly told: Told;
  /** Who is to be mentioned by a new message, by the platform's ids. */
  readonly mentions: readonly string[];
  readonly now: () => Date;
  /** Whether somebody else may take it over before it is done. */
  isStale(): boolean;
  /** Until when to wait with sending; null where it may be done now. */
  budget(sending: Sending): Promise<Date | null>;
  /** Notes that a message begins; false where the delivery is no longer ours. */
  begin(): Promise<boolean>;
}

/** What became of it. */
export type Outcome =
  | { readonly end: 'settled'; readonly settled: Settled }
  /** The rate is used up: the rest waits until then. Settled where something was done. */
  | {
      readonly end: 'waits';
      readonly sending: Sending;
      readonly until: Date;
      readonly settled: Settled | null;
    }
  /** The platform said when to come again. */
  | {
      readonly end: 'later';
      readonly sending: Sending;
      readonly error: TryLater;
      readonly settled: Settled;
    }
  /** The platform did not answer as it should. */
  | {
      readonly end: 'trouble';
      readonly error: unknown;
      readonly afterMs: number;
      readonly settled: Settled;
    }
  /** The channel is not there; what was said before that is in `settled`. */
  | { readonly end: 'gone'; readonly reason: string; readonly settled: Settled }
  /** Somebody else took it over. */
  | { readonly end: 'lost' };

/** How far it has come. */
interface State {
  readonly shown: number;
  readonly toldUpTo: number;
  readonly ref: TakenDelivery['ref'];
  readonly begunAt: Date | null;
}

type Step = 'post' | 'update' | 'reply' | 'send';

/**
 * Brings a delivery up to date: the newest version, whatever was missed. Throws what asking for the rate throws, where
 * nothing was said yet.
 */
export async function tell(job: Job): Promise<Outcome> {
  const { delivery, told } = job;
  const notes: DeliveryNote[] = [];
  let state: State = {
    shown: delivery.shownVersion,
    toldUpTo: delivery.toldVersion,
    ref: delivery.ref,
    begunAt: delivery.begunAt,
  };
  const settled = (rest: Rest = {}): Settled => settledAs(job, state, notes, rest);

  for (let steps = 0; ; steps += 1) {
    const step = nextStep(job, state);
    if (step === null) return { end: 'settled', settled: settled() };
    const plan = step === 'update' ? SEND : planFor(job, state);
    if (plan.do !== 'send') {
      notes.push(note(job, plan.do === 'hold' ? 'held' : 'skipped', plan.code, plan.detail));
      if (plan.do === 'hold') return { end: 'settled', settled: settled(heldUntil(plan)) };
      // The first message was never needed; without it there is no thread to say the rest in.
      if (step === 'post') return { end: 'settled', settled: settled({ heldCode: plan.code }) };
      state = { ...state, toldUpTo: told.notableVersion };
      continue;
    }
    // Another process may be showing a newer version by now, which an older one must not replace.
    if (job.isStale())
      return { end: 'settled', settled: settled({ nextAt: job.now(), attempts: delivery.attempts }) };
    const sending: Sending = step === 'update' ? 'changes' : 'messages';
    const until = await job.budget(sending).catch((error: unknown) => {
      if (notes.length === 0) throw error;
      // What was said already has to be noted all the same: the rest waits for the next turn.
      return job.now();
    });
    if (until !== null) {
      const partly = notes.length === 0 ? null : settled({ nextAt: job.now() });
      return { end: 'waits', sending, until, settled: partly };
    }
    try {
      const begunBefore = state.begunAt;
      if (step !== 'update') {
        if (!(await job.begin())) return { end: 'lost' };
        state = { ...state, begunAt: begunBefore ?? job.now() };
      }
      try {
        const isMadeSure = step === 'update' && state.shown === 0;
        state = await take(step, job, state, begunBefore !== null);
        if (!isMadeSure) notes.push(note(job, SAID[step], null, null));
      } catch (error) {
        // Nothing came through of what was begun just now.
        if (error instanceof TryLater || error instanceof Refused || error instanceof Gone)
          state = { ...state, begunAt: begunBefore };
        throw error;
      }
    } catch (error) {
      if (error instanceof Gone && error.what === 'message' && steps < MOST_STEPS) {
        state = { ...state, ref: null };
        continue;
      }
      return failure(job, error, sending, settled, notes);
    }
  }
}

const SAID = { post: 'posted', send: 'posted', update: 'updated', reply: 'replied' } as const;
const SEND: Plan = { do: 'send' };

function nextStep({ speaker, told }: Job, state: State): Step | null {
  if (!speaker.edits) return state.toldUpTo < told.notableVersion ? 'send' : null;
  if (state.ref === null) return 'post';
  if (state.shown < told.version) return 'update';
  return state.toldUpTo < told.notableVersion ? 'reply' : null;
}

function planFor({ told, channel, now }: Job, state: State): Plan {
  const { secret: _secret, ...facts } = channel;
  return told.plan(facts, state.toldUpTo > 0, now());
}

/** Takes one step; gives how far it has come then. Throws what the speaker throws. */
async function take(step: Step, job: Job, state: State, perhapsThere: boolean): Promise<State> {
  const { channel, speaker, told, delivery, tenant, mentions } = job;
  const { secret: _secret, ...facts } = channel;
  const at = momentFor(job.now(), { zone: channel.zone, dates: channel.dates });
  const name = `${tenant}-${delivery.id}`;
  const upToDate = { shown: told.version, toldUpTo: told.notableVersion, begunAt: null };
  if (!speaker.edits) {
    const ref = await speaker.speaker.post(
      { destination: channel.destination, secret: channel.secret },
      {
        subject: delivery.subject,
        subjectId: delivery.subjectId,
        version: told.version,
        key: `${name}-${told.notableVersion}`,
        card: told.card(facts, at),
        alert: told.alert,
        change: told.change,
        before: state.ref,
      },
    );
    return { ...upToDate, ref };
  }
  const post = { place: placeOf(channel), mentions: step === 'update' ? [] : mentions };
  const to = channel.destination;
  if (step === 'reply') {
    const card = told.replyCard(facts, at);
    const key = `${name}-r${told.notableVersion}`;
    await speaker.speaker.reply(to, state.ref ?? {}, { ...post, card, key }, perhapsThere);
    return { ...state, ...upToDate };
  }
  // A message that took the place of one that was deleted is another one.
  const full = { ...post, card: told.card(facts, at), key: `${name}-${state.shown}` };
  if (step === 'update') {
    await speaker.speaker.update(to, state.ref ?? {}, full);
    return { ...state, shown: told.version };
  }
  const ref = await speaker.speaker.post(to, full, perhapsThere);
  // What was there already may show an older version: it is made sure of by a change.
  return { ...upToDate, ref, shown: perhapsThere ? 0 : told.version };
}

type SettledAs = (rest?: Rest) => Settled;

function failure(
  job: Job,
  error: unknown,
  sending: Sending,
  settled: SettledAs,
  notes: DeliveryNote[],
): Outcome {
  const { delivery, now } = job;
  if (error instanceof Gone) return { end: 'gone', reason: error.message, settled: settled() };
  if (error instanceof TryLater) {
    const nextAt = new Date(now().getTime() + error.afterMs);
    return {
      end: 'later',
      sending,
      error,
      settled: settled({ nextAt, attempts: delivery.attempts, lastError: saidBy(error.cause) ?? LATER }),
    };
  }
  if (error instanceof Refused) {
    notes.push(note(job, 'failed', REFUSED, error.message));
    return { end: 'settled', settled: settled({ ...restOfRefused(job), lastError: error.message }) };
  }
  const attempts = delivery.attempts + 1;
  const afterMs = pauseAfterTrouble(attempts);
  const lastError = saidBy(error) ?? NO_ANSWER;
  notes.push(note(job, 'failed', 'no-answer', lastError));
  const nextAt = new Date(now().getTime() + afterMs);
  return { end: 'trouble', error, afterMs, settled: settled({ nextAt, attempts, lastError }) };
}

/** What people may read of an error; null for what only the log may have. */
function saidBy(error: unknown): string | null {
  return error instanceof ExpectedError ? error.message : null;
}

const LATER = 'It said to come again later.';
const NO_ANSWER = 'It did not answer as it should; it is tried again.';

/** Counted from the first refusal, whatever trouble there was before. */
function restOfRefused({ delivery, speaker, now }: Job): Rest {
  const attempts = delivery.heldCode === REFUSED ? delivery.attempts + 1 : 1;
  const afterMs = speaker.edits ? null : pauseAfterRefusal(attempts);
  if (afterMs === null) return { heldCode: REFUSED };
  return { heldCode: REFUSED, nextAt: new Date(now().getTime() + afterMs), attempts };
}

interface Rest {
  readonly nextAt?: Date | null;
  readonly attempts?: number;
  readonly heldCode?: string | null;
  readonly lastError?: string | null;
}

function settledAs(
  { delivery, told }: Job,
  state: State,
  notes: readonly DeliveryNote[],
  { nextAt = null, attempts = 0, heldCode = null, lastError = null }: Rest,
): Settled {
  return {
    channelId: delivery.channelId,
    notes,
    delivery: {
      id: delivery.id,
      takes: delivery.takes,
      // What was wanted when it was taken is in what was loaded after that.
      seenVersion: Math.max(told.version, delivery.wantedVersion),
      seenNotable: Math.max(told.notableVersion, delivery.wantedNotable),
      seenWoken: delivery.woken,
      shownVersion: state.shown,
      toldVersion: state.toldUpTo,
      ref: state.ref,
      begunAt: state.begunAt,
      nextAt,
      attempts,
      heldCode,
      lastError,
    },
  };
}

function heldUntil({ code, until }: Extract<Plan, { do: 'hold' }>): Rest {
  const margin = code === 'snoozed' ? AFTER_SNOOZE_MS : 0;
  return { heldCode: code, nextAt: until === null ? null : new Date(Date.parse(until) + margin) };
}

function note(
  { delivery, channel, told, now }: Job,
  what: DeliveryNote['what'],
  code: string | null,
  detail: string | null,
): DeliveryNote {
  const { subject, subjectId } = delivery;
  return { subject, subjectId, channel: channel.name, version: told.version, at: now(), what, code, detail };
}
