import { z } from 'zod';
import type { GivenOption } from './asked.js';
import type { GivenComponent } from './components.js';
import type { GivenInput } from './text-ask.js';

/** Kinds of interactions: https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-interaction-type */
export const INTERACTION = { command: 2, component: 3, autocomplete: 4, modal: 5 } as const;

const optionShape: z.ZodType<GivenOption> = z.object({
  type: z.number(),
  name: z.string(),
  value: z.union([z.string(), z.number(), z.boolean()]).optional(),
  focused: z.boolean().optional(),
  options: z.lazy(() => z.array(optionShape)).optional(),
});
/** Loose, for a message with a new choice is sent back as it came. */
const componentShape: z.ZodType<GivenComponent> = z.looseObject({
  type: z.number(),
  custom_id: z.string().optional(),
  label: z.string().optional(),
  options: z.array(z.looseObject({ value: z.string(), default: z.boolean().optional() })).optional(),
  components: z.lazy(() => z.array(componentShape)).optional(),
});
const inputShape: z.ZodType<GivenInput> = z.object({
  type: z.number(),
  value: z.string().optional(),
  component: z.lazy(() => inputShape).optional(),
  components: z.lazy(() => z.array(inputShape)).optional(),
});
const userShape = z.object({
  id: z.string(),
  username: z.string(),
  global_name: z.string().nullish(),
});
const attachmentShape = z.object({
  id: z.string(),
  filename: z.string(),
  size: z.number(),
  url: z.string(),
});
const interactionShape = z.object({
  id: z.string().regex(/^\d+$/u),
  application_id: z.string(),
  type: z.number(),
  token: z.string(),
  guild_id: z.string().nullish(),
  channel_id: z.string().nullish(),
  member: z.object({ nick: z.string().nullish(), user: userShape }).nullish(),
  user: userShape.nullish(),
  data: z
    .object({
      options: z.array(optionShape).optional(),
      custom_id: z.string().optional(),
      values: z.array(z.string()).optional(),
      /** Of a modal. */
      components: z.array(inputShape).optional(),
      resolved: z.object({ attachments: z.record(z.string(), attachmentShape).optional() }).optional(),
    })
    .nullish(),
  message: z
    .object({
      id: z.string().optional(),
      flags: z.number().optional(),
      components: z.array(componentShape).optional(),
    })
    .nullish(),
});

/** What somebody did: a slash command, a button, a choice, typing, or a form that was sent. */
export type Interaction = z.output<typeof interactionShape>;
export type Attachment = z.output<typeof attachmentShape>;

/** Reads an INTERACTION_CREATE event; null for one that is not understood. */
export function readInteraction(data: unknown): Interaction | null {
  return interactionShape.safeParse(data).data ?? null;
}

/** A text channel, to which the welcome can go. */
const TEXT_CHANNEL = 0;

const serverShape = z.object({
  id: z.string(),
  unavailable: z.boolean().optional(),
  system_channel_id: z.string().nullish(),
  channels: z
    .array(z.object({ id: z.string(), type: z.number(), position: z.number().optional() }))
    .default([]),
});

/** A server that the bot is in, with the channels that it may greet in, best first. */
export interface Server {
  readonly id: string;
  readonly channels: readonly string[];
}

/** Reads a GUILD_CREATE event; null where there is nothing to read. */
export function readServer(data: unknown): Server | null {
  const server = serverShape.safeParse(data).data;
  if (server === undefined || server.unavailable === true) return null;
  const texts = server.channels
    .filter((channel) => channel.type === TEXT_CHANNEL)
    .toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0))
    .map((channel) => channel.id);
  const system = server.system_channel_id;
  return { id: server.id, channels: [...new Set([...(system ? [system] : []), ...texts])] };
}

const readyShape = z.object({
  application: z.object({ id: z.string() }),
  guilds: z.array(z.object({ id: z.string() })),
});

/** Reads a READY event: who we are, and the servers that we are in already. */
export function readReady(
  data: unknown,
): { readonly application: string; readonly servers: readonly string[] } | null {
  const ready = readyShape.safeParse(data).data;
  return ready === undefined
    ? null
    : { application: ready.application.id, servers: ready.guilds.map((server) => server.id) };
}
