import type { DiscordApi } from './api.js';
import type { ApplicationCommand } from './commands.js';

/** Puts the commands in the place of those that Discord has, where they differ; says whether they did. */
export async function registerCommands(
  api: DiscordApi,
  application: string,
  commands: readonly ApplicationCommand[],
): Promise<boolean> {
  const there = await api.commands(application);
  if (JSON.stringify(comparable(there)) === JSON.stringify(comparable(commands))) return false;
  await api.setCommands(application, commands);
  return true;
}

/** What counts of a command and its options, in one order; Discord adds ids and leaves out what is usual. */
const COUNTED = [
  'type',
  'name',
  'description',
  'contexts',
  'integration_types',
  'min_value',
  'max_value',
] as const;
const SWITCHES = ['required', 'autocomplete'] as const;
const LISTS = ['choices', 'options'] as const;

function comparable(list: readonly unknown[]): unknown[] {
  return list.map((one) => {
    const item = one as Readonly<Record<string, unknown>>;
    return [
      ...COUNTED.map((key) => item[key] ?? null),
      ...SWITCHES.map((key) => item[key] === true),
      ...LISTS.map((key) => comparable((item[key] as readonly unknown[] | undefined) ?? [])),
      item['value'] ?? null,
    ];
  });
}
