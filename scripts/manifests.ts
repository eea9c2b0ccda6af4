/** Writes manifests/ and docs/commands.md from the registry of commands, docs/rules.md from the kinds of rules, and docs/webhook.schema.json. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { COMMANDS } from '../src/bot/registry.js';
import { webhookSchema } from '../src/bot/webhook/body.js';
import { commandsPage } from './manifests/commands-page.js';
import { manifestFiles } from './manifests/made.js';
import { type ManifestOptions, PLAIN } from './manifests/options.js';
import { rulesPage } from './manifests/rules-page.js';
import { RULE_KINDS } from '../src/core/alert/kinds.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const HELP = `Usage: npm run manifests -- [--teams-app-id ID] [--teams-slash] [--site URL] [--slack-url URL] [--out FOLDER]

  --teams-app-id ID  the Microsoft application (MICROSOFT_APP_ID); Teams refuses a manifest without
  --teams-slash      Teams lists the commands behind / too (a preview; set TEAMS_TARGETED_MESSAGES=on with it)
  --site URL         page about your installation, shown to those who decide whether it may be installed
  --slack-url URL    address at which Slack reaches the service, such as https://dmarc.example.com; without: Socket Mode
  --out FOLDER       where to write them; without: manifests/, and docs/ with them
`;
/** https://learn.microsoft.com/entra/identity-platform/quickstart-register-app */
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu;

const { values } = parseArgs({
  options: {
    'teams-app-id': { type: 'string', default: PLAIN.teamsAppId },
    'teams-slash': { type: 'boolean', default: false },
    site: { type: 'string', default: PLAIN.site },
    'slack-url': { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const wrong = [
  ...(GUID.test(values['teams-app-id']) ? [] : [`--teams-app-id must be an id such as ${PLAIN.teamsAppId}`]),
  ...(isHttps(values.site) ? [] : ['--site must be an https address']),
  ...(values['slack-url'] === undefined || isHttps(values['slack-url'])
    ? []
    : ['--slack-url must be an https address']),
];
if (wrong.length > 0) {
  process.stderr.write(`${wrong.join('.\n')}.\n`);
  process.exit(2);
}

const options: ManifestOptions = {
  teamsAppId: values['teams-app-id'].toLowerCase(),
  teamsSlash: values['teams-slash'],
  site: values.site,
  slackUrl: values['slack-url']?.replace(/\/+$/u, '') ?? null,
};
const folder = path.resolve(values.out ?? path.join(ROOT, 'manifests'));
for (const [name, bytes] of manifestFiles(COMMANDS, options)) await write(path.join(folder, name), bytes);
if (values.out === undefined) {
  const page = path.join(ROOT, 'docs', 'commands.md');
  await write(
    page,
    await format(commandsPage(COMMANDS), { ...(await resolveConfig(page)), parser: 'markdown' }),
  );
  const rules = path.join(ROOT, 'docs', 'rules.md');
  await write(
    rules,
    await format(rulesPage(RULE_KINDS), { ...(await resolveConfig(rules)), parser: 'markdown' }),
  );
  const schema = path.join(ROOT, 'docs', 'webhook.schema.json');
  await write(
    schema,
    await format(JSON.stringify(webhookSchema(), null, 2), {
      ...(await resolveConfig(schema)),
      parser: 'json',
    }),
  );
}

async function write(file: string, content: string | Buffer): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  process.stdout.write(`${path.relative(process.cwd(), file)}\n`);
}

function isHttps(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === 'https:';
}
