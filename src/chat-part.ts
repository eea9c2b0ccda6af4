import { createBot, type Bot } from './bot/bot.js';
import { createReconciler } from './bot/delivery/reconcile.js';
import type { ChannelSpeaker } from './bot/delivery/speakers.js';
import { SUBJECTS } from './bot/delivery/subjects.js';
import { openPictures, type Pictures } from './bot/pictures.js';
import type { ChatMount, DrawChart, PlatformName, PlatformOptions, StartedPlatform } from './bot/platform.js';
import { COMMANDS } from './bot/registry.js';
import { oneWaySpeakers } from './channel-speakers.js';
import type { Config } from './config.js';
import type { ChannelKind } from './core/operations/delivery/work.js';
import { createLeadership } from './core/operations/lead.js';
import { runDeliveries, type RunningDeliveries } from './jobs/deliveries.js';
import type { Wake } from './jobs/wake.js';
import type { Part, StartedPart } from './part.js';
import type { System } from './system.js';

export interface ChatParts {
  /** The platforms, then the bot behind them and what it says by itself, in the order in which they start. */
  readonly parts: readonly Part[];
  /** Addresses of those that have started. */
  mounts(): readonly ChatMount[];
}

/** Of the time to stop, so much is for what is being said without being asked. */
const SAYING = 0.5;

interface Running {
  readonly bot: Bot;
  readonly pictures: Pictures;
}

/**
 * Starts the platforms that are set up, each with its own SDK, which is loaded for it alone; and what tells channels of
 * alerts and digests, through them and by e-mail and webhooks. `changes` says when there may be something to tell.
 */
export function chatParts(system: System, config: Config, changes: Wake): ChatParts {
  const { tenant: _tenant, actor: _actor, ...context } = system.context;
  const platforms = new Map<PlatformName, StartedPlatform>();
  let running: Running | null = null;
  let deliveries: RunningDeliveries | null = null;
  let stopped: Promise<void> | null = null;

  const begin = (): Running => {
    running ??= {
      bot: createBot({ system: context, commands: COMMANDS, platforms }),
      pictures: openPictures({ log: context.log }),
    };
    return running;
  };
  /** Whoever is told to stop first stops all of it: answers need their platforms until the end. */
  const stop = (withinMs: number): Promise<void> => {
    stopped ??= (async () => {
      const begun = performance.now();
      await deliveries?.stop(withinMs * SAYING);
      await stopAll([...platforms.values()], running, withinMs - (performance.now() - begun));
    })();
    return stopped;
  };
  const startDeliveries = async (): Promise<StartedPart> => {
    const { log, now } = context;
    // Its threads are started for the first chart.
    const draw: DrawChart = (chart) => begin().pictures.draw(chart);
    const speakers = new Map<ChannelKind, ChannelSpeaker>();
    for (const { name, speaker } of platforms.values())
      if (speaker !== undefined) speakers.set(name, { edits: true, speaker });
    for (const [kind, speaker] of await oneWaySpeakers({ config, draw, log, now }))
      speakers.set(kind, speaker);
    const reconciler = createReconciler({
      system: context,
      speakers,
      subjects: SUBJECTS,
      wake: changes.wake,
    });
    deliveries = runDeliveries(reconciler, changes, log);
    const mail =
      config.email === null
        ? 'SMTP_URL and SMTP_HOST are not set, so none by e-mail'
        : `mail ${(await import('./bot/email/platform.js')).emailLine(config.email)}`;
    return { line: `on: tells ${[...speakers.keys()].join(', ')}; ${mail}`, stop };
  };
  const part = (name: PlatformName, title: string, start: StartPlatform | null): Part => ({
    name: title,
    share: 'serve',
    start: async () => {
      if (start === null) return { line: `off: ${notSet(config.chatMissing[name])}`, stop };
      const { bot, pictures } = begin();
      const options = {
        inbound: bot.inbound,
        draw: pictures.draw,
        commands: COMMANDS,
        log: context.log.child({ platform: name }),
        now: context.now,
      };
      try {
        const started = await start(options);
        platforms.set(name, started);
        return { line: started.line, stop };
      } catch (error) {
        context.log.error('a chat platform could not be started', { platform: name, error });
        return { line: 'off: it could not be started; the log says why', stop };
      }
    },
  });
  const { slack, teams, discord } = config.chat;
  return {
    mounts: () => [...platforms.values()].flatMap(({ mounts }) => mounts),
    parts: [
      part(
        'slack',
        'Slack',
        slack && (async (options) => (await import('./bot/slack/platform.js')).startSlack(slack, options)),
      ),
      part(
        'teams',
        'Teams',
        teams && (async (options) => (await import('./bot/teams/platform.js')).startTeams(teams, options)),
      ),
      part(
        'discord',
        'Discord',
        discord &&
          (async (options) =>
            (await import('./bot/discord/platform.js')).startDiscord(discord, {
              ...options,
              leadership: createLeadership(system.db, options.log),
            })),
      ),
      { name: 'chat', share: 'serve', start: () => startBot(running, platforms, stop) },
      { name: 'channels', share: 'serve', start: startDeliveries },
    ],
  };
}

type StartPlatform = (options: PlatformOptions) => Promise<StartedPlatform>;

function startBot(
  running: Running | null,
  platforms: ReadonlyMap<PlatformName, StartedPlatform>,
  stop: StartedPart['stop'],
): StartedPart {
  if (running === null || platforms.size === 0) return { line: 'off: no chat platform is on', stop };
  running.bot.start();
  return { line: `on: ${COMMANDS.length} commands`, stop };
}

async function stopAll(
  platforms: readonly StartedPlatform[],
  running: Running | null,
  withinMs: number,
): Promise<void> {
  await Promise.all([...platforms.map((platform) => platform.stop(withinMs)), running?.bot.stop(withinMs)]);
  await running?.pictures.close();
}

function notSet(variables: readonly string[]): string {
  return `${variables.join(', ')} ${variables.length === 1 ? 'is' : 'are'} not set`;
}
