import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerTo, ask, nextSeen, type ChatUser, type Seen, type Side } from '../support/chat/side.js';
import { openTown, type Town } from '../support/chat/town.js';
import { reportXml } from '../support/reports.js';
import { takeIn } from '../support/samples.js';
import { until } from '../support/until.js';

const PERIOD = '2026-03-01..2026-03-05';
/** What somebody writes into a report to reach people who read of it. */
const HOSTILE =
  '<!channel> <@U0000000001> @everyone <@&1> [sign in](https://evil.example) **bold** _it_ ~no~ ||s|| :smile: <at>Ann</at> https://evil.example &amp;';

let town: Town;

beforeAll(async () => {
  town = await openTown();
  await takeIn(
    town.admin,
    ...[1, 2, 3, 4, 5].map((day) =>
      reportXml({ reportId: `r-${day}`, records: [{ count: 1_000 + day }] })
        .replace('1772323200', String(1_772_323_200 + (day - 1) * 86_400))
        .replace('1772409599', String(1_772_409_599 + (day - 1) * 86_400)),
    ),
    reportXml({ domain: 'hostile.example', orgName: escaped(HOSTILE), reportId: escaped(HOSTILE) }),
  );
  await town.start();
});
afterAll(() => town.close());

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Whether a label is among the buttons, and the press of it. */
function press(user: ChatUser, on: Seen, label: string): Promise<Seen> {
  expect(user.buttons(on)).toContain(label);
  return answerTo(user, () => user.press(on, label));
}

describe.each(['slack', 'teams', 'discord'] as const)('on %s', (name) => {
  const side = (): Side => town[name];
  let ann: ChatUser;
  let bob: ChatUser;

  beforeAll(async () => {
    ann = await town.member(side(), 'ann', 'analyst');
    bob = side().user('bob', ann);
  });

  it('a dropped report is taken in, and what was in it is told', async () => {
    const report = reportXml({ reportId: `dropped-${name}`, records: [{ count: 4_711 }] });

    const seen = await answerTo(ann, () => ann.drop('report <b>.xml.gz', gzipSync(report)));
    const again = await answerTo(ann, () => ann.drop('again.xml', Buffer.from(report)));
    const broken = await answerTo(ann, () => ann.drop('holiday.jpg', Buffer.from('no report')));

    expect(seen.text).toContain('1 aggregate report with 4,711 messages taken in.');
    expect(seen.text).toContain('report <b>.xml.gz');
    expect(again.text).toContain('1 report came before and counts once.');
    expect(broken.text).not.toContain('taken in.');
  });

  it('an export is a file with the rows of the question', async () => {
    const before = new Set(ann.seen().map(({ key }) => key));

    await ann.type(`export records example.com ${PERIOD}`);
    const card = await nextSeen(ann, before, /\d+ rows? in/u);
    const offer = await until('the file', () =>
      Promise.resolve(ann.seen().find(({ key, files }) => !before.has(key) && files.length > 0) ?? null),
    );
    const [file] = offer.files;
    const csv = name === 'teams' ? await town.teams.agree(ann, offer) : (file?.bytes ?? Buffer.alloc(0));

    const rows = Number(/(\d+) rows? in/u.exec(card.text)?.[1]);
    const lines = csv.toString().trimEnd().split(/\r?\n/u);
    expect(file?.name).toMatch(/\.csv$/u);
    expect(rows).toBeGreaterThan(4);
    expect(lines).toHaveLength(rows + 1);
    expect(csv.toString()).toContain('1003');
  });

  it('a chart is a picture that says in words what it shows, and text where pictures are refused', async () => {
    const drawn = await ask(ann, `chart timeline example.com ${PERIOD}`);

    side().trouble('refused');
    const plain = await press(ann, drawn, 'Disposition');

    expect(drawn.pictures).toHaveLength(1);
    expect(drawn.pictures[0]).toMatch(/5 days/u);
    expect(plain.text).toContain('Disposition of example.com');
    expect(plain.pictures).toEqual([]);
    expect(plain.text).toMatch(/[█▇▆▅▄▃▂▁#]/u);
  });

  it('an answer is the asker’s alone until they show it, with their name', async () => {
    const before = new Set(ann.seen().map(({ key }) => key));
    if (name === 'teams') await town.teams.mention(ann, `summary example.com ${PERIOD}`);
    else await ann.type(`summary example.com ${PERIOD}`);
    const own = await nextSeen(ann, before, /messages pass/u);
    if (name === 'teams') await nextSeen(ann, before, /in our personal chat/u);
    const seenBefore = bob.seen();

    expect(ann.buttons(own)).toContain('Show in channel');
    await ann.press(own, 'Show in channel');
    const shown = await nextSeen(bob, new Set(seenBefore.map(({ key }) => key)), /messages pass/u);

    expect(own.toAll).toBe(false);
    expect(seenBefore.filter(({ text }) => text.includes('messages pass'))).toEqual([]);
    expect(shown.toAll).toBe(true);
    expect(shown.text).toMatch(/Asked by (?:ann|User \d+)/u);
  });

  it('what strangers wrote into reports is text and nothing else', async () => {
    for (const text of ['reporters hostile.example 2026-03-01', 'reports hostile.example 2026-03-01']) {
      const seen = await ask(ann, text);

      expect(seen.text.replaceAll(/\s+/gu, ' ')).toContain('<!channel> <@U0000000001> @everyone');
      expect(seen.live).toEqual([]);
    }
    const list = await ask(ann, 'reports hostile.example 2026-03-01');
    const label = ann.buttons(list).find((one) => one.startsWith('Report ')) ?? '';
    const report = await press(ann, list, label);
    expect(report.text).toContain('[sign in](https://evil.example)');
    expect(report.live).toEqual([]);
  });
});
