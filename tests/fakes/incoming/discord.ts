import { checkMessage, type GivenFile, invalid, Refusal } from '../discord/limits.js';
import type { Json } from '../discord/json.js';
import type { Heard } from '../http-listener.js';

/** A message that Discord's webhook took. */
export interface DiscordHeard {
  readonly json: Json;
  readonly files: readonly GivenFile[];
}

/** Reads a message to a webhook, as JSON or with files, and refuses what Discord refuses of those without a bot. */
export async function readDiscord({ headers, body }: Heard): Promise<DiscordHeard> {
  const type = headers['content-type'] ?? '';
  const message = type.startsWith('multipart/form-data') ? await withFiles(type, body) : plain(type, body);
  checkMessage(message.json, message.files);
  // docs.discord.com/developers/resources/webhook#execute-webhook: components are of webhooks that an application owns.
  if (message.json['components'] !== undefined) invalid('components', 'Components are of applications');
  const { allowed_mentions: allowed } = message.json as { allowed_mentions?: { parse?: unknown[] } };
  if (allowed?.parse?.length !== 0) invalid('allowed_mentions', 'This message would mention people');
  return message;
}

function plain(type: string, body: Buffer): DiscordHeard {
  if (!type.startsWith('application/json')) throw new Refusal(400, 50_035, 'Invalid Form Body');
  return { json: JSON.parse(body.toString('utf8')) as Json, files: [] };
}

async function withFiles(type: string, body: Buffer): Promise<DiscordHeard> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const json = form.get('payload_json');
  // A part with a name of a file is a file.
  if (typeof json !== 'string') throw new Refusal(400, 50_006, 'Cannot send an empty message');
  const files: GivenFile[] = [];
  for (const [key, value] of form)
    if (key !== 'payload_json' && typeof value !== 'string')
      files.push({ key, name: value.name, type: value.type, bytes: Buffer.from(await value.arrayBuffer()) });
  return { json: JSON.parse(json) as Json, files };
}
