import { startFakeTeams } from '../../fakes/teams/server.js';
import { ANSWER_WITHIN_MS, type Arrived, type Side } from './side.js';
import { startWatch } from './watch.js';

const PATH = '/teams/messages';

/** Teams, each person in their personal chat with the bot. */
export async function startTeamsSide(people: number): Promise<Side> {
  const teams = await startFakeTeams();
  const watch = startWatch();
  const chats = Array.from({ length: people }, (_, number) => {
    const person = teams.person(`Person ${number}`);
    return { person, chat: teams.personalChat(person), seen: 0 };
  });

  return {
    name: 'teams',
    environment: teams.environment(),
    reach: (url) => {
      teams.connect(`${url}${PATH}`);
      return Promise.resolve();
    },
    ask: (number, text) => {
      const mine = chats[number];
      if (mine === undefined) throw new Error('there is no such person');
      // People wait for one answer before they ask on, so the next new message is this one's.
      const said = teams.say(mine.person, mine.chat, text);
      const acknowledged = said.then(({ status }) => {
        if (status >= 300) throw new Error(`status ${status}`);
        return performance.now();
      });
      const answered = watch.until((): Arrived | null => {
        const message = teams.messages(mine.chat)[mine.seen];
        if (message === undefined) return null;
        mine.seen += 1;
        const content = JSON.stringify(message.activity);
        return { at: performance.now(), content, hasPicture: content.includes('data:image/png') };
      }, ANSWER_WITHIN_MS);
      return { acknowledged, answered };
    },
    stop: () => teams.stop(),
  };
}
