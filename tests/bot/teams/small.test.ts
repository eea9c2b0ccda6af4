import { describe, expect, it } from 'vitest';
import { isAllowedFile, isAllowedService } from '../../../src/bot/teams/allowed.js';
import { ConnectorError, meaningOf, patiently } from '../../../src/bot/teams/errors.js';
import { TEAMS_FILE_HOSTS, TEAMS_SERVICE_URLS } from '../../../src/bot/teams/settings.js';
import { TEAMS_VARIABLES, teamsSettings } from '../../../src/settings/teams.js';

describe('addresses that our token goes to', () => {
  it.each([
    ['https://smba.trafficmanager.net/emea/', true],
    ['https://smba.trafficmanager.net/teams', true],
    ['https://smba.trafficmanager.net', true],
    ['http://smba.trafficmanager.net/emea/', false],
    ['https://smba.trafficmanager.net.evil.example/', false],
    ['https://smba.trafficmanager.net@evil.example/', false],
    ['https://smba.trafficmanager.net:8443/', false],
    ['https://evil.example/?https://smba.trafficmanager.net', false],
    ['nonsense', false],
  ])('%s: %s', (address, expected) => {
    expect(isAllowedService(address, TEAMS_SERVICE_URLS)).toBe(expected);
  });

  it('lie below the folder that is allowed', () => {
    expect(isAllowedService('https://a.example/one/two', ['https://a.example/one'])).toBe(true);
    expect(isAllowedService('https://a.example/onetwo', ['https://a.example/one'])).toBe(false);
    expect(isAllowedService('https://a.example/one/../two', ['https://a.example/one'])).toBe(false);
  });
});

describe('hosts of files', () => {
  it.each([
    ['https://contoso-my.sharepoint.com/x?tempauth=1', true],
    ['https://sharepoint.com.evil.example/x', false],
    ['https://evilsharepoint.com/x', false],
    ['http://contoso.sharepoint.com/x', false],
    ['https://u:p@contoso.sharepoint.com/x', false],
    ['file:///etc/passwd', false],
  ])('%s: %s', (address, expected) => {
    expect(isAllowedFile(address, TEAMS_FILE_HOSTS)).toBe(expected);
  });
});

describe('patience', () => {
  const failing = (status: number, retryAfterMs: number | null, times: number) => {
    let tries = 0;
    return () =>
      ++tries > times ? Promise.resolve(tries) : Promise.reject(new ConnectorError(status, '', retryAfterMs));
  };
  const waits = async (status: number, retryAfterMs: number | null, times: number, random = 0.5) => {
    const waited: number[] = [];
    const wait = (milliseconds: number) => Promise.resolve(waited.push(milliseconds));
    const outcome = await patiently(failing(status, retryAfterMs, times), {
      wait,
      random: () => random,
    }).catch((error: unknown) => error);
    return { waited, outcome };
  };

  it('waits longer each time, with jitter', async () => {
    const { waited, outcome } = await waits(502, null, 3);

    expect(waited).toEqual([225, 450, 900]);
    expect(outcome).toBe(4);
  });

  it('waits at least as long as it was asked', async () => {
    const { waited } = await waits(429, 7_000, 1, 0);

    expect(waited).toEqual([7_000]);
  });

  it('ends before the minute that answering may take', async () => {
    const { waited, outcome } = await waits(429, 30_000, 5);

    expect(waited).toHaveLength(1);
    expect(outcome).toMatchObject({ name: 'ComeBack', afterMs: 30_150 });
  });

  it('has none with what would fail again', async () => {
    const { waited, outcome } = await waits(400, null, 1);

    expect(waited).toEqual([]);
    expect(outcome).toBeInstanceOf(ConnectorError);
  });

  it.each([
    [429, '', 'again'],
    [403, 'BotDisabledByAdmin', 'gone'],
    [403, 'BotNotInConversationRoster', 'gone'],
    [404, 'ConversationNotFound', 'gone'],
    [404, 'ActivityNotFoundInConversation', 'missing'],
    [413, 'MessageSizeTooBig', 'refused'],
  ])('%i %s means %s', (status, code, expected) => {
    expect(meaningOf(new ConnectorError(status, code, null))).toBe(expected);
  });
});

describe('settings', () => {
  const ID = '11111111-2222-4333-8444-555555555555';
  const read = (given: Record<string, string | undefined>) =>
    teamsSettings(
      Object.fromEntries(
        Object.entries(TEAMS_VARIABLES).map(([name, { field }]) => [name, field.parse(given[name])]),
      ) as Parameters<typeof teamsSettings>[0],
    );
  const whole = {
    MICROSOFT_APP_ID: ID,
    MICROSOFT_APP_PASSWORD: 'x',
    MICROSOFT_APP_TENANT_ID: ID.toUpperCase(),
  };

  it('are none where one of the three is missing', () => {
    for (const name of Object.keys(whole)) expect(read({ ...whole, [name]: undefined })).toBeNull();
  });

  it('have Microsoft’s own addresses unless others are given', () => {
    expect(read(whole)).toMatchObject({ appId: ID, serviceUrls: TEAMS_SERVICE_URLS, targeted: false });
  });

  it.each([
    ['TEAMS_AUTHORITY_URL', 'http://login.example'],
    ['TEAMS_OPENID_URL', 'ftp://x'],
    ['TEAMS_SERVICE_URLS', 'https://a.example, http://b.example'],
    ['TEAMS_FILE_HOSTS', 'https://x'],
    ['MICROSOFT_APP_ID', 'bot'],
  ])('refuse %s = %s', (name, value) => {
    expect(() => read({ ...whole, [name]: value })).toThrow(/must be/u);
  });
});
