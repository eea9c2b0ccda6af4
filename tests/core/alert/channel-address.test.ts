import { describe, expect, it } from 'vitest';
import {
  hostOf,
  isNetwork,
  NOTHING_MORE,
  recipientsProblem,
  urlProblem,
  type WebhookKind,
} from '../../../src/core/alert/channel-address.js';

describe('a URL of a webhook', () => {
  it.each<[WebhookKind, string]>([
    ['webhook', 'https://hooks.example.com/alerts?x=1'],
    ['webhook', 'https://ada:secret@hooks.example.com:8443/'],
    ['slack-webhook', 'https://hooks.slack.com/services/T0/B0/x'],
    ['discord-webhook', 'https://discord.com/api/webhooks/1/a-b_c'],
    ['discord-webhook', 'https://discord.com/api/v10/webhooks/1/a?thread_id=2'],
    [
      'teams-webhook',
      'https://default1.57.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/1',
    ],
    [
      'teams-webhook',
      'https://prod-23.westeurope.logic.azure.com:443/workflows/1/triggers/manual/paths/invoke',
    ],
  ])('may be used: %s %s', (kind, url) => {
    expect(urlProblem(kind, url, NOTHING_MORE)).toBeNull();
  });

  it.each<[WebhookKind, string, RegExp]>([
    ['webhook', 'secret-text', /must be an address/u],
    ['webhook', 'ftp://example.com/secret', /begin with https/u],
    ['webhook', 'http://example.com/secret', /begin with https/u],
    ['webhook', `https://example.com/${'secret'.repeat(400)}`, /must be an address/u],
    ['slack-webhook', 'https://hooks.slack.com.evil.example/services/secret', /no host of Slack/u],
    ['slack-webhook', 'https://hooks.slack.com:444/services/secret', /no host of Slack/u],
    ['slack-webhook', 'https://hooks.slack.com/triggers/secret', /no incoming webhook of Slack/u],
    ['slack-webhook', 'https://hooks.slack.com@evil.example/services/secret', /no user name/u],
    ['discord-webhook', 'https://discord.com/channels/1/secret', /no incoming webhook of Discord/u],
    ['teams-webhook', 'https://evil-api.powerplatform.com/secret', /no host of Teams/u],
    ['teams-webhook', 'https://example.webhook.office.com/webhookb2/secret', /ended in May 2026/u],
  ])('may not be used, and is not repeated: %s %s', (kind, url, words) => {
    const problem = urlProblem(kind, url, NOTHING_MORE);

    expect(problem).toMatch(words);
    expect(problem).not.toContain('secret');
  });

  it('may be of a host that is allowed beside those of the platform', () => {
    const allowed = { networks: [], hosts: ['hooks.slack-gov.com'] };

    expect(urlProblem('slack-webhook', 'https://hooks.slack-gov.com/services/1', allowed)).toBeNull();
  });

  it('is shown by its host alone', () => {
    expect(hostOf('https://ada:secret@hooks.example.com:8443/secret?key=secret')).toBe(
      'hooks.example.com:8443',
    );
    expect(hostOf('secret')).not.toContain('secret');
  });
});

describe('recipients', () => {
  it('are addresses as people have them', () => {
    expect(recipientsProblem(['ada@example.com', "o'neil+dmarc@mail.example.co.uk"])).toBeNull();
  });

  it.each([
    [[], /at least one/u],
    [Array.from({ length: 21 }, (_, at) => `a${at}@example.com`), /at most 20/u],
    [['ada@example.com', 'ada'], /^Address 2 /u],
    [['ada@localhost'], /^Address 1 /u],
    [['a@example.com, b@example.com'], /^Address 1 /u],
    [['a@example.com\nBcc: b@example.com'], /^Address 1 /u],
    [['<a@example.com>'], /^Address 1 /u],
    [[`${'a'.repeat(250)}@example.com`], /^Address 1 /u],
  ])('are refused where they are none: %j', (addresses, words) => {
    expect(recipientsProblem(addresses)).toMatch(words);
  });
});

describe('a network', () => {
  it.each(['10.0.0.0/8', '127.0.0.1/32', 'fd00::/8', '::1/128'])('is in CIDR notation: %s', (text) => {
    expect(isNetwork(text)).toBe(true);
  });

  it.each(['10.0.0.0', '10.0.0.0/33', 'fd00::/129', 'example.com/8', '/8', ''])('is not: %s', (text) => {
    expect(isNetwork(text)).toBe(false);
  });
});
