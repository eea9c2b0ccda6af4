/** Draws cards as each platform shows them, with headless Chromium: docs/cards/, or all of them elsewhere. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import type { Card, Chart } from '../src/bot/card.js';
import { dispatch } from '../src/bot/dispatch.js';
import type { Picture } from '../src/bot/platform.js';
import { readFonts } from '../src/bot/pictures/fonts.js';
import { COMMANDS } from '../src/bot/registry.js';
import { takeInSamples } from '../src/cli/demo.js';
import { evaluateAll } from '../src/core/operations/alert/evaluate.js';
import { readConfig } from '../src/config.js';
import { toPng } from '../src/core/chart/png.js';
import { drawChart } from '../src/core/chart/svg.js';
import { openSystem } from '../src/system.js';
import { cardsOf, shapes } from '../tests/bot/support/all-cards.js';
import { startBrowser } from './cards/browser.js';
import { discordPage } from './cards/discord.js';
import { servePages } from './cards/server.js';
import { smaller } from './cards/smaller.js';
import { slackPage } from './cards/slack.js';
import { teamsPage } from './cards/teams.js';
import { terminalPage } from './cards/terminal.js';

const DOCS = fileURLToPath(new URL('../docs/cards', import.meta.url));
const HELP = `Usage: npm run cards -- [--all [--of COMMAND]] [--out FOLDER]

  --all         the card of every command, with small, large, empty and hostile data; needs --out and a quarter of an hour
  --of COMMAND  of those, the cards of one command alone
  --out FOLDER  where to write the pictures; without: docs/cards/

Needs Chromium (on Debian: chromium fonts-dejavu-core fonts-noto-color-emoji); CHROMIUM names it where it is not on the path.
`;
/** A day of its own, so that the pictures change only when the cards do. */
const NOW = new Date('2026-10-01T09:00:00Z');
const PLATFORMS = ['slack', 'teams', 'discord', 'terminal'] as const;
type Platform = (typeof PLATFORMS)[number];

/** What the page in docs/ shows, about the demo's data. */
const QUESTIONS: readonly (readonly [string, string])[] = [
  ['summary', 'summary example.org'],
  ['typo', 'summary exampel.org'],
  ['domains', 'domains'],
  ['sources', 'sources example.org order:failing limit:8'],
  ['timeline', 'timeline example.org 90d'],
  ['failures', 'failures example.org'],
  ['alignment', 'alignment example.org'],
  ['chart', 'chart disposition example.org'],
  ['reporters', 'chart reporters example.org'],
  ['reports', 'reports example.org limit:6'],
  ['problems', 'problems example.org limit:3'],
  ['status', 'status'],
  ['alerts', 'alerts'],
  ['alert', 'alert 3'],
  ['digest', 'digest-preview weekly'],
];

interface Shown {
  /** Of its file. */
  readonly name: string;
  readonly question: string;
  readonly card: Card;
}

const { values } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    of: { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help || (values.all && values.out === undefined)) {
  process.stdout.write(HELP);
  process.exit(values.help ? 0 : 1);
}
const out = values.out ?? DOCS;
const cards = values.all
  ? everyCard().filter(({ question }) => values.of === undefined || question === `/dmarc ${values.of}`)
  : await demoCards();
await mkdir(out, { recursive: true });
const server = await servePages();
const browser = await startBrowser(process.env['CHROMIUM'] ?? 'chromium');
try {
  for (const shown of cards)
    for (const platform of PLATFORMS) {
      const png = await browser.shoot(server.url(pageOf(platform, shown)));
      await writeFile(join(out, `${shown.name}-${platform}.png`), smaller(png));
      process.stdout.write(`${shown.name} ${platform}\n`);
    }
  await writeFile(join(out, 'README.md'), await indexPage(cards));
} finally {
  await browser.close();
  await server.close();
}

/** The cards that the demo answers with. */
async function demoCards(): Promise<Shown[]> {
  const folder = await mkdtemp(join(tmpdir(), 'dmarc-ops-cards-'));
  const config = { ...readConfig({}), dataDir: folder };
  const system = await openSystem({ config, note: () => {}, now: () => NOW });
  try {
    await takeInSamples(system.context);
    await evaluateAll(system.context);
    const answered: Shown[] = [];
    for (const [name, text] of QUESTIONS) {
      const { card } = await dispatch({ text, context: system.context, local: false }, COMMANDS);
      answered.push({ name, question: `/dmarc ${text}`, card });
    }
    return answered;
  } finally {
    await system.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The cards of every command from invented answers of all shapes. */
function everyCard(): Shown[] {
  return shapes.flatMap(([shape, given]) =>
    cardsOf(given).map(({ name, card }) => ({
      name: `${name}-${shape}`.replaceAll(/[^\w-]+/gu, '-'),
      question: `/dmarc ${name}`,
      card,
    })),
  );
}

function pageOf(platform: Platform, { card, question }: Shown): string {
  switch (platform) {
    case 'slack':
      return slackPage(card, picturesOf(card));
    case 'teams':
      return teamsPage(card, picturesOf(card));
    case 'discord':
      return discordPage(card, picturesOf(card));
    case 'terminal':
      return terminalPage(card, question);
    default:
      return platform satisfies never;
  }
}

function picturesOf({ parts }: Card): ReadonlyMap<Chart, Picture> {
  const fonts = readFonts();
  return new Map(
    parts
      .filter((part) => part.type === 'chart')
      .map((chart, at) => [chart, { ...toPng(drawChart(chart, fonts), fonts), key: `F${at}` }]),
  );
}

/** A table of commands and platforms. */
async function indexPage(shown: readonly Shown[]): Promise<string> {
  const rows = shown.map(
    ({ name, question, card }) =>
      `| \`${question}\` | ${PLATFORMS.map((platform) => `![${escapeAlt(card.verdict)}](${name}-${platform}.png)`).join(' | ')} |`,
  );
  const text = `# Cards

What people see, from the demo's data. \`npm run cards\` draws this page anew with headless Chromium and what draws such messages elsewhere: \`slack-blocks-to-jsx\`, \`adaptivecards\` and \`@skyra/discord-components-core\`. They are close to the platforms, but not the platforms. \`npm run cards -- --all --out FOLDER\` draws the card of every command, with small, large, empty and hostile data.

| Command | Slack | Teams | Discord | Terminal |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
  return format(text, { ...(await resolveConfig(DOCS)), parser: 'markdown' });
}

function escapeAlt(text: string): string {
  return text.slice(0, 200).replaceAll(/[[\]|\\\n]/gu, ' ');
}
