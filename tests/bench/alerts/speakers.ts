import { createBot } from '../../../src/bot/bot.js';
import type { ChannelSpeaker } from '../../../src/bot/delivery/speakers.js';
import { createMessages } from '../../../src/bot/discord/messages.js';
import { discordSpeaker } from '../../../src/bot/discord/speak.js';
import { openPictures } from '../../../src/bot/pictures.js';
import type { Destination, MessageRef, PlatformOptions, Post, Speaker } from '../../../src/bot/platform.js';
import { COMMANDS } from '../../../src/bot/registry.js';
import { startSlack } from '../../../src/bot/slack/platform.js';
import { startTeams } from '../../../src/bot/teams/platform.js';
import type { ChannelKind } from '../../../src/core/operations/delivery/work.js';
import type { SystemContext } from '../../../src/core/operations/operation.js';
import type { Placed } from './platforms-child.js';

export interface RealSpeakers {
  readonly speakers: ReadonlyMap<ChannelKind, ChannelSpeaker>;
  stop(): Promise<void>;
}

/** Told of every card that a platform has taken. */
export type Taken = (post: Post) => void;

const STOP_MS = 1_000;

/** The product's own speakers, one of Slack for each workspace. */
export async function realSpeakers(
  { slack, teams, discord }: Placed,
  system: SystemContext,
  taken: Taken,
): Promise<RealSpeakers> {
  const { log, now } = system;
  const bot = createBot({ system, commands: COMMANDS, platforms: new Map() });
  const pictures = openPictures({ log });
  const options: PlatformOptions = {
    inbound: bot.inbound,
    draw: pictures.draw,
    commands: COMMANDS,
    log,
    now,
  };
  const workspaces = await Promise.all(
    slack.map(async ({ team, token, secret, api }) => {
      const settings = { botToken: token, appToken: null, signingSecret: secret, apiUrl: api };
      return { team, platform: await startSlack(settings, options) };
    }),
  );
  const chat = await startTeams(
    {
      appId: teams.appId,
      password: teams.password,
      tenantId: teams.tenantId,
      openIdUrl: teams.openIdUrl,
      authority: teams.authority,
      serviceUrls: [teams.serviceUrl],
      fileHosts: [],
      targeted: false,
    },
    options,
  );
  const byTeam = new Map(workspaces.map(({ team, platform }) => [team, platform.speaker]));
  const of = (choose: (to: Destination) => Speaker | undefined): ChannelSpeaker => ({
    edits: true,
    speaker: told((to) => {
      const speaker = choose(to);
      if (speaker === undefined) throw new Error('nobody speaks there');
      return speaker;
    }, taken),
  });
  const inDiscord = discordSpeaker({ messages: createMessages(discord), ...options });
  return {
    speakers: new Map<ChannelKind, ChannelSpeaker>([
      ['slack', of((to) => byTeam.get(String(to['team'])))],
      ['teams', of(() => chat.speaker)],
      ['discord', of(() => inDiscord)],
    ]),
    stop: async () => {
      await Promise.all([...workspaces.map(({ platform }) => platform.stop(STOP_MS)), chat.stop(STOP_MS)]);
      await pictures.close();
    },
  };
}

/** Says what came through as a card; replies are none. */
function told(choose: (to: Destination) => Speaker, taken: Taken): Speaker {
  return {
    post: async (to, post, perhapsThere): Promise<MessageRef> => {
      const ref = await choose(to).post(to, post, perhapsThere);
      taken(post);
      return ref;
    },
    update: async (to, ref, post) => {
      await choose(to).update(to, ref, post);
      taken(post);
    },
    reply: (to, ref, post, perhapsThere) => choose(to).reply(to, ref, post, perhapsThere),
  };
}
