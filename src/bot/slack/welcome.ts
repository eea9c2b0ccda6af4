import type { App } from '@slack/bolt';
import type { Card } from '../card.js';
import { patiently } from './calls.js';
import { homeView } from './forms.js';
import { askerOf, type Hearing } from './hearing.js';
import { renderCard } from './render.js';
import { say } from './say.js';

/** The Home tab, and the greeting of a channel that the app came into or of somebody who looks at it for the first time. */
export function hearHomes(app: App, with_: Hearing): void {
  const { bot, people } = with_;
  app.event('app_home_opened', ({ event }) => {
    // Nobody waits for it: Slack is told at once.
    if (event.tab === 'home') {
      with_.later('the Home tab', async () => {
        const person = await people.byId(event.user);
        await showHome(with_, askerOf(with_, person, event.channel));
      });
    } else if (event.tab === 'messages') {
      with_.later('a greeting', () => greetNewcomer(with_, event.channel));
    }
    return Promise.resolve();
  });
  app.event('member_joined_channel', ({ event }) => {
    if (event.user === bot) with_.later('a greeting', () => greet(with_, event.channel));
    return Promise.resolve();
  });
}

async function showHome({ client, inbound }: Hearing, asker: ReturnType<typeof askerOf>): Promise<void> {
  const { view, keep } = homeView(await inbound.home(asker));
  if (keep.length > 0) await inbound.keep(asker.place, keep);
  await patiently({
    run: () => client.views.publish({ user_id: asker.person.id, view }),
    patienceMs: 20_000,
  });
}

/** Greets in a direct message where nothing was ever said. */
async function greetNewcomer(with_: Hearing, channel: string): Promise<void> {
  const { messages = [] } = await patiently({
    run: () => with_.client.conversations.history({ channel, limit: 1 }),
    patienceMs: 20_000,
  });
  if (messages.length === 0) await greet(with_, channel);
}

async function greet({ client, inbound, team }: Hearing, channel: string): Promise<void> {
  const place = { platform: 'slack', workspace: team, channel } as const;
  const card: Card = await inbound.welcome(place);
  const { text, blocks, keep } = renderCard(card);
  if (keep.length > 0) await inbound.keep(place, keep);
  await patiently({
    run: () => say(client, { channel, text, blocks }),
    patienceMs: 20_000,
  });
}
