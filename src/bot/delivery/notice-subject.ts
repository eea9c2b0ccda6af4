import { loadNotices, type NoticeRow } from '../../core/operations/delivery/notices.js';
import type { ParkedNotice } from '../../core/operations/delivery/park.js';
import type { TestNotice } from '../../core/operations/alert/channel-set.js';
import type { Card } from '../card.js';
import type { MorningNotice } from '../../core/operations/alert/morning.js';
import { morningCard } from '../cards/morning.js';
import { testCard } from '../cards/channel.js';
import { parkedCard } from '../cards/parked.js';
import type { Moment } from '../figures.js';
import type { LoadSubjects, Told } from './subject.js';

/** How each kind of notice is told; content is as its operation stored it. */
const CARDS: Readonly<Record<NoticeRow['kind'], (content: unknown, now: Moment) => Card>> = {
  parked: (content, now) => parkedCard(content as ParkedNotice, now),
  test: (content, now) => testCard(content as TestNotice, now),
  morning: (content, now) => morningCard(content as MorningNotice, now),
};

/** Notices to be told: once, at once. That a channel is broken does not wait for the end of quiet hours. */
export const noticeSubjects: LoadSubjects = async (context, ids) => {
  const notices = await loadNotices(context, ids);
  return new Map(
    notices.map(({ id, kind, content }): [number, Told] => [
      id,
      {
        version: 1,
        notableVersion: 1,
        plan: () => ({ do: 'send' }),
        card: (_channel, now) => CARDS[kind](content, now),
        replyCard: (_channel, now) => CARDS[kind](content, now),
        mentions: [],
        alert: null,
        change: null,
      },
    ]),
  );
};
