import { loadSubjects, planOf } from '../../core/operations/alert/subject.js';
import { alertCard } from '../cards/alert.js';
import { alertReplyCard } from '../cards/alert-reply.js';
import type { LoadSubjects, Told } from './subject.js';

/** Alerts to be told. */
export const alertSubjects: LoadSubjects = async (context, ids) => {
  const subjects = await loadSubjects(context, ids);
  return new Map(
    [...subjects].map(([id, subject]): [number, Told] => [
      id,
      {
        version: subject.alert.version,
        notableVersion: subject.alert.notableVersion,
        plan: (channel, shown, now) => planOf(subject, channel, shown, now),
        card: (_channel, now) => alertCard(subject, now),
        replyCard: (_channel, now) => alertReplyCard(subject, now),
        mentions: subject.mentions,
        alert: subject.alert,
        change: subject.change,
      },
    ]),
  );
};
