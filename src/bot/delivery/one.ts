import type { DeliveryNote, Settled } from '../../core/operations/delivery/work.js';
import type { Card } from '../card.js';
import { momentFor } from '../figures.js';
import { Gone, Refused, TryLater } from '../platform.js';
import { failure, heldUntil, note, settledAs, unready, type Rest } from './ended.js';
import type { Job, Outcome, State } from './job.js';
import type { Sending } from './limits.js';
import { placeOf } from './speakers.js';
import type { Plan } from './subject.js';

/** A message that goes again and again while it is looked at is somebody's game. */
const MOST_STEPS = 6;

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
    let ready: Ready;
    try {
      ready = readied(step, job, state);
    } catch (error) {
      return unready(job, error, settled, notes);
    }
    if (ready.do !== 'send') {
      notes.push(note(job, ready.do === 'hold' ? 'held' : 'skipped', ready.code, ready.detail));
      if (ready.do === 'hold') return { end: 'settled', settled: settled(heldUntil(ready)) };
      // The first message was never needed; without it there is no thread to say the rest in.
      if (step === 'post') return { end: 'settled', settled: settled({ heldCode: ready.code }) };
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
        state = await take(step, job, state, ready.card, begunBefore !== null);
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

function nextStep({ speaker, told }: Job, state: State): Step | null {
  if (!speaker.edits) return state.toldUpTo < told.notableVersion ? 'send' : null;
  if (state.ref === null) return 'post';
  if (state.shown < told.version) return 'update';
  return state.toldUpTo < told.notableVersion ? 'reply' : null;
}

type Ready = Exclude<Plan, { do: 'send' }> | { readonly do: 'send'; readonly card: Card };

/** What is to be said, or why nothing is. Throws where no code thought of such a subject. */
function readied(step: Step, { told, channel, now }: Job, state: State): Ready {
  const { secret: _secret, ...facts } = channel;
  const plan = step === 'update' ? null : told.plan(facts, state.toldUpTo > 0, now());
  if (plan !== null && plan.do !== 'send') return plan;
  const at = momentFor(now(), { zone: channel.zone, dates: channel.dates });
  return { do: 'send', card: step === 'reply' ? told.replyCard(facts, at) : told.card(facts, at) };
}

/** Takes one step; gives how far it has come then. Throws what the speaker throws. */
async function take(step: Step, job: Job, state: State, card: Card, perhapsThere: boolean): Promise<State> {
  const { channel, speaker, told, delivery, tenant, mentions } = job;
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
        card,
        alert: told.alert,
        change: told.change,
        before: state.ref,
      },
    );
    return { ...upToDate, ref };
  }
  const post = { place: placeOf(channel), mentions: step === 'update' ? [] : mentions, card };
  const to = channel.destination;
  if (step === 'reply') {
    const key = `${name}-r${told.notableVersion}`;
    await speaker.speaker.reply(to, state.ref ?? {}, { ...post, key }, perhapsThere);
    return { ...state, ...upToDate };
  }
  // A message that took the place of one that was deleted is another one.
  const full = { ...post, key: `${name}-${state.shown}` };
  if (step === 'update') {
    await speaker.speaker.update(to, state.ref ?? {}, full);
    return { ...state, shown: told.version };
  }
  const ref = await speaker.speaker.post(to, full, perhapsThere);
  // What was there already may show an older version: it is made sure of by a change.
  return { ...upToDate, ref, shown: perhapsThere ? 0 : told.version };
}
