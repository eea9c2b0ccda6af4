import { describe, expect, it } from 'vitest';
import { failureOf, OutputClosed, systemSentence, UsageError } from '../../src/cli/failure.js';
import { OperationError } from '../../src/core/operations/operation.js';
import { LimitError } from '../../src/core/report/limits.js';

function systemError(code: string, facts: object = {}): Error {
  return Object.assign(new Error(`${code}: raw text of Node`), { code, ...facts });
}

describe('failureOf', () => {
  it('tells wrong use as it is, with exit code 2', () => {
    expect(failureOf(new UsageError('parse needs a PATH.'))).toEqual({
      exitCode: 2,
      message: 'parse needs a PATH.',
      id: null,
    });
  });

  it('says nothing when the reader of the output went away', () => {
    expect(failureOf(new OutputClosed())).toEqual({ exitCode: 0, message: '', id: null });
  });

  it('tells our own errors as they are', () => {
    expect(failureOf(new LimitError('limit-ratio', 'It unpacks to far too much.'))).toEqual({
      exitCode: 1,
      message: 'It unpacks to far too much.',
      id: null,
    });
  });

  it.each([
    ['There is no domain exmple.com.', 'There is no domain exmple.com. Did you mean example.com?'],
    ['No such domain; did you mean example.com?', 'No such domain; did you mean example.com?'],
  ])('says once what was likely meant: %s', (message, told) => {
    expect(failureOf(new OperationError('unknown-domain', message, ['example.com'])).message).toBe(told);
  });

  it('gives the unforeseen an id and one line, never a stack trace', () => {
    const { exitCode, message, id } = failureOf(
      new TypeError('x is not a function\n    at foo (file.js:1:1)'),
    );

    expect(exitCode).toBe(1);
    expect(id).toMatch(/^[0-9a-f]{8}$/);
    expect(message).toContain(`error ${id}: x is not a function)`);
    expect(message).not.toContain('file.js');
    expect(message).toContain('DMARC_OPS_DEBUG=1');
  });

  it.each([undefined, null, 'text', 7, { code: 5 }])('copes with %j being thrown', (thrown) => {
    expect(failureOf(thrown)).toMatchObject({ exitCode: 1 });
  });
});

describe('systemSentence', () => {
  it.each([
    [systemError('ENOENT', { path: '/a.xml' }), '/a.xml does not exist. Check the path.'],
    [
      systemError('EACCES', { path: '/a.xml' }),
      'No permission to use /a.xml. Change its rights, or run as a user who may.',
    ],
    [systemError('ENOSPC'), 'The disk is full. Free some space and run it again.'],
    [
      systemError('ENOSPC', { path: '/tmp' }),
      'The disk is full (writing /tmp). Free some space and run it again.',
    ],
    [
      systemError('ECONNREFUSED', { address: '127.0.0.1', port: 5432 }),
      'Nothing answers at 127.0.0.1 port 5432. Check that the server runs and that the address is right.',
    ],
    [
      new AggregateError([systemError('ECONNREFUSED', { address: '::1', port: 5432 })], 'all failed'),
      'Nothing answers at ::1 port 5432. Check that the server runs and that the address is right.',
    ],
    [
      systemError('ENOTFOUND', { hostname: 'db.example.com' }),
      'The host name db.example.com is not known. Check its spelling and the network.',
    ],
  ])('%s', (error, sentence) => {
    expect(systemSentence(error)).toBe(sentence);
  });

  it('knows nothing of other errors', () => {
    expect(systemSentence(new Error('x'))).toBeNull();
    expect(systemSentence(systemError('ERR_INVALID_ARG_TYPE'))).toBeNull();
  });
});
