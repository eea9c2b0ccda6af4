import { describe, expect, it } from 'vitest';
import { DEFAULT_API } from '../src/api/settings.js';
import { ConfigError, configTable, debugWanted, readConfig } from '../src/config.js';
import { DEFAULT_LIMITS } from '../src/core/report/limits.js';
import { LIMIT_SETTINGS } from '../src/settings/limits.js';

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  it('needs nothing: an embedded database, local data, default limits', () => {
    const config = readConfig({});

    expect(config).toEqual({
      databaseUrl: null,
      databaseOwnerUrl: null,
      databaseConnections: 20,
      dataDir: './data',
      logLevel: 'info',
      autoClaim: true,
      keepFailureMail: false,
      retries: 3,
      limits: DEFAULT_LIMITS,
      sources: [],
      api: DEFAULT_API,
      chat: { slack: null, teams: null, discord: null },
      email: null,
      webhooks: { networks: [], hosts: [] },
      chatMissing: {
        slack: ['SLACK_BOT_TOKEN'],
        teams: ['MICROSOFT_APP_ID', 'MICROSOFT_APP_PASSWORD', 'MICROSOFT_APP_TENANT_ID'],
        discord: ['DISCORD_TOKEN'],
      },
      noColour: false,
    });
  });

  it('takes what is set', () => {
    const config = readConfig({
      DATABASE_URL: 'postgresql://dmarc:secret@db.example.com:5433/reports?sslmode=require',
      DATABASE_OWNER_URL: 'postgres://owner@db.example.com/reports',
      DATABASE_CONNECTIONS: '100',
      DATA_DIR: '/var/lib/dmarc-ops',
      LOG_LEVEL: 'WARN',
      AUTO_CLAIM: 'Off',
      TASK_RETRIES: '0',
      DMARC_MAX_DOCUMENT_BYTES: '64MB',
      DMARC_MAX_RECORDS: '5000',
      SLACK_BOT_TOKEN: 'xoxb-1',
      NO_COLOR: '1',
    });

    expect(config.databaseUrl).toBe('postgresql://dmarc:secret@db.example.com:5433/reports?sslmode=require');
    expect(config.databaseOwnerUrl).toBe('postgres://owner@db.example.com/reports');
    expect(config.databaseConnections).toBe(100);
    expect(config.dataDir).toBe('/var/lib/dmarc-ops');
    expect(config.logLevel).toBe('warn');
    expect(config.autoClaim).toBe(false);
    expect(config.retries).toBe(0);
    expect(config.limits).toEqual({ ...DEFAULT_LIMITS, documentBytes: 64 * 1024 * 1024, records: 5000 });
    expect(config.chat).toMatchObject({ slack: { botToken: 'xoxb-1' }, teams: null, discord: null });
    expect(config.chatMissing.slack).toEqual([]);
    expect(config.noColour).toBe(true);
  });

  it.each(['9', '1001', '20.5', 'many'])('refuses %s connections to the database', (text) => {
    expect(problemsOf({ DATABASE_CONNECTIONS: text })).toEqual([
      'DATABASE_CONNECTIONS must be a whole number from 10 to 1000.',
    ]);
  });

  it('takes a socket address, as a local PostgreSQL has', () => {
    const config = readConfig({ DATABASE_URL: 'postgres:///reports?host=/run/postgresql' });

    expect(config.databaseUrl).toBe('postgres:///reports?host=/run/postgresql');
  });

  it('takes what the API is to bear', () => {
    const { api } = readConfig({
      HTTP_HOST: '0.0.0.0',
      HTTP_PORT: '0',
      HTTP_BEHIND_PROXY: 'on',
      CORS_ORIGINS: 'https://dash.example.com, http://localhost:5173',
      METRICS_TOKEN: 'a-token-for-scrapers',
      API_CALLS_PER_MINUTE: '6000',
      UPLOAD_FILE_BYTES: '80MB',
      UPLOAD_MINUTES: '90',
    });

    expect(api).toEqual({
      ...DEFAULT_API,
      host: '0.0.0.0',
      port: 0,
      proxies: 1,
      corsOrigins: ['https://dash.example.com', 'http://localhost:5173'],
      metricsToken: 'a-token-for-scrapers',
      callsPerMinute: 6000,
      upload: { ...DEFAULT_API.upload, fileBytes: 80 * 1024 * 1024, withinMs: 90 * 60 * 1000 },
    });
  });

  it.each([
    ['off', 0],
    ['On', 1],
    ['2', 2],
  ])('takes %s as the proxies in front', (text, count) => {
    expect(readConfig({ HTTP_BEHIND_PROXY: text }).api.proxies).toBe(count);
  });

  it('refuses proxies in front that are no number', () => {
    expect(problemsOf({ HTTP_BEHIND_PROXY: '10.0.0.1' })).toEqual([
      'HTTP_BEHIND_PROXY must be off, on, or how many proxies are in front (at most 9), not "10.0.0.1".',
    ]);
  });

  it('refuses a token that no scraper could show, without telling it', () => {
    expect(problemsOf({ METRICS_TOKEN: 'a token with blanks' })).toEqual([
      'METRICS_TOKEN may have letters, digits and -._~+/= only.',
    ]);
  });

  it('refuses settings of the API that cannot be, without the token', () => {
    const problems = problemsOf({
      HTTP_PORT: '80000',
      CORS_ORIGINS: 'https://dash.example.com/path',
      METRICS_TOKEN: 'hunter2',
      UPLOAD_FILE_BYTES: 'much',
    });

    expect(problems).toEqual([
      'HTTP_PORT must be a whole number from 0 to 65535, not "80000".',
      'CORS_ORIGINS must be origins such as https://dash.example.com, with commas between them, not "https://dash.example.com/path".',
      'METRICS_TOKEN must have at least 16 characters.',
      'UPLOAD_FILE_BYTES must be a size such as 500KB, 64MB or 1GB, not "much".',
    ]);
  });

  it('takes an empty variable as not set', () => {
    const config = readConfig({ DATABASE_URL: '', LOG_LEVEL: ' ', DISCORD_TOKEN: '' });

    expect(config.databaseUrl).toBeNull();
    expect(config.logLevel).toBe('info');
    expect(config.chat.discord).toBeNull();
    expect(config.chatMissing.discord).toEqual(['DISCORD_TOKEN']);
  });

  it('reports every problem at once, by variable name', () => {
    const problems = problemsOf({
      DATABASE_URL: 'mysql://db.example.com/reports',
      LOG_LEVEL: 'loud',
      AUTO_CLAIM: 'perhaps',
      DMARC_MAX_RATIO: '2MB',
      DMARC_MAX_RECRODS: '10',
    });

    expect(problems).toEqual([
      'DATABASE_URL must be a PostgreSQL address such as postgres://user:password@host:5432/database.',
      'LOG_LEVEL must be one of debug, info, warn, error.',
      'AUTO_CLAIM must be on or off, not "perhaps".',
      'DMARC_MAX_RATIO must be a whole number of 1 or more, not "2MB".',
      'DMARC_MAX_RECRODS is not a setting. Did you mean DMARC_MAX_RECORDS?',
    ]);
  });

  it('never shows what is in DATABASE_URL', () => {
    const problems = problemsOf({ DATABASE_URL: 'postgress://dmarc:hunter2@db.example.com/x' });

    expect(problems).toHaveLength(1);
    expect(problems.join()).not.toContain('hunter2');
  });

  it('leaves variables of other programs alone', () => {
    expect(problemsOf({ PATH: '/bin', DMARCIAN_KEY: 'x', DMARC_OPS_DEBUG: '1' })).toEqual([]);
  });
});

describe('debugWanted', () => {
  it.each([
    ['1', true],
    ['true', true],
    ['0', false],
    ['', false],
  ])('DMARC_OPS_DEBUG=%s is %s', (value, wanted) => {
    expect(debugWanted({ DMARC_OPS_DEBUG: value })).toBe(wanted);
  });
});

describe('configTable', () => {
  it('has one row a variable, with every limit', () => {
    const table = configTable();

    expect(table).toContain('| `DATABASE_URL` | PostgreSQL 15 or newer to keep everything in |');
    for (const { variable, defaultText } of LIMIT_SETTINGS)
      expect(table).toMatch(new RegExp(`\\| \`${variable}\` \\| .+ \\| ${defaultText} \\|`));
    expect(table).not.toContain('|  |');
  });
});
