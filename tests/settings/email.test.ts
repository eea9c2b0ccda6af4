import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.js';

const FROM = { SMTP_FROM: 'dmarc-ops <alerts@example.com>' };

function email(environment: Record<string, string>) {
  return readConfig(environment).email;
}

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('outgoing mail', () => {
  it('is off where no server is named', () => {
    expect(email({ SMTP_FROM: 'alerts@example.com' })).toBeNull();
  });

  it('is read from a URL', async () => {
    const given = email({ ...FROM, SMTP_URL: 'smtps://alerts%40example.com:p%40ss@mail.example.com' });

    expect(given).toMatchObject({
      host: 'mail.example.com',
      port: 465,
      security: 'tls',
      from: { name: 'dmarc-ops', address: 'alerts@example.com' },
      login: { user: 'alerts@example.com' },
      caFile: null,
    });
    expect(await given?.login?.password.read()).toBe('p@ss');
  });

  it('is read from single variables, with STARTTLS unless it is told otherwise', async () => {
    const given = email({
      SMTP_HOST: 'mail.example.com',
      SMTP_USER: 'alerts',
      SMTP_PASSWORD: 'secret',
      SMTP_FROM: 'alerts@example.com',
      SMTP_CA_FILE: 'ca.pem',
    });

    expect(given).toMatchObject({
      port: 587,
      security: 'starttls',
      from: { name: 'dmarc-ops', address: 'alerts@example.com' },
      caFile: path.resolve('ca.pem'),
    });
    expect(await given?.login?.password.read()).toBe('secret');
  });

  it.each([
    [{ SMTP_HOST: 'relay', SMTP_PORT: '465' }, 'tls', 465],
    [{ SMTP_HOST: 'relay', SMTP_PORT: '25', SMTP_SECURITY: 'none' }, 'none', 25],
    [{ SMTP_HOST: 'relay', SMTP_SECURITY: 'TLS' }, 'tls', 465],
    [{ SMTP_URL: 'smtp://relay:2525' }, 'starttls', 2525],
    [{ SMTP_URL: 'smtp://[::1]' }, 'starttls', 587],
  ])('is secured as it is told: %j', (environment, security, port) => {
    expect(email({ ...FROM, ...environment })).toMatchObject({ security, port, login: null });
  });

  it.each([
    [{ ...FROM, SMTP_URL: 'https://mail.example.com' }, /^SMTP_URL must be an address/u],
    [{ ...FROM, SMTP_URL: 'smtp://relay', SMTP_HOST: 'relay' }, /^Set either SMTP_URL or SMTP_HOST/u],
    [{ ...FROM, SMTP_HOST: 'mail.example.com:25' }, /^SMTP_HOST must be a name/u],
    [{ ...FROM, SMTP_HOST: 'relay', SMTP_PORT: '70000' }, /^SMTP_PORT must be/u],
    [{ ...FROM, SMTP_HOST: 'relay', SMTP_SECURITY: 'ssl' }, /^SMTP_SECURITY must be one of/u],
    [{ ...FROM, SMTP_URL: 'smtps://relay', SMTP_SECURITY: 'none' }, /^SMTP_SECURITY must be tls/u],
    [{ ...FROM, SMTP_HOST: 'relay', SMTP_USER: 'ada' }, /^SMTP_USER needs one of/u],
    [{ ...FROM, SMTP_HOST: 'relay', SMTP_PASSWORD: 's3cret' }, /^SMTP_USER must be set/u],
    [
      { ...FROM, SMTP_URL: 'smtp://ada:s3cret@relay', SMTP_PASSWORD_FILE: '/run/s3cret' },
      /^SMTP_USER needs one of/u,
    ],
    [{ SMTP_HOST: 'relay' }, /^SMTP_FROM must be .* it is not set\.$/u],
    [{ SMTP_HOST: 'relay', SMTP_FROM: 'nobody' }, /^SMTP_FROM must be/u],
  ])('says what is wrong, by variable and without secrets: %j', (environment, words) => {
    const [problem, ...others] = problemsOf(environment);

    expect(problem).toMatch(words);
    expect(problem).not.toContain('s3cret');
    expect(others).toEqual([]);
  });
});

describe('webhooks', () => {
  it('may be in networks and of hosts that are named', () => {
    const { webhooks } = readConfig({
      WEBHOOK_NETWORKS: '10.1.2.0/24, FD00::/8',
      INCOMING_WEBHOOK_HOSTS: 'hooks.slack-gov.com,127.0.0.1:8080',
    });

    expect(webhooks).toEqual({
      networks: ['10.1.2.0/24', 'fd00::/8'],
      hosts: ['hooks.slack-gov.com', '127.0.0.1:8080'],
    });
  });

  it.each([
    [{ WEBHOOK_NETWORKS: '10.1.2.3' }, /^WEBHOOK_NETWORKS must be networks/u],
    [{ INCOMING_WEBHOOK_HOSTS: 'https://example.com/' }, /^INCOMING_WEBHOOK_HOSTS must be hosts/u],
  ])('say what is wrong: %j', (environment, words) => {
    expect(problemsOf(environment)).toEqual([expect.stringMatching(words)]);
  });
});
