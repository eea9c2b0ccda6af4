import { startFakeSlack } from '../../fakes/slack/server.js';
import { ANSWER_WITHIN_MS, type Arrived, type Side } from './side.js';
import { startWatch } from './watch.js';

const PATH = '/slack/events';

/** Slack over HTTP: a workspace with a channel for each person. */
export async function startSlackSide(people: number): Promise<Side> {
  const slack = await startFakeSlack();
  const watch = startWatch();
  const places = Array.from({ length: people }, (_, number) => {
    const user = slack.person(`person-${number}`);
    return { user, channel: slack.channel(`channel-${number}`, [user]), seen: 0 };
  });

  return {
    name: 'slack',
    environment: slack.environment('http'),
    reach: (url) => {
      slack.connect(`${url}${PATH}`);
      return Promise.resolve();
    },
    ask: (number, text) => {
      const mine = places[number];
      if (mine === undefined) throw new Error('there is no such person');
      const acknowledged = slack.command(mine.user, mine.channel, text).then(({ status }) => {
        if (status !== 200) throw new Error(`status ${status}`);
        return performance.now();
      });
      const answered = watch.until((): Arrived | null => {
        const message = slack.messages(mine.channel, mine.user)[mine.seen];
        if (message === undefined) return null;
        mine.seen += 1;
        return {
          at: performance.now(),
          content: JSON.stringify([message.text, message.blocks]),
          hasPicture: message.blocks.some(({ type }) => type === 'image'),
        };
      }, ANSWER_WITHIN_MS);
      return { acknowledged, answered };
    },
    stop: () => slack.stop(),
  };
}
