import type { ProblemList } from '../problems.js';
import { Refused } from './failures.js';

/** Refuses entities (a few lines of them grow to gigabytes); anything else in a DOCTYPE is of no use, and noted. */
export function checkDoctype(doctype: string, problems: ProblemList): void {
  if (doctype.includes('<!ENTITY'))
    throw new Refused(
      'xml-entities',
      'The XML declares entities of its own, which no report needs; it was not read.',
    );
  problems.add(
    'doctype-ignored',
    'The XML has a document type declaration, which no report needs; it was ignored.',
  );
}
