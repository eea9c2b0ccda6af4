import { describe, expect, it } from 'vitest';
import { isOwnAddress } from '../../../src/bot/slack/calls.js';
import { recentClicks } from '../../../src/bot/slack/clicks.js';
import { meaningOf, ResponseUrlError } from '../../../src/bot/slack/errors.js';
import { askModal, NOWHERE, readAsk } from '../../../src/bot/slack/forms.js';
import { vouchedAddress } from '../../../src/bot/slack/person.js';
import { readReply } from '../../../src/bot/slack/reply.js';
import { wordsOf } from '../../../src/bot/slack/said.js';
import { fallback, plain } from '../../../src/bot/slack/text.js';
import { ReplyGone } from '../../../src/bot/platform.js';
import { COMMANDS } from '../../../src/bot/registry.js';
import { SLACK_VARIABLES } from '../../../src/settings/slack.js';
import { blockProblems } from '../../fakes/slack/blocks.js';
import { interpreted } from '../../fakes/slack/seen.js';

describe('an address', () => {
  const SLACK = 'https://slack.com/api/';

  it.each([
    'https://slack.com/x',
    'https://files.slack.com/files-pri/T1-F1/x',
    'https://hooks.slack.com/actions/x',
  ])('%s is Slack’s', (url) => expect(isOwnAddress(url, SLACK)).toBe(true));

  it.each([
    'http://files.slack.com/x',
    'https://files.slack.com.evil.example/x',
    'https://evilslack.com/x',
    'https://files.slack.com@evil.example/x',
    'https://user:password@files.slack.com/x',
    'https://files.slack.com:8443/x',
    'file:///etc/passwd',
    'nonsense',
  ])('%s is not', (url) => expect(isOwnAddress(url, SLACK)).toBe(false));

  it('below slack.com is not of another host of the API', () => {
    expect(isOwnAddress('https://files.slack.com/x', 'https://slack.example/api/')).toBe(false);
  });
});

describe('what was written', () => {
  it.each([
    ['<@U1> summary <http://example.com|example.com>', 'summary example.com'],
    ['<@U1|bot> users <mailto:a@example.com|a@example.com>', 'users a@example.com'],
    ['report &quot;a&amp;b &lt;c&gt;', 'report &quot;a&b <c>'],
    ['<@U2> is asked', '<@U2> is asked'],
    ['see <https://example.com/x>', 'see example.com/x'],
    ['&amp;lt;', '&lt;'],
  ])('%s is read as %s', (text, words) => expect(wordsOf(text, 'U1')).toBe(words));
});

describe('texts', () => {
  it.each([10, 11, 12, 75])('of many entities are at most %i characters, and none of them cut', (most) => {
    const { text } = plain('&&&&&&&&&&&&&&&&&&&&', most);

    expect(text.length).toBeLessThanOrEqual(most);
    expect(text).toMatch(/^(?:&amp;)*…?$/u);
  });

  it('are cut between characters', () => {
    expect(plain('😀😀😀', 4).text).toBe('😀…');
  });

  it('for notifications hold nothing that Slack makes more of', () => {
    const text = fallback('*b* _i_ ~s~ `c` :smile: <!here> @channel s1._domainkey.example.com', 500);

    expect(interpreted({ text, blocks: [] })).toEqual([]);
    expect(text).toContain('s1.＿domainkey.example.com');
  });
});

describe('errors', () => {
  const platform = (error: string) => ({ code: 'slack_webapi_platform_error', data: { ok: false, error } });

  it.each([
    ['a channel that is gone', platform('channel_not_found'), 'gone'],
    ['a response_url that was used up', new ResponseUrlError(404, 'used_url', null), 'gone'],
    ['blocks that are refused', platform('invalid_blocks'), 'simpler'],
    [
      'blocks that are refused over a response_url',
      new ResponseUrlError(404, 'invalid_blocks', null),
      'simpler',
    ],
    ['a token that ended', platform('token_revoked'), 'stuck'],
    ['trouble inside', platform('internal_error'), 'again'],
    ['trouble before', { code: 'slack_webapi_http_error', statusCode: 502 }, 'again'],
    ['a cut line', { code: 'slack_webapi_request_error', original: new Error('cut') }, 'again'],
  ])('%s', (_, error, type) => expect(meaningOf(error).type).toBe(type));

  it('say how long to wait', () => {
    expect(meaningOf({ code: 'slack_webapi_rate_limited_error', retryAfter: 3 })).toEqual({
      type: 'wait',
      ms: 3_000,
    });
    expect(meaningOf(new ResponseUrlError(429, 'rate_limited', 2))).toEqual({ type: 'wait', ms: 2_000 });
  });

  it('tell connections that were never made from those that broke', () => {
    const refused = new Error('fetch failed', {
      cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
    });

    expect(meaningOf(refused)).toEqual({ type: 'again', perhapsDone: false });
    expect(meaningOf(new Error('socket hang up'))).toEqual({ type: 'again', perhapsDone: true });
  });
});

describe('an address of somebody', () => {
  const member = { team_id: 'T1', is_email_confirmed: true, profile: { email: 'ada@example.com' } };

  it('is vouched for where they are a full member', () => {
    expect(vouchedAddress(member, 'T1')).toBe('ada@example.com');
  });

  it.each([
    { team_id: 'T2' },
    { is_email_confirmed: false },
    { is_stranger: true },
    { is_restricted: true },
    { is_ultra_restricted: true },
    { is_bot: true },
    { deleted: true },
    { profile: {} },
  ])('is not with %o', (given) => {
    expect(vouchedAddress({ ...member, ...given }, 'T1')).toBeNull();
  });
});

describe('double clicks', () => {
  it('are one press; later, or of another button, it is another; the same press again is no second click', () => {
    const clicks = recentClicks();

    expect([
      clicks.isFirst('a', { id: 't1', seconds: 1 }),
      clicks.isFirst('a', { id: 't2', seconds: 1.3 }),
      clicks.isFirst('b', { id: 't3', seconds: 1.3 }),
      clicks.isFirst('a', { id: 't4', seconds: 9 }),
      clicks.isFirst('a', { id: 't4', seconds: 9 }),
    ]).toEqual([true, false, true, true, true]);
  });
});

describe('the form to ask with', () => {
  const view = askModal(COMMANDS, {
    ...NOWHERE,
    channel: 'C1',
    responseUrl: `https://hooks.slack.com/${'x'.repeat(5_000)}`,
  });

  it('is taken by Slack, however long what it has to remember', () => {
    expect(blockProblems(view.blocks, 'modal', () => false)).toEqual([]);
    expect(view.private_metadata?.length).toBeLessThanOrEqual(3_000);
  });

  it('asks what is usual where nothing was chosen, and where what it remembered is broken', () => {
    expect(readAsk({}, 'broken', COMMANDS)).toEqual({ text: 'summary', from: NOWHERE });
  });
});

describe('where an answer goes', () => {
  it('is gone where it cannot be read', () => {
    expect(() => readReply({ channel: 1 })).toThrow(ReplyGone);
  });
});

describe('settings', () => {
  it.each([
    ['SLACK_BOT_TOKEN', 'xoxb-1-2-abc', 'xoxp-1-2-abc'],
    ['SLACK_APP_TOKEN', 'xapp-1-A-2-abc', 'xoxb-1'],
    ['SLACK_API_URL', 'https://slack-gov.com/api/', 'http://slack.com/api/'],
  ] as const)('%s takes %s, and not %s', (name, good, bad) => {
    expect(SLACK_VARIABLES[name].field.safeParse(good).success).toBe(true);
    expect(SLACK_VARIABLES[name].field.safeParse(bad).success).toBe(false);
  });
});
