import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Card } from '../../src/bot/card.js';
import { dispatch } from '../../src/bot/dispatch.js';
import type { Actor } from '../../src/core/operations/operation.js';
import { commands, contextFor } from './support/shop.js';

const ask = async (text: string, role: Actor['role'] = 'admin'): Promise<Card> =>
  (await dispatch({ text, context: contextFor(role).context, local: true }, commands)).card;

describe('a request becomes the input of an operation', () => {
  it.each<[string, string, object]>([
    ['summary example.com', 'Summary', { domain: 'example.com' }],
    ['/dmarc summary example.com', 'Summary', { domain: 'example.com' }],
    ['SUM example.com', 'Summary', { domain: 'example.com' }],
    ['example.com', 'Summary', { domain: 'example.com' }],
    [
      '/dmarc example.com 2026-01',
      'Summary',
      { domain: 'example.com', from: '2026-01-01', to: '2026-01-31' },
    ],
    ['7d', 'Summary', { from: '2026-03-12', to: '2026-03-18' }],
    ['last week example.com', 'Summary', { domain: 'example.com', from: '2026-03-09', to: '2026-03-15' }],
    ['domain:example.com', 'Summary', { domain: 'example.com' }],
    ['summary days:7 limit:5', 'Summary', { from: '2026-03-12', to: '2026-03-18', limit: 5 }],
    [
      'summary from: 2026-01 to: 2026-02 dkim:fail',
      'Summary',
      { from: '2026-01-01', to: '2026-02-28', dkim: 'fail' },
    ],
    ['summary "30d"', 'Summary', { domain: '30d' }],
    ['summary 192.0.2.0/24 example.com', 'Summary', { source: '192.0.2.0/24', domain: 'example.com' }],
    ['192.0.2.1', 'Source', { source: '192.0.2.1' }],
    ['2001:db8::1 example.com', 'Source', { source: '2001:db8::1', domain: 'example.com' }],
    ['ingest a.zip "my reports"', 'Ingest', { paths: ['a.zip', 'my reports'] }],
    ['take in a.zip again:yes', 'Ingest', { paths: ['a.zip'], again: true }],
    ['münchen.example', 'Summary', { domain: 'münchen.example' }],
  ])('%s', async (text, title, input) => {
    const card = await ask(text);

    expect(card.title).toBe(title);
    expect(JSON.parse(card.verdict)).toEqual(input);
  });

  it('nothing asked is help', async () => {
    expect((await ask('/dmarc')).title).toBe('Help');
  });
});

describe('trouble becomes a sentence', () => {
  it.each([
    ['claim', 'claim needs a domain.'],
    ['summary dkim:maybe', 'dkim is one of pass, fail.'],
    ['summary limit:500', 'limit is too large: at most 100.'],
    ['summary limit:many', 'limit has to be a number.'],
    ['summary example.com example.org', 'summary takes domain; “example.org” is one word too many.'],
    ['summary dikm:fail', 'summary has no option dikm; did you mean dkim?'],
    ['help colour:red', 'help has no option colour; it takes command.'],
    ['summary domain:example.com domain:example.org', 'domain is given twice; give it once.'],
    ['summary 2026-13', 'There is no date 2026-13; write 2026-01-05 for a day or 2026-01 for a month.'],
    ['2026-13', 'There is no date 2026-13; write 2026-01-05 for a day or 2026-01 for a month.'],
    ['summary "example.com', 'A quote is opened and not closed; close it, or leave it out.'],
  ])('%s', async (text, sentence) => {
    const card = await ask(text);

    expect(card.verdict).toBe(sentence);
    expect(card.tone).toBe('warning');
  });

  it('bad input comes with an example that works', async () => {
    const card = await ask('claim');

    expect(card.advice).toBe('For example: claim example.com');
  });

  it('a mistyped command offers the nearest, with the words that followed', async () => {
    const card = await ask('sumary example.com dkim:fail');

    expect(card.verdict).toBe('There is no command “sumary”.');
    expect(card.buttons[0]).toEqual({ label: 'summary', command: 'summary example.com dkim:fail' });
  });

  it('a mistyped domain offers the nearest, with the rest of the question', async () => {
    const card = await ask('exmaple.com 2026-01 dkim:fail');

    expect(card.verdict).toBe('No report speaks of exmaple.com.');
    expect(card.buttons).toEqual([
      { label: 'example.com', command: 'summary example.com dkim:fail 2026-01-01..2026-01-31' },
    ]);
  });

  it('an offered question is understood when it is asked', async () => {
    const [button] = (await ask('exmaple.com 2026-01 dkim:fail')).buttons;

    const card = await ask(button?.command ?? '');

    expect(JSON.parse(card.verdict)).toEqual({
      domain: 'example.com',
      dkim: 'fail',
      from: '2026-01-01',
      to: '2026-01-31',
    });
  });

  it.each(['viewer', 'analyst'] as const)('%s may not claim, and hears who can allow it', async (role) => {
    const card = await ask('claim example.com', role);

    expect(card.tone).toBe('bad');
    expect(card.verdict).toBe(
      `claim needs the role admin; yours is ${role}. An admin of this workspace can grant it.`,
    );
  });

  it('the role is looked at before the input, so that nothing is learnt by guessing', async () => {
    expect((await ask('claim', 'viewer')).title).toBe('Not allowed: claim');
  });

  it('what names files of the machine is refused from elsewhere', async () => {
    const { context } = contextFor();

    const { card } = await dispatch({ text: 'ingest /etc/passwd', context, local: false }, commands);

    expect(card.title).toBe('Not here: ingest');
    expect(card.verdict).toContain('only its terminal may ask it');
  });

  it('a database that went away is told in its own sentence, and not logged as a fault', async () => {
    const { context, errors } = contextFor();

    const { card } = await dispatch({ text: 'summary gone.example.com', context, local: true }, commands);

    expect(card.verdict).toBe('The database does not answer.');
    expect(card.title).toBe('No answer: summary');
    expect(errors).toEqual([]);
  });

  it('the unexpected is logged with an id, and people see the id alone', async () => {
    const { context, errors } = contextFor();

    const { card } = await dispatch({ text: 'summary broken.example.com', context, local: true }, commands);

    const id = errors[0]?.facts?.['id'];
    expect(id).toMatch(/^[0-9a-f]{8}$/);
    expect(card.verdict).toContain(String(id));
    expect(JSON.stringify(card)).not.toContain('hunter2');
    expect(errors[0]?.facts?.['error']).toBeInstanceOf(Error);
  });

  it('any text gets an answer and never a logged failure', async () => {
    const { context, errors } = contextFor();
    const part = fc.oneof(
      fc.constantFrom(
        'summary',
        'claim',
        'ingest',
        'example.com',
        '30d',
        '"',
        'last',
        'week',
        'dkim:',
        '::1',
        '__proto__:x',
        'constructor',
      ),
      fc.string({ unit: 'binary', maxLength: 12 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
        const { card } = await dispatch({ text: parts.join(' '), context, local: true }, commands);

        expect(card.verdict.length).toBeGreaterThan(0);
      }),
      { numRuns: 1_000 },
    );
    expect(errors).toEqual([]);
  });
});
