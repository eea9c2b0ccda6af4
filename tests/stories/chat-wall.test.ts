import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pressId } from '../../src/bot/press.js';
import { COMMANDS } from '../../src/bot/registry.js';
import { processPending } from '../../src/core/ingest/process.js';
import { linkCode } from '../../src/core/operations/chat/link-code.js';
import { keyCreate } from '../../src/core/operations/keys.js';
import type { Context } from '../../src/core/operations/operation.js';
import { perform } from '../../src/core/operations/perform.js';
import { userCreate } from '../../src/core/operations/users.js';
import { digestAdd } from '../../src/core/operations/digest/subscribe.js';
import { raise } from '../../src/core/operations/alert/raise.js';
import { ruleCreate } from '../../src/core/operations/alert/rule-change.js';
import { suppress } from '../../src/core/operations/alert/suppress.js';
import { channel, claimed, evaluation, finding } from '../support/alerts.js';
import { testChat, type Answered, type Said, type TestChat } from '../support/chat.js';
import { testSystem, type TestSystem } from '../support/context.js';
import { reportXml } from '../support/reports.js';
import { keepAll } from '../support/samples.js';

/** What can be named of the other tenant. */
interface Theirs {
  readonly report: string;
  readonly task: string;
  readonly dead: string;
  readonly alert: number;
  readonly suppression: number;
  readonly digest: number;
}

interface Case {
  /** Command lines that name what the other tenant has, or ask for all there is. */
  readonly lines: (theirs: Theirs) => readonly string[];
  /** What the other tenant's own people see of one of them, so that our not seeing it says something. */
  readonly theySee: string | null;
}

/** So many messages has nobody else. */
const FIGURE = '777,123';
const SOURCE = '198.51.100.77';
/** What is told of theirs in alerts and channels. */
const TOLD = ['their-channel', 'their-rule', 'their-reason', 'their-finding'];
const MARKS = [
  FIGURE,
  '777123',
  SOURCE,
  'theirs.example',
  'Their Mail',
  'r-theirs',
  'their-key',
  'T-THEIRS',
  ...TOLD,
];

const about = (name: string): Case => ({
  lines: () => [`${name} theirs.example 1y`, `${name} 1y`],
  theySee: FIGURE,
});
const only = (line: string, theySee: string | null = null): Case => ({ lines: () => [line], theySee });

const ofAlert = (name: string, rest = '', theySee: string | null = null): Case => ({
  lines: ({ alert }) => [`${name} ${alert}${rest}`],
  theySee,
});

/** Every command, in an order in which the other tenant's people can ask for all of it afterwards. */
const CASES: Readonly<Record<string, Case>> = {
  summary: about('summary'),
  domains: { lines: () => ['domains 1y', 'domains 1y source:198.51.100.77'], theySee: 'theirs.example' },
  sources: about('sources'),
  source: { lines: () => [`source ${SOURCE} 1y`, `source ${SOURCE} theirs.example 1y`], theySee: FIGURE },
  timeline: about('timeline'),
  chart: {
    lines: () =>
      ['timeline', 'disposition', 'alignment', 'sources', 'reporters', 'failures', 'policy'].flatMap(
        (kind) => [`chart ${kind} theirs.example 1y`, `chart ${kind} 1y`],
      ),
    theySee: FIGURE,
  },
  alignment: about('alignment'),
  failures: about('failures'),
  reporters: about('reporters'),
  reports: {
    lines: () => ['reports theirs.example', 'reports', 'reports reporter:"Their Mail"'],
    theySee: FIGURE,
  },
  report: { lines: ({ report }) => [`report ${report}`, 'report r-theirs'], theySee: FIGURE },
  problems: { lines: () => ['problems theirs.example', 'problems'], theySee: 'Their broken' },
  status: only('status'),
  intake: only('intake'),
  upload: only('upload'),
  export: {
    lines: () =>
      ['reports', 'records', 'sources'].flatMap((kind) => [
        `export ${kind} 1y`,
        `export ${kind} theirs.example 1y`,
      ]),
    theySee: '777123',
  },
  tasks: only('tasks'),
  task: { lines: ({ task, dead }) => [`task ${task}`, `task ${dead}`], theySee: 'their-file' },
  'dead-letters': only('dead-letters'),
  redrive: { lines: ({ dead }) => [`redrive ${dead}`], theySee: null },
  retention: only('retention'),
  'retention-set': only('retention-set records:400'),
  claim: only('claim ours.example'),
  release: only('release theirs.example'),
  alerts: { lines: () => ['alerts', 'alerts state:all'], theySee: 'their-finding' },
  alert: ofAlert('alert', '', 'their-finding'),
  why: ofAlert('why', '', 'their-channel'),
  acknowledge: ofAlert('acknowledge'),
  unacknowledge: ofAlert('unacknowledge'),
  assign: ofAlert('assign', ' me'),
  note: ofAlert('note', ' "seen by ours"'),
  snooze: ofAlert('snooze', ' 4'),
  ours: ofAlert('ours'),
  resolve: ofAlert('resolve'),
  reopen: ofAlert('reopen'),
  suppress: only('suppress domain:theirs.example hours:1 reason:ours'),
  suppressions: only('suppressions', 'their-reason'),
  unsuppress: { lines: ({ suppression }) => [`unsuppress ${suppression}`], theySee: null },
  rules: { lines: () => ['rules', 'rules theirs.example'], theySee: 'their-rule' },
  rule: only('rule their-rule theirs.example', 'their-rule'),
  'rule-set': only('rule-set their-rule severity:info'),
  'rule-create': only('rule-create our-rule failure-rate theirs.example'),
  'rule-enable': only('rule-enable their-rule'),
  'rule-disable': only('rule-disable their-rule'),
  'rule-remove': only('rule-remove their-rule'),
  'rules-test': { lines: () => ['rules-test', 'rules-test their-rule'], theySee: null },
  digests: only('digests', 'their-channel'),
  'digest-preview': {
    lines: ({ digest }) => [`digest-preview ${digest}`, 'digest-preview weekly'],
    theySee: null,
  },
  'digest-add': only('digest-add weekly channel:their-channel'),
  'digest-set': { lines: ({ digest }) => [`digest-set ${digest} time:08:00`], theySee: null },
  'digest-remove': { lines: ({ digest }) => [`digest-remove ${digest}`], theySee: null },
  channels: only('channels', 'their-channel'),
  'channel-add': only('channel-add ours kind:terminal'),
  'channel-set': only('channel-set their-channel severity:critical'),
  'channel-test': only('channel-test their-channel'),
  'channel-resume': only('channel-resume their-channel'),
  'channel-remove': only('channel-remove their-channel'),
  users: only('users', 'pat@theirs.example'),
  'user-create': only('user-create pat@theirs.example'),
  'user-role': only('user-role pat@theirs.example viewer'),
  'user-disable': only('user-disable pat@theirs.example'),
  'user-enable': only('user-enable pat@theirs.example'),
  'user-reset': only('user-reset pat@theirs.example'),
  keys: only('keys', 'their-key'),
  'key-create': only('key-create ours'),
  'key-revoke': only('key-revoke their-key'),
  // What our own people wrote stands in our audit, so one operation of it.
  audit: only('audit key-create', 'their-key'),
  settings: only('settings'),
  'settings-set': only('settings-set domain:theirs.example'),
  share: { lines: () => ['share', 'share summary 1y'], theySee: FIGURE },
  whoami: only('whoami', 'admin@theirs.example'),
  'link-code': only('link-code pat@theirs.example'),
  workspaces: only('workspaces', 'T-THEIRS'),
  'workspace-release': only('workspace-release slack T-THEIRS'),
  fetch: only('fetch'),
  ingest: only('ingest /etc/hostname'),
  reprocess: only('reprocess'),
  'rotate-signing-key': only('rotate-signing-key'),
  about: only('about'),
  help: only('help'),
  link: only('link dml_wrong'),
  unlink: only('unlink'),
};

let system: TestSystem;
let chat: TestChat;
let theirs: Theirs;
const contexts = new Map<string, Context>();

beforeAll(async () => {
  system = await testSystem();
  for (const [name, workspace] of [
    ['ours', 'T-OURS'],
    ['theirs', 'T-THEIRS'],
  ] as const) {
    const context = await system.context(name);
    contexts.set(name, context);
    const records =
      name === 'theirs'
        ? [{ count: 777_123, sourceIp: SOURCE, headerFrom: 'theirs.example' }]
        : [{ count: 5 }];
    await keepAll(context, [
      {
        name: name === 'theirs' ? 'their-file.xml' : 'our-file.xml',
        bytes: Buffer.from(
          reportXml({
            domain: `${name}.example`,
            reportId: `r-${name}`,
            orgName: name === 'theirs' ? 'Their Mail' : 'Our Mail',
            records,
          }),
        ),
      },
      {
        name: name === 'theirs' ? 'Their broken.gz' : 'Our broken.gz',
        bytes: gzipSync(`<feedback of ${name}`).subarray(0, 20),
      },
    ]);
    await processPending(context);
    const email = `admin@${name}.example`;
    await perform(userCreate, context, { email, role: 'admin' });
    await perform(userCreate, context, { email: `pat@${name}.example`, role: 'viewer' });
    await perform(keyCreate, context, { name: name === 'theirs' ? 'their-key' : 'our-key' });
    const { code } = await perform(linkCode, context, { email, binds: true });
    chat ??= testChat(context);
    await chat.ask(`link ${code}`, { workspace, person: 'ADMIN' });
  }
  theirs = await namesOf(contexts.get('theirs'));
});
afterAll(async () => {
  await chat.bot.stop(1_000);
  await system.close();
});

async function namesOf(context: Context | undefined): Promise<Theirs> {
  if (context === undefined) throw new Error('there is no such tenant');
  const told = await toldOf(context);
  return system.db.within(context.tenant, async (session) => {
    const { id } = await session.row<{ id: number }>('SELECT id FROM aggregate_report');
    const tasks = await session.rows<{ task: string; name: string }>(
      'SELECT task_id AS task, name FROM raw_document ORDER BY id',
    );
    return { ...told, report: String(id), task: tasks[0]?.task ?? '', dead: tasks[1]?.task ?? '' };
  });
}

/** An alert, a suppression, a rule of their own, and a channel with a digest. */
async function toldOf(context: Context): Promise<Pick<Theirs, 'alert' | 'suppression' | 'digest'>> {
  await channel(context, 'their-channel');
  const found = finding({ domain: 'theirs.example', says: 'This is their-finding.' });
  const domainId = await claimed(context, 'theirs.example');
  const [raised] = await raise(context, evaluation(domainId, [found], { domain: 'theirs.example' }));
  const rule = { rule: 'their-rule', kind: 'failure-rate', domain: 'theirs.example' };
  await perform(ruleCreate, context, rule);
  const quiet = await perform(suppress, context, { rule: 'new-source', hours: 1, reason: 'their-reason' });
  const digest = await perform(digestAdd, context, { frequency: 'weekly', channel: 'their-channel' });
  return { alert: raised?.alertId ?? 0, suppression: quiet.id, digest: digest.id };
}

/** An admin of a tenant: for each command another person, so that nobody asks too often. */
function admin(workspace: string, name: string): Said {
  const email = workspace === 'T-OURS' ? 'admin@ours.example' : 'admin@theirs.example';
  return { workspace, person: `ADMIN ${name}`, channel: `${workspace} ${name}`, email };
}

/** All that people see of an answer, but for what they wrote themselves. */
function seen({ card, file }: Answered, line: string): string {
  let text = `${JSON.stringify(card)} ${file?.name ?? ''} ${file?.bytes.toString() ?? ''}`;
  for (const word of line.split(/[\s":]+/u)) if (word.length > 3) text = text.replaceAll(word, '…');
  return text;
}

describe('a workspace bound to one tenant', () => {
  it('is asked with every command that there is', () => {
    expect(new Set(Object.keys(CASES))).toEqual(new Set(COMMANDS.map(({ name }) => name)));
  });

  it.each(COMMANDS.map(({ name }) => name))(
    'sees no figure and no name of another tenant through %s',
    async (name) => {
      const { lines, theySee } = CASES[name] ?? { lines: () => [], theySee: null };
      const asked = lines(theirs);
      const ask = (workspace: string, line: string) => chat.ask(line, admin(workspace, name));
      expect(asked.length).toBeGreaterThan(0);

      for (const line of asked) {
        const text = seen(await ask('T-OURS', line), line);
        expect(text).not.toContain('Too many questions');
        for (const mark of MARKS) expect([line, mark, text.includes(mark)]).toEqual([line, mark, false]);
      }

      // What they have is still there, and their own people see it.
      if (theySee === null) return;
      const own: string[] = [];
      for (const line of asked) {
        const { card, file } = await ask('T-THEIRS', line);
        own.push(JSON.stringify(card), file?.bytes.toString() ?? '');
      }
      expect(own.join(' ')).toContain(theySee);
    },
  );

  it('completes nothing of another tenant', async () => {
    const asker = (workspace: string) => ({
      place: { platform: 'slack', workspace, channel: 'C1' } as const,
      person: { id: 'ADMIN', name: 'x', email: () => Promise.resolve(null) },
    });

    for (const typed of ['', 'theirs', theirs.report]) {
      expect(await chat.bot.inbound.complete(asker('T-OURS'), 'domain', typed)).not.toContain(
        'theirs.example',
      );
      expect(await chat.bot.inbound.complete(asker('T-OURS'), 'report', typed)).not.toContain(theirs.report);
    }
    expect(await chat.bot.inbound.complete(asker('T-THEIRS'), 'domain', 'theirs')).toEqual([
      'theirs.example',
    ]);
    expect(JSON.stringify(await chat.bot.inbound.home(asker('T-OURS')))).not.toContain('theirs.example');
  });

  it('cannot press a button that was kept for another tenant', async () => {
    const line = `summary theirs.example ${'x'.repeat(100)}`;
    await chat.bot.inbound.keep({ platform: 'slack', workspace: 'T-THEIRS', channel: 'C1' }, [line]);

    const card = await chat.card(`~${pressId(line)}`, { workspace: 'T-OURS', person: 'ADMIN' });

    expect(card.title).toBe('Too old');
  });
});
