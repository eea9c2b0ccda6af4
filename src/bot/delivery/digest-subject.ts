import { NOTABLE } from '../../core/operations/digest/make.js';
import { loadDigests } from '../../core/operations/digest/subject.js';
import { digestCard } from '../cards/digest.js';
import type { LoadSubjects, Plan, Told } from './subject.js';

/** A channel that was closed for long is not told of all that it missed. */
const SUPERSEDED: Plan = {
  do: 'skip',
  code: 'superseded',
  detail: 'A newer digest came before this one could be sent.',
};

/**
 * Digests to be told. They come when people asked for them, so quiet hours do not hold them. Later versions are edits
 * alone: where a message cannot be edited, nothing more is sent.
 */
export const digestSubjects: LoadSubjects = async (context, ids) => {
  const digests = await loadDigests(context, ids);
  return new Map(
    [...digests].map(([id, { version, content, superseded }]): [number, Told] => [
      id,
      {
        version,
        notableVersion: NOTABLE,
        plan: (_channel, shown) => (superseded && !shown ? SUPERSEDED : { do: 'send' }),
        card: (_channel, now) => digestCard(content, now),
        replyCard: (_channel, now) => digestCard(content, now),
        mentions: [],
        alert: null,
        change: null,
      },
    ]),
  );
};
