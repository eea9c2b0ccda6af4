import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Attempt } from '../../../../src/core/report/aggregate/attempt.js';
import { createRepairs } from '../../../../src/core/report/aggregate/repairs.js';
import { NotWellFormed, Refused } from '../../../../src/core/report/aggregate/failures.js';
import { readAggregate, type AggregateOutcome } from '../../../../src/core/report/aggregate/read.js';
import { DEFAULT_LIMITS } from '../../../../src/core/report/limits.js';
import type { ReportRecord } from '../../../../src/core/report/report.js';
import { read } from './document.js';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 100);

/** White space, comments, instructions: what may stand between elements. */
const gap = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('', '\n', '\n  ', '\r\n\t', ' ') },
  { weight: 1, arbitrary: fc.constantFrom('<!-- <record> & -->', '<?a <record>?>', '\n<!---->\n') },
);
const value = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom('pass', 'fail', 'none', '192.0.2.1', '2001:DB8::1', '7', 'Example.com.'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '&amp;',
      '&#65;&#x1F600;',
      '<![CDATA[<record> & ]]>',
      'ü€ 😀',
      ' x ',
      'a]b>c',
      '-3',
      '\r\n',
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .string({ unit: fc.constantFrom(...Array.from('ab "\'/>]!-é€')), maxLength: 12 })
      .filter((text) => !text.includes(']]>')),
  },
);

/** An element of known or unknown children, as text. */
function element(name: string, ...content: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  const start = fc.constantFrom(
    `<${name}>`,
    `<${name}>`,
    `<${name}>`,
    `<${name} >`,
    `<${name} lang="d&amp;e" b='>'>`,
  );
  const end = fc.constantFrom(`</${name}>`, `</${name}>`, `</${name} >`);
  return fc
    .tuple(start, end, fc.tuple(...content.map((part) => fc.tuple(gap, part))), gap)
    .map(([open, close, parts, last]) => open + parts.flat().join('') + last + close);
}

function leaf(name: string): fc.Arbitrary<string> {
  const start = fc.constantFrom(`<${name}>`, `<${name}>`, `<${name}>`, `<${name} lang='en'>`);
  const whole = fc.tuple(start, value).map(([open, text]) => `${open}${text}</${name}>`);
  return fc.oneof(
    { weight: 12, arbitrary: whole },
    { weight: 1, arbitrary: fc.constantFrom('', `<${name}/>`) },
  );
}

function some(...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.array(fc.tuple(fc.oneof(...parts), gap), { maxLength: 4 }).map((all) => all.flat().join(''));
}

const foreign = fc.constantFrom(
  '<x/>',
  '<x:y xmlns:x="u" a="1&#10;2">t<z>&lt;</z></x:y>',
  '<x><record><row/></record></x>',
);
const record = element(
  'record',
  element(
    'row',
    leaf('source_ip'),
    leaf('count'),
    element(
      'policy_evaluated',
      leaf('disposition'),
      leaf('dkim'),
      leaf('spf'),
      some(element('reason', leaf('type'), leaf('comment'))),
    ),
  ),
  element('identifiers', leaf('envelope_to'), leaf('header_from')),
  element(
    'auth_results',
    some(
      element('dkim', leaf('domain'), leaf('selector'), leaf('result')),
      element('spf', leaf('domain'), leaf('scope'), leaf('result'), leaf('human_result')),
    ),
  ),
  some(foreign),
);
const document = fc
  .tuple(
    fc.constantFrom(
      '',
      '\uFEFF',
      '<?xml version="1.0"?>',
      '\n <?xml version="1.0" encoding="utf-8"?>\n',
      '<!-- a -->',
    ),
    element(
      'feedback',
      leaf('version'),
      element(
        'report_metadata',
        leaf('org_name'),
        leaf('report_id'),
        element('date_range', leaf('begin'), leaf('end')),
      ),
      element('policy_published', leaf('domain'), leaf('p'), leaf('pct')),
      some(foreign),
      some(record),
      some(record),
    ),
    fc.constantFrom('', '\n', '\u0000\u0000', '\n-- \nscanned', '<!-- b -->'),
  )
  .map((parts) => parts.join(''));

/** The same document with something missing, doubled or put in somewhere. */
const broken = fc
  .tuple(
    document,
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.nat(12),
        fc.constantFrom('', '', '<', '>', '&', '</spf>', '<sp>', '<record>', '"', '\u0001', ']]>', '<!--'),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([text, changes]) =>
    changes.reduce((changed, [place, length, inserted]) => {
      const at = place % (changed.length + 1);
      return changed.slice(0, at) + inserted + changed.slice(at + length);
    }, text),
  );

interface Result {
  readonly records: readonly ReportRecord[];
  readonly outcome: AggregateOutcome;
}

async function readInPieces(bytes: Uint8Array, sizes: readonly number[]): Promise<Result> {
  let records: ReportRecord[] = [];
  async function* open(): AsyncGenerator<Uint8Array> {
    for (let at = 0, i = 0; at < bytes.length; i += 1) {
      const size = sizes[i % sizes.length] ?? 1;
      yield bytes.subarray(at, at + size);
      at += size;
    }
  }
  for await (const event of readAggregate(open, { limits: DEFAULT_LIMITS })) {
    if (event.type === 'discard') records = [];
    else if (event.type === 'records') records = [...records, ...event.records];
    else return { records, outcome: event.outcome };
  }
  throw new Error('no end');
}

const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 700 })), {
  minLength: 1,
  maxLength: 6,
});

describe('where the bytes are split', () => {
  it('does not matter for a well-formed document', async () => {
    await fc.assert(
      fc.asyncProperty(document, sizes, async (text, pieces) => {
        const bytes = Buffer.from(text);
        expect(await readInPieces(bytes, pieces)).toEqual(read(bytes));
      }),
      { numRuns: RUNS },
    );
  });

  it('does not matter for a broken document', async () => {
    await fc.assert(
      fc.asyncProperty(broken, sizes, async (text, pieces) => {
        const bytes = Buffer.from(text);
        expect(await readInPieces(bytes, pieces)).toEqual(read(bytes));
      }),
      { numRuns: RUNS },
    );
  });

  it('does not matter for other encodings, nor for bytes that are wrong in theirs', async () => {
    const encode = fc.constantFrom<(text: string) => Buffer>(
      (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
      (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
      (text) => Buffer.from(text, 'latin1'),
      (text) => Buffer.from(`<?xml version="1.0" encoding="iso-8859-1"?>${text}`, 'latin1'),
    );
    await fc.assert(
      fc.asyncProperty(document, encode, sizes, async (text, encoded, pieces) => {
        const bytes = encoded(text);
        expect(await readInPieces(bytes, pieces)).toEqual(read(bytes));
      }),
      { numRuns: RUNS },
    );
  });
});

describe('the ways of reading', () => {
  it('agree on well-formed documents: strict and lenient', () => {
    fc.assert(
      fc.property(document, (text) => {
        const { records, outcome } = read(text);
        expect(readLeniently(text)).toEqual({ records, outcome });
      }),
      { numRuns: RUNS },
    );
  });

  it('agree on records: the fast one and saxes', () => {
    fc.assert(
      fc.property(document, (text) => {
        // A space in the start tag is enough to leave a record to saxes.
        expect(withoutPlaces(read(text))).toEqual(
          withoutPlaces(read(text.replaceAll('<record>', '<record >'))),
        );
      }),
      { numRuns: RUNS },
    );
  });

  it('agree on whether a document is well-formed: the fast one and saxes', () => {
    fc.assert(
      fc.property(broken, (text) => {
        expect(isBroken(text)).toBe(isBroken(text.replaceAll('<record>', '<record >')));
      }),
      { numRuns: RUNS * 4 },
    );
  });
});

/** As if the strict reading had failed, but without saying so. */
function readLeniently(text: string): Result {
  const attempt = new Attempt(DEFAULT_LIMITS, {
    failure: new NotWellFormed('', ''),
    repairs: createRepairs(() => 0),
  });
  try {
    attempt.write(Buffer.from(text));
    const { report, totals, problems: all } = attempt.end();
    const [, ...problems] = all;
    return { records: attempt.builder.takeRecords(), outcome: { report, totals, error: null, problems } };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { code, message } = error;
    const [, ...problems] = attempt.problems.toArray();
    return { records: [], outcome: { report: null, totals: null, error: { code, message }, problems } };
  }
}

/** The space that was put in moves what is told about places, and what an extension holds. */
function withoutPlaces(result: Result): unknown {
  return JSON.parse(JSON.stringify(result).replaceAll('<record >', '<record>'));
}

function isBroken(text: string): string {
  const { outcome } = read(text);
  if (outcome.problems.some(({ code }) => code === 'xml-not-well-formed')) return 'broken';
  return outcome.error?.code ?? 'whole';
}
