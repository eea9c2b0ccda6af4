import { stringify } from 'yaml';
import type { Command } from '../../src/bot/command.js';
import { commandsFor } from '../../src/bot/discord/commands.js';
import { zip } from '../../src/core/sample/zip.js';
import { icons } from './icons.js';
import type { ManifestOptions } from './options.js';
import { slackManifest } from './slack.js';
import { teamsManifest } from './teams.js';

/** Stored as it is: what a deflate makes differs from one version of Node to the next. */
const STORED = 0;

/** The files of manifests/ by their path in it. The same input gives the same bytes. */
export function manifestFiles(
  commands: readonly Command[],
  options: ManifestOptions,
): ReadonlyMap<string, Buffer> {
  const slack = slackManifest(commands, options);
  const teams = json(teamsManifest(commands, options));
  const { color, outline } = icons();
  return new Map([
    ['slack.json', json(slack)],
    ['slack.yaml', Buffer.from(stringify(slack, { lineWidth: 0 }))],
    ['teams/manifest.json', teams],
    ['teams/color.png', color],
    ['teams/outline.png', outline],
    [
      'dmarc-ops-teams.zip',
      zip(
        [
          { name: 'manifest.json', bytes: teams },
          { name: 'color.png', bytes: color },
          { name: 'outline.png', bytes: outline },
        ],
        STORED,
      ),
    ],
    ['discord.json', json(commandsFor(commands))],
  ]);
}

function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}
