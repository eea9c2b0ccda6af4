import type { Json } from '../../fakes/discord/json.js';
import { startFakeDiscord } from '../../fakes/discord/server.js';
import { ANSWER_WITHIN_MS, type Arrived, type Side } from './side.js';
import { startWatch } from './watch.js';

const CONNECTED_WITHIN_MS = 30_000;
/** https://docs.discord.com/developers/interactions/application-commands: SUB_COMMAND. */
const SUBCOMMAND = 1;
/** Ids of people, which are numbers of 17 digits and more. */
const FIRST_PERSON = 200_000_000_000_000_000n;

/** Discord: a server with a channel for each person. */
export async function startDiscordSide(people: number): Promise<Side> {
  const discord = await startFakeDiscord();
  const watch = startWatch();
  const { channels } = discord.addServer(
    'Bench',
    Array.from({ length: people }, (_, number) => `channel-${number}`),
  );

  return {
    name: 'discord',
    environment: {
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.api,
      DISCORD_CDN_URL: discord.cdn,
    },
    reach: async () => {
      await watch.until(
        () => (discord.gateway.connected() > 0 && discord.state.commands.length > 0 ? true : null),
        CONNECTED_WITHIN_MS,
      );
    },
    ask: (number, text) => {
      const channel = channels[number];
      if (channel === undefined) throw new Error('there is no such person');
      const { name, values } = typed(text);
      const path = pathOf(discord.state.commands, name);
      const interaction = discord.command(channel, String(FIRST_PERSON + BigInt(number)), path, values);
      const acknowledged = watch.until(
        () => (interaction.acknowledgedAt === null ? null : performanceTime(interaction.acknowledgedAt)),
        ANSWER_WITHIN_MS,
      );
      const answered = watch.until((): Arrived | null => {
        const { reply } = interaction;
        if (reply === null) return null;
        return {
          at: performance.now(),
          content: JSON.stringify(reply.body),
          hasPicture: reply.files.some(({ type }) => type === 'image/png'),
        };
      }, ANSWER_WITHIN_MS);
      return { acknowledged, answered };
    },
    stop: () => discord.stop(),
  };
}

/** As it is typed there: a subcommand, and options by name. */
function typed(text: string): { readonly name: string; readonly values: Readonly<Record<string, string>> } {
  const [name = '', first, second] = text.split(' ');
  if (name === 'link') return { name, values: { code: first ?? '' } };
  if (first === undefined || second === undefined) return { name: 'ask', values: { text } };
  return { name, values: { domain: first, period: second } };
}

/** The fake's times are those of Date.now(). */
function performanceTime(ms: number): number {
  return ms - performance.timeOrigin;
}

/** The words of a subcommand as registered: by itself, or after those of its group. */
function pathOf(commands: readonly Json[], name: string): string {
  const options = commands.flatMap((command) => listOf(command['options']));
  const group = options.find((option) =>
    listOf(option['options']).some((one) => one['name'] === name && one['type'] === SUBCOMMAND),
  );
  return options.some((option) => option['name'] === name && option['type'] === SUBCOMMAND)
    ? name
    : `${String(group?.['name'])} ${name}`;
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}
