/**
 * The stand-ins of all platforms in a process of their own: Slack workspaces, one Microsoft tenant whose channels are
 * spread over several teams, and Discord servers. Says where they are, and in the end what messages show.
 */
import { startFakeDiscord } from '../../fakes/discord/server.js';
import { startFakeSlack } from '../../fakes/slack/server.js';
import { FAKE_APP_ID, FAKE_SECRET, FAKE_TENANT, startFakeTeams } from '../../fakes/teams/server.js';

/** How many workspaces, and channels of each. */
export interface PlatformSizes {
  readonly slack: number;
  readonly teams: number;
  readonly discord: number;
  readonly channels: number;
}

export interface PlacedChannel {
  readonly kind: 'slack' | 'teams' | 'discord';
  readonly workspace: string;
  readonly address: string;
  readonly destination: Readonly<Record<string, unknown>>;
}

/** Where the stand-ins are, and the channels that there are. */
export interface Placed {
  readonly slack: readonly {
    readonly team: string;
    readonly token: string;
    readonly secret: string;
    readonly api: string;
  }[];
  readonly teams: {
    readonly appId: string;
    readonly password: string;
    readonly tenantId: string;
    readonly authority: string;
    readonly openIdUrl: string;
    readonly serviceUrl: string;
  };
  readonly discord: { readonly token: string; readonly api: string; readonly cdn: string };
  readonly channels: readonly PlacedChannel[];
}

/** Messages that stand by themselves in a channel, as JSON, with the calls that were refused for their rate. */
export interface Shown {
  readonly messages: readonly { readonly address: string; readonly text: string }[];
  readonly limited: Readonly<Record<PlacedChannel['kind'], number>>;
}

const sizes = JSON.parse(process.argv[2] ?? '{}') as PlatformSizes;
const names = Array.from({ length: sizes.channels }, (_, at) => `alerts-${at + 1}`);
const channels: PlacedChannel[] = [];

const slacks = await Promise.all(Array.from({ length: sizes.slack }, () => startFakeSlack()));
for (const [number, slack] of slacks.entries()) {
  // Each stand-in counts by itself, and workspaces have different ids.
  const team = `T0BENCH${number}`;
  Object.assign(slack.state, { team });
  for (const name of names) {
    const channel = slack.channel(name, [], { withBot: true });
    channels.push({ kind: 'slack', workspace: team, address: channel, destination: { team, channel } });
  }
}
const teams = await startFakeTeams();
for (let team = 1; team <= sizes.teams; team += 1)
  for (let channel = 1; channel <= sizes.channels; channel += 1) {
    const { id } = teams.channel(teams.person(`Member of ${channels.length}`));
    const destination = {
      serviceUrl: teams.serviceUrl,
      conversation: id,
      threads: true,
      tenant: FAKE_TENANT,
      bot: `28:${FAKE_APP_ID}`,
    };
    channels.push({ kind: 'teams', workspace: `team-${team}`, address: id, destination });
  }
const discord = await startFakeDiscord();
for (let number = 1; number <= sizes.discord; number += 1) {
  const server = discord.addServer(`server-${number}`, names);
  for (const { id } of server.channels)
    channels.push({
      kind: 'discord',
      workspace: server.id,
      address: id,
      destination: { guild: server.id, channel: id },
    });
}

const shown = (): Shown => {
  const ofSlack = slacks.flatMap(({ state }) =>
    state.messages
      .filter(({ thread, deleted }) => thread === null && !deleted)
      .map(({ channel, text, blocks }) => ({ address: channel, text: JSON.stringify([text, blocks]) })),
  );
  const ofTeams = channels
    .filter(({ kind }) => kind === 'teams')
    .flatMap(({ address }) =>
      teams
        .messages({ id: address, kind: 'channel', members: [], refused: null })
        .filter(({ thread, deleted }) => thread === null && !deleted)
        .map(({ activity }) => ({ address, text: JSON.stringify(activity) })),
    );
  const ofDiscord = discord.state.messages
    .filter(({ answers, isDeleted }) => answers === null && !isDeleted)
    .map(({ channel, body }) => ({ address: channel, text: JSON.stringify(body) }));
  const limited = {
    slack: slacks.flatMap(({ state }) => state.calls).filter(({ outcome }) => outcome === 'ratelimited')
      .length,
    teams: teams.calls.filter(({ status }) => status === 429).length,
    discord: discord.calls.filter(({ status }) => status === 429).length,
  };
  return { messages: [...ofSlack, ...ofTeams, ...ofDiscord], limited };
};

process.on('message', () => process.send?.(shown()));
process.once('disconnect', () => process.exit(0));
process.send?.({
  slack: slacks.map(({ state, apiUrl }) => ({
    team: state.team,
    token: state.botToken,
    secret: state.signingSecret,
    api: apiUrl,
  })),
  teams: {
    appId: FAKE_APP_ID,
    password: FAKE_SECRET,
    tenantId: FAKE_TENANT,
    authority: teams.authority,
    openIdUrl: teams.openIdUrl,
    serviceUrl: teams.serviceUrl,
  },
  discord: { token: discord.token, api: discord.api, cdn: discord.cdn },
  channels,
} satisfies Placed);
