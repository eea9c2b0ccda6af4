import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/core/report/limits.js';
import { LIMIT_SETTINGS, parseLimit } from '../../src/settings/limits.js';

describe('limit settings', () => {
  it('name every limit for the command line and the environment', () => {
    expect(LIMIT_SETTINGS.map(({ key }) => key).sort()).toEqual(Object.keys(DEFAULT_LIMITS).sort());
    expect(LIMIT_SETTINGS.find(({ key }) => key === 'ratioGraceBytes')).toMatchObject({
      option: 'max-ratio-grace-bytes',
      variable: 'DMARC_MAX_RATIO_GRACE_BYTES',
    });
  });

  it('write every default so that it reads back', () => {
    for (const { key, defaultText } of LIMIT_SETTINGS)
      expect(parseLimit(key, defaultText)).toBe(DEFAULT_LIMITS[key]);
  });

  it.each([
    ['documentBytes', '10', 10],
    ['documentBytes', '2kb', 2048],
    ['documentBytes', '1 GB', 2 ** 30],
    ['records', ' 7 ', 7],
    ['records', '7KB', null],
    ['records', '0', null],
    ['records', '-1', null],
    ['records', '1.5', null],
    ['records', '1e9', null],
    ['records', '', null],
    ['totalBytes', '99999999999999GB', null],
  ] as const)('%s "%s" is %s', (key, text, value) => {
    expect(parseLimit(key, text)).toBe(value);
  });
});
