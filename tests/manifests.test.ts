import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fromBufferPromise } from 'yauzl';
import { commandsPage } from '../scripts/manifests/commands-page.js';
import { COLOR_SIZE, OUTLINE_SIZE } from '../scripts/manifests/icons.js';
import { manifestFiles } from '../scripts/manifests/made.js';
import { PLAIN } from '../scripts/manifests/options.js';
import {
  EVENTS,
  FREE_METHODS,
  METHOD_SCOPES,
  SLACK_LIMITS,
  SLACK_PATH,
  slackManifest,
} from '../scripts/manifests/slack.js';
import { PERSONAL_MENU, SHARED_MENU, TEAMS_LIMITS, teamsManifest } from '../scripts/manifests/teams.js';
import { charactersOf, commandsFor, MOST_CHARACTERS, MOST_OPTIONS } from '../src/bot/discord/commands.js';
import type { CommandOption } from '../src/bot/discord/fields.js';
import { atTerminal } from '../src/bot/terminal/here.js';
import { dispatch } from '../src/bot/dispatch.js';
import { COMMANDS } from '../src/bot/registry.js';
import { SLACK_PATH as HEARD_AT } from '../src/bot/slack/receivers.js';
import { testSystem } from './support/context.js';

const FOLDER = fileURLToPath(new URL('../manifests', import.meta.url));
const PAGE = fileURLToPath(new URL('../docs/commands.md', import.meta.url));
/** The platforms' own schemas, which are too large to be kept here. */
const SCHEMAS = fileURLToPath(new URL('../../shared/schemas', import.meta.url));
const SLACK_SCHEMA = 'slack-manifest-2.0.0.json';
const TEAMS_SCHEMA = 'teams-manifest-1.30.json';
const SAME = 'as the registry gives it';
const ADVICE = 'run `npm run manifests` and commit what it wrote';
const SET_UP = {
  teamsAppId: '11111111-2222-4333-8444-555555555555',
  teamsSlash: true,
  site: 'https://dmarc.example.com/about',
  slackUrl: 'https://dmarc.example.com',
};

const made = manifestFiles(COMMANDS, PLAIN);

/** What a platform's schema finds wrong. */
function schemaErrors(name: string, value: unknown): unknown[] {
  const file = path.join(SCHEMAS, name);
  const { $schema: _draft, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.validate(schema, value);
  return ajv.errors ?? [];
}

const HAS_SLACK = existsSync(path.join(SCHEMAS, SLACK_SCHEMA));
const HAS_TEAMS = existsSync(path.join(SCHEMAS, TEAMS_SCHEMA));

describe('the files of manifests/', () => {
  it.each([...made.keys()])('%s is what the registry gives', (name) => {
    const kept = readFileSync(path.join(FOLDER, name));

    expect(kept.equals(made.get(name) ?? Buffer.alloc(0)) ? SAME : ADVICE).toBe(SAME);
  });

  it('are all made, and none is left from before', async () => {
    const entries = await readdir(FOLDER, { recursive: true, withFileTypes: true });

    const kept = entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(FOLDER, path.join(entry.parentPath, entry.name)));
    expect(kept.toSorted()).toEqual([...made.keys()].toSorted());
  });

  it('differ when a command does', () => {
    const others = COMMANDS.map((command, at) =>
      at === 0
        ? { ...command, examples: ['else'], operation: { ...command.operation, summary: 'Else' } }
        : command,
    );

    const changed = manifestFiles(others, PLAIN);
    const differing = [...made].filter(([name, bytes]) => changed.get(name)?.equals(bytes) === false);
    expect(differing.map(([name]) => name)).toEqual([
      'slack.json',
      'slack.yaml',
      'teams/manifest.json',
      'dmarc-ops-teams.zip',
      'discord.json',
    ]);
  });
});

describe('the manifest of Slack', () => {
  const manifests = [slackManifest(COMMANDS, PLAIN), slackManifest(COMMANDS, SET_UP)];

  it.each(manifests)('keeps the limits of Slack', (manifest) => {
    const { display_information: shown, features } = manifest;
    const [slash] = features.slash_commands;

    expect(shown.name.length).toBeLessThanOrEqual(SLACK_LIMITS.name);
    expect(shown.description.length).toBeLessThanOrEqual(SLACK_LIMITS.description);
    expect(shown.long_description.length).toBeLessThanOrEqual(SLACK_LIMITS.longDescription);
    expect(shown.long_description.length).toBeGreaterThanOrEqual(SLACK_LIMITS.shortestLongDescription);
    expect(features.bot_user.display_name.length).toBeLessThanOrEqual(SLACK_LIMITS.botName);
    expect(slash?.command.length).toBeLessThanOrEqual(SLACK_LIMITS.command);
    expect(slash?.description.length).toBeLessThanOrEqual(SLACK_LIMITS.commandDescription);
    expect(slash?.usage_hint.length).toBeLessThanOrEqual(SLACK_LIMITS.usageHint);
    expect(slash?.usage_hint).toContain('summary');
    for (const shortcut of features.shortcuts) {
      expect(shortcut.name.length).toBeLessThanOrEqual(SLACK_LIMITS.shortcutName);
      expect(shortcut.description.length).toBeLessThanOrEqual(SLACK_LIMITS.shortcutDescription);
    }
  });

  it('names no address with Socket Mode, and else the one path of the service wherever Slack calls', () => {
    const [socket, http] = manifests.map((manifest) => JSON.stringify(manifest));

    expect(socket).not.toContain('request_url');
    expect(socket).toContain('"socket_mode_enabled":true');
    expect(SLACK_PATH).toBe(HEARD_AT);
    expect(http?.match(/https:\/\/dmarc\.example\.com\/slack\/events"/gu)).toHaveLength(4);
    expect(http).toContain('"socket_mode_enabled":false');
  });

  it('asks for what the room of Slack calls and hears, and for nothing else', async () => {
    const room = fileURLToPath(new URL('../src/bot/slack', import.meta.url));
    const files = await readdir(room);
    const code = files.map((name) => readFileSync(path.join(room, name), 'utf8')).join('\n');
    const found = (pattern: RegExp) => [
      ...new Set([...code.matchAll(pattern)].map((match) => match[1]?.replaceAll(/\s/gu, '') ?? '')),
    ];

    const methods = found(/\bclient\s*\.(\w+\s*\.\w+)\(/gu).filter((name) => !FREE_METHODS.includes(name));
    const events = found(/\bapp\.event\('(\w+)'/gu).map((name) => (name === 'message' ? 'message.im' : name));
    expect(methods.filter((name) => METHOD_SCOPES[name] === undefined)).toEqual([]);
    expect(events.toSorted()).toEqual(Object.keys(EVENTS).toSorted());
    const [{ settings, oauth_config: oauth }] = manifests as [(typeof manifests)[0]];
    expect(settings.event_subscriptions.bot_events.toSorted()).toEqual(events.toSorted());
    const needed = [...methods.map((name) => METHOD_SCOPES[name]), ...events.map((name) => EVENTS[name])];
    // Slash commands and shortcuts need the first; the second lets an answer be shown where the bot is no member.
    expect(new Set(['commands', 'chat:write.public', ...needed.flatMap((scopes) => scopes ?? [])])).toEqual(
      new Set(oauth.scopes.bot),
    );
  });

  it('says the same in JSON and in YAML', () => {
    const [json = '', yaml = ''] = ['slack.json', 'slack.yaml'].map((name) => made.get(name)?.toString());

    expect(parse(yaml)).toEqual(JSON.parse(json));
  });

  it.skipIf(!HAS_SLACK)(
    'is valid by the schema of Slack (looked at where ../shared/schemas is there)',
    () => {
      expect(manifests.map((manifest) => schemaErrors(SLACK_SCHEMA, manifest))).toEqual([[], []]);
      expect(schemaErrors(SLACK_SCHEMA, { ...manifests[0], colour: 'green' })).toHaveLength(1);
    },
  );
});

describe('the manifest of Teams', () => {
  const plain = teamsManifest(COMMANDS, PLAIN);
  const setUp = teamsManifest(COMMANDS, SET_UP);

  it.each([plain, setUp])('keeps the limits of Teams', (manifest) => {
    const lists = manifest.bots[0]?.commandLists ?? [];
    const entries = lists.flatMap(({ commands }) => commands);

    expect(lists.length).toBeLessThanOrEqual(TEAMS_LIMITS.lists);
    for (const { commands } of lists) {
      expect(commands.length).toBeLessThanOrEqual(TEAMS_LIMITS.commands);
      expect(new Set(commands.map(({ title }) => title)).size).toBe(commands.length);
    }
    expect(Math.max(...entries.map(({ title }) => title.length))).toBeLessThanOrEqual(
      TEAMS_LIMITS.commandTitle,
    );
    expect(Math.max(...entries.map(({ description }) => description.length))).toBeLessThanOrEqual(
      TEAMS_LIMITS.commandDescription,
    );
    expect(manifest.name.short.length).toBeLessThanOrEqual(TEAMS_LIMITS.name);
    expect(manifest.description.short.length).toBeLessThanOrEqual(TEAMS_LIMITS.shortDescription);
    expect(manifest.description.full.length).toBeLessThanOrEqual(TEAMS_LIMITS.fullDescription);
    expect(manifest.developer.name.length).toBeLessThanOrEqual(TEAMS_LIMITS.developer);
  });

  it('lists each scope once, and no scope that the bot has not', () => {
    const [bot] = plain.bots;

    const scopes = bot?.commandLists.flatMap((list) => list.scopes) ?? [];
    expect(scopes.toSorted()).toEqual(bot?.scopes.toSorted());
  });

  it('shows in its menu only commands that there are, and as many as there is room for', () => {
    const names = COMMANDS.map(({ name }) => name);

    for (const menu of [PERSONAL_MENU, SHARED_MENU]) {
      expect(menu.filter((name) => !names.includes(name))).toEqual([]);
      expect(menu).toHaveLength(TEAMS_LIMITS.commands);
    }
  });

  it('is about the application that was named', () => {
    expect([setUp.id, setUp.bots[0]?.botId]).toEqual([SET_UP.teamsAppId, SET_UP.teamsAppId]);
    expect(setUp.developer.websiteUrl).toBe(SET_UP.site);
  });

  it('has slash commands only where they are switched on, and there where others listen', () => {
    expect(JSON.stringify(plain)).not.toMatch(/slash|supportsTargetedMessages/u);
    expect(setUp.bots[0]).toMatchObject({
      supportsTargetedMessages: true,
      commandLists: [{ scopes: ['personal'] }, { triggers: ['mention', 'slash'] }],
    });
  });

  it.skipIf(!HAS_TEAMS)(
    'is valid by the schema of Teams (looked at where ../shared/schemas is there)',
    () => {
      expect([plain, setUp].map((manifest) => schemaErrors(TEAMS_SCHEMA, manifest))).toEqual([[], []]);
      expect(schemaErrors(TEAMS_SCHEMA, { ...plain, id: 'dmarc-ops' })).toHaveLength(1);
    },
  );

  it.each([
    ['color', COLOR_SIZE],
    ['outline', OUTLINE_SIZE],
  ])('has an icon %s of %i pixels', (name, size) => {
    const png = made.get(`teams/${name}.png`);

    // PNG, 11.2.2: the width and height stand first in the first chunk.
    expect(png?.subarray(1, 4).toString()).toBe('PNG');
    expect([png?.readUInt32BE(16), png?.readUInt32BE(20)]).toEqual([size, size]);
  });
});

describe('the package of Teams', () => {
  it('holds the manifest and both icons at its top', async () => {
    const archive = await fromBufferPromise(made.get('dmarc-ops-teams.zip') ?? Buffer.alloc(0));
    const held = new Map<string, Buffer>();
    for await (const entry of archive.eachEntry()) {
      const pieces: Buffer[] = [];
      for await (const piece of await archive.openReadStreamPromise(entry)) pieces.push(piece as Buffer);
      held.set(entry.fileName, Buffer.concat(pieces));
    }

    expect([...held.keys()]).toEqual(['manifest.json', 'color.png', 'outline.png']);
    for (const [name, bytes] of held)
      expect(bytes.equals(made.get(`teams/${name}`) ?? Buffer.alloc(0))).toBe(true);
  });

  it('has the same hash each time', () => {
    const hash = () =>
      createHash('sha256')
        .update(manifestFiles(COMMANDS, SET_UP).get('dmarc-ops-teams.zip') ?? '')
        .digest('hex');

    expect(hash()).toBe(hash());
  });
});

describe('the commands of Discord', () => {
  it('keep the limits of Discord at every level', () => {
    const visit = ({
      name,
      description,
      options = [],
    }: Pick<CommandOption, 'name' | 'description' | 'options'>) => {
      expect(name).toMatch(/^[\p{Ll}\p{N}_-]{1,32}$/u);
      expect(description.length).toBeGreaterThan(0);
      expect(description.length).toBeLessThanOrEqual(100);
      expect(options.length).toBeLessThanOrEqual(MOST_OPTIONS);
      expect(new Set(options.map((option) => option.name)).size).toBe(options.length);
      for (const option of options) visit(option);
    };

    const commands = commandsFor(COMMANDS);
    expect(commands).toHaveLength(1);
    for (const command of commands) {
      visit(command);
      expect(charactersOf(command)).toBeLessThanOrEqual(MOST_CHARACTERS);
    }
  });
});

describe('docs/commands.md', () => {
  const page = readFileSync(PAGE, 'utf8');

  it('is what the registry gives', async () => {
    const written = await format(commandsPage(COMMANDS), {
      ...(await resolveConfig(PAGE)),
      parser: 'markdown',
    });

    expect(page === written ? SAME : ADVICE).toBe(SAME);
  });

  it('tells of every command, and of every one that can be asked from afar on every platform', () => {
    const rows = new Map(
      page
        .split('\n')
        .filter((line) => line.startsWith('| [`'))
        .map((line) => line.split(' | ').map((cell) => cell.replaceAll(/^\|? ?| *\|?$/gu, '')))
        .map(([name = '', ...cells]) => [/`([^`]+)`/u.exec(name)?.[1] ?? '', cells] as const),
    );

    const asked = COMMANDS.filter((command) => command.operation.local !== true);
    expect([...rows.keys()]).toEqual(asked.map(({ name }) => name));
    for (const [name, [role, ...platforms]] of rows) {
      expect(role).toBe(asked.find((command) => command.name === name)?.operation.role);
      expect(platforms).toHaveLength(4);
      for (const cell of platforms) expect(cell).toMatch(/^yes(?:$|[:;,] .*(?:`|\]\(https:\/\/))/u);
    }
    for (const { name } of COMMANDS) expect(page).toContain(`\n### ${name}\n`);
  });

  it('says yes of the terminal, which refuses no command for being one', async () => {
    const system = await testSystem();
    try {
      const context = atTerminal(await system.context());
      const refused: string[] = [];
      for (const { name, examples } of COMMANDS) {
        const { card } = await dispatch({ text: examples[0] ?? name, context, local: true }, COMMANDS);
        if (card.verdict.includes('Slack, Teams or Discord where it is asked')) refused.push(name);
      }

      expect(refused).toEqual([]);
    } finally {
      await system.close();
    }
  });
});
